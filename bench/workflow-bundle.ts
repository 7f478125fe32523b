import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { stateFolder } from '../test/support/stack.ts';

/** Where benches write; nothing in it is needed afterwards. */
export const benchFolder = join(stateFolder, 'bench');

/** A bundle in a file of this run's own. */
export interface WorkflowBundle {
  readonly path: string;
  remove(): void;
}

/** Bundles the workflows of `workflowsPath` beforehand, as a deployment does. */
export async function makeBundle(name: string, workflowsPath: string): Promise<WorkflowBundle> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  mkdirSync(benchFolder, { recursive: true });
  const path = join(benchFolder, `${name}-${process.pid}.js`);
  writeFileSync(path, code);
  return {
    path,
    remove: () => {
      rmSync(path, { force: true });
    },
  };
}
