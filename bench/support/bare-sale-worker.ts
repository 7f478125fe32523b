import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { serve } from '../../workers/process.ts';
import type { BareActivities } from './bare-sale.messages.ts';

// The worker of `bareSale`, in a process of its own, with the options of the product's worker.
await serve('bare sale worker', async () => {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const connection = await NativeConnection.connect({ address: setting('TEMPORAL_ADDRESS') });
  const activities: BareActivities = {
    dispatchNothing: () => Promise.resolve('awaiting_card'),
    settleNothing: () => Promise.resolve('posted'),
  };
  const worker = await Worker.create({
    connection,
    taskQueue: setting('TASK_QUEUE'),
    workflowBundle: { codePath: setting('WORKFLOW_BUNDLE') },
    activities,
    stickyQueueScheduleToStartTimeout: 1_000,
    maxCachedWorkflows: 600,
    shutdownGraceTime: '20 seconds',
  });
  const ended = worker.run().finally(() => connection.close());
  return {
    facts: {},
    ended,
    stop: async () => {
      worker.shutdown();
      await ended;
    },
  };
});

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
}
