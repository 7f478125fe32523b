import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WithStartWorkflowOperation, type Client, type WorkflowHandle } from '@temporalio/client';
import { runningStack } from '../../test/support/stack.ts';
import { startChild } from '../../workers/demo/child-process.ts';
import type { Owner } from './belongings.ts';
import { bareEvent, beginBare } from './bare-sale.messages.ts';
import type { bareAsk, bareSale } from './bare-sale.workflow.ts';
import { benchFolder, makeBundle } from './workflow-bundle.ts';

/** A worker for `bareSale`, and the way to run one. */
export interface BareSales {
  readonly pid: number;
  /** One from its update-with-start to its end, driven by the Temporal client; answers its handle. */
  sell(): Promise<WorkflowHandle<typeof bareSale>>;
  /** One update that starts its workflow and is answered by an activity. */
  ask(): Promise<void>;
}

export async function openBareSales(owner: Owner, client: Client): Promise<BareSales> {
  const taskQueue = `bare-${randomUUID()}`;
  const workflowsPath = fileURLToPath(new URL('./bare-sale.workflow.ts', import.meta.url));
  const bundle = await makeBundle(owner, { name: 'bare-sale', workflowsPath });
  const worker = await startChild({
    name: 'bare sale worker',
    program: 'bench/bare-sale-worker.ts',
    logFile: join(benchFolder, 'bare-sale-worker.log'),
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      TEMPORAL_ADDRESS: runningStack().temporalAddress,
      TASK_QUEUE: taskQueue,
      WORKFLOW_BUNDLE: bundle,
    },
  });
  owner.owns(() => worker.stop());
  return {
    pid: worker.pid,
    sell: async () => {
      const handle = await sellBare(client, taskQueue);
      if ((await handle.result()) !== 'posted') throw new Error('A bare sale did not end.');
      return handle;
    },
    ask: () => askBare(client, taskQueue),
  };
}

async function askBare(client: Client, taskQueue: string): Promise<void> {
  const startWorkflowOperation = new WithStartWorkflowOperation<typeof bareAsk>('bareAsk', {
    workflowId: `bare-ask-${randomUUID()}`,
    taskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
  });
  await client.workflow.executeUpdateWithStart(beginBare, { updateId: randomUUID(), startWorkflowOperation });
}

/** The messages of a sale, without waiting for its end. */
export async function sellBare(client: Client, taskQueue: string): Promise<WorkflowHandle<typeof bareSale>> {
  const workflowId = `bare-sale-${randomUUID()}`;
  const operation = new WithStartWorkflowOperation<typeof bareSale>('bareSale', {
    workflowId,
    taskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
  });
  const updateId = randomUUID();
  await client.workflow.executeUpdateWithStart(beginBare, { updateId, startWorkflowOperation: operation });
  const handle = client.workflow.getHandle<typeof bareSale>(workflowId);
  await handle.signal(bareEvent, { eventRowId: 'pev_bench', type: 'payment_intent.succeeded', objectId: 'pi_bench' });
  return handle;
}
