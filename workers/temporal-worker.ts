import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createLateEventActivities } from '../src/activities/late-event.activities.ts';
import { createAutoTopUpActivities } from '../src/activities/auto-top-up.activities.ts';
import { createMemberPaymentActivities } from '../src/activities/member-payment.activities.ts';
import { createPaymentBatchActivities } from '../src/activities/payment-batch.activities.ts';
import { createProcessorFeeActivities } from '../src/activities/processor-fee.activities.ts';
import { createInternalRefundActivities } from '../src/activities/internal-refund.activities.ts';
import { createRefundActivities } from '../src/activities/refund.activities.ts';
import { createTerminalSaleActivities } from '../src/activities/terminal-sale.activities.ts';
import type { WakeTopUps } from '../src/activities/top-up-asking.ts';
import { autoTopUpWorkflowId, topUpNeeded } from '../src/workflows/auto-top-up.messages.ts';
import type { Config } from '../src/config.ts';
import { createOrm } from '../src/entities/orm.ts';
import { SqlPool } from '../src/entities/sql-pool.ts';
import { createPoster } from '../src/ledger/poster.ts';
import type { Running } from './process.ts';
import { limitsFrom } from './member-money.ts';
import { refundRulesOf } from './refund-rules.ts';
import { createStripeGateways } from './stripe-gateways.ts';
import { temporalConnection } from './temporal-connection.ts';

/** Builds the worker of the `payments` queue: workflows and the activities that a cashier waits for (decisions D50). */
export async function createTemporalWorker(config: Config): Promise<Running> {
  const orm = await createOrm(config.DATABASE_URL, config.DATABASE_CONNECTIONS);
  const pool = new SqlPool(config.DATABASE_URL, config.DATABASE_CONNECTIONS);
  const poster = createPoster({ databaseUrl: config.DATABASE_URL });
  const connection = await NativeConnection.connect(temporalConnection(config));
  const gateways = createStripeGateways(config);
  const deps = { limitsOf: limitsFrom(config.TOP_UP_LIMITS), orm, pool, poster, now: () => new Date(), ...gateways };
  const asking = { ...deps, wakeTopUps: topUpWaker(connection, config) };
  const worker = await Worker.create({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: config.TASK_QUEUE_PAYMENTS,
    ...(await workflowCode(config)),
    activities: {
      ...createTerminalSaleActivities(deps),
      ...createProcessorFeeActivities(deps),
      ...createLateEventActivities(deps),
      ...createMemberPaymentActivities(deps),
      ...createAutoTopUpActivities(asking),
      ...createPaymentBatchActivities(asking),
      ...createRefundActivities({ ...deps, refundRules: refundRulesOf(config) }),
      ...createInternalRefundActivities({ ...deps, eventRefundLimitMinor: config.EVENT_REFUND_LIMIT_MINOR }),
    },
    stickyQueueScheduleToStartTimeout: config.STICKY_TIMEOUT_MS,
    maxCachedWorkflows: config.MAX_CACHED_WORKFLOWS,
    shutdownGraceTime: '20 seconds',
  });
  const ended = worker.run().finally(async () => {
    await poster.close();
    await pool.close();
    await orm.close();
    await connection.close();
  });
  return {
    facts: { taskQueue: config.TASK_QUEUE_PAYMENTS },
    ended,
    stop: async () => {
      worker.shutdown();
      await ended;
    },
  };
}

/** Needs are looked at by one workflow per member, which is started when there is none (decisions D10). */
function topUpWaker(connection: NativeConnection, config: Config): WakeTopUps {
  const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  return async (memberId) => {
    await client.workflow.signalWithStart('autoTopUp', {
      workflowId: autoTopUpWorkflowId(memberId),
      taskQueue: config.TASK_QUEUE_PAYMENTS,
      args: [{ schema: 1, memberId }],
      signal: topUpNeeded,
    });
  };
}

/** A bundle made beforehand starts in a fraction of the time (quality.md R18). */
async function workflowCode(config: Config): Promise<Pick<WorkerOptions, 'workflowBundle'>> {
  if (config.WORKFLOW_BUNDLE !== undefined && existsSync(config.WORKFLOW_BUNDLE)) {
    return { workflowBundle: { codePath: config.WORKFLOW_BUNDLE } };
  }
  const workflowsPath = fileURLToPath(new URL('../src/workflows/index.ts', import.meta.url));
  return { workflowBundle: await bundleWorkflowCode({ workflowsPath }) };
}
