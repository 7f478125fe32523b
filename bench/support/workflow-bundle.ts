import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { stateFolder } from '../../test/support/stack.ts';
import type { Owner } from './belongings.ts';

/** Where benches write; nothing in it is needed afterwards. */
export const benchFolder = join(stateFolder, 'bench');

/** Bundles workflows beforehand, as a deployment does, into a file of this run's own; answers where it is. */
export async function makeBundle(
  owner: Owner,
  { name, workflowsPath }: { readonly name: string; readonly workflowsPath: string },
): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  mkdirSync(benchFolder, { recursive: true });
  const path = join(benchFolder, `${name}-${process.pid}.js`);
  writeFileSync(path, code);
  owner.owns(() => {
    rmSync(path, { force: true });
  });
  return path;
}
