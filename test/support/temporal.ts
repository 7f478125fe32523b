import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { runningStack } from './stack.ts';

/** A worker of one test file on the real server, on a task queue of its own, with a client beside it. */
export interface TestTemporal {
  readonly client: Client;
  readonly taskQueue: string;
  close(): Promise<void>;
}

let installed = false;

/** Starts a worker with `activities`; the workflows come from the bundle that was made once for all files. */
export async function startTestTemporal(activities: object, taskQueue = `test-${randomUUID()}`): Promise<TestTemporal> {
  quietRuntime();
  const address = runningStack().temporalAddress;
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    activities,
    workflowBundle: { codePath: bundlePath() },
    stickyQueueScheduleToStartTimeout: '100 milliseconds',
  });
  const running = worker.run();
  return {
    client: new Client({ connection }),
    taskQueue,
    close: async () => {
      worker.shutdown();
      await running;
      await connection.close();
      await native.close();
    },
  };
}

/** The bundle that the global set-up made, for jest and for the commands that share this folder. */
export function bundlePath(): string {
  const path = process.env['TILLFLOW_WORKFLOW_BUNDLE'];
  if (path === undefined)
    throw new Error('TILLFLOW_WORKFLOW_BUNDLE is not set: run this through npm test or npm run faults.');
  return path;
}

/** One logger per process, for errors only; a second install would throw. */
export function quietRuntime(): void {
  if (installed) return;
  installed = true;
  Runtime.install({ logger: new DefaultLogger('ERROR') });
}
