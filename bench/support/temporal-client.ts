import { Client, Connection } from '@temporalio/client';
import { runningStack } from '../../test/support/stack.ts';
import type { Owner } from './belongings.ts';

/** A client of the stack's Temporal server. */
export async function openClient(owner: Owner): Promise<Client> {
  const connection = await Connection.connect({ address: runningStack().temporalAddress });
  owner.owns(() => connection.close());
  return new Client({ connection });
}
