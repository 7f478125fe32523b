import type { AccountSweeps } from '../../entities/account-sweeps.ts';
import type { WorkflowMessenger } from '../job-ports.ts';
import type { SweepProcessorFeesPayload } from './sweep-processor-fees.queue.ts';

export interface SweepProcessorFeesDependencies {
  readonly accounts: Pick<AccountSweeps, 'withUnknownFees'>;
  readonly messenger: Pick<WorkflowMessenger, 'startProcessorFees'>;
  readonly now: () => Date;
}

/** Starts the posting of fees where captures wait for theirs (decisions D48): one workflow per account, not per sale. */
export async function sweepProcessorFees(
  deps: SweepProcessorFeesDependencies,
  payload: SweepProcessorFeesPayload,
): Promise<number> {
  const { processorAccountId } = payload;
  const named = processorAccountId === undefined ? undefined : [processorAccountId];
  const accounts = named ?? (await deps.accounts.withUnknownFees(deps.now().toISOString()));
  for (const account of accounts) await deps.messenger.startProcessorFees(account);
  return accounts.length;
}
