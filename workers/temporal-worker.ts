import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createLateEventActivities } from '../src/activities/payments/late-event.activities.ts';
import { createAutoTopUpActivities } from '../src/activities/cards/auto-top-up.activities.ts';
import { createMemberPaymentActivities } from '../src/activities/payments/member-payment.activities.ts';
import { createOrganisationPaymentActivities } from '../src/activities/organisations/organisation-payment.activities.ts';
import { createPaymentBatchActivities } from '../src/activities/payments/payment-batch.activities.ts';
import { createProcessorFeeActivities } from '../src/activities/counter/processor-fee.activities.ts';
import { createCorrectionActivities } from '../src/activities/reconciliation/correction.activities.ts';
import { createInternalRefundActivities } from '../src/activities/organisations/internal-refund.activities.ts';
import { createRefundActivities } from '../src/activities/payments/refund.activities.ts';
import { createTerminalSaleActivities } from '../src/activities/counter/terminal-sale.activities.ts';
import type { WakeTopUps } from '../src/activities/cards/top-up-asking.ts';
import { autoTopUpWorkflowId, topUpNeeded } from '../src/workflows/cards/auto-top-up.messages.ts';
import type { Config } from '../src/config.ts';
import { refundRulesReader } from '../src/entities/organisations/fees.read.ts';
import { createOrm } from '../src/entities/orm.ts';
import { SqlPool } from '../src/entities/sql-pool.ts';
import { createPoster } from '../src/ledger/poster.ts';
import { createBulkActivities, type BulkDependencies } from './bulk-activities.ts';
import type { Running } from './process.ts';
import { limitsFrom } from './member-money.ts';
import { refundRulesOf } from './refund-rules.ts';
import { createStripeGateways } from './stripe-gateways.ts';
import { temporalConnection } from './temporal-connection.ts';

/**
 * Builds the workers of both queues: `payments` has the workflows and activities that a cashier waits for, `bulk` those
 * of a month's end, which may be late (decisions D50).
 */
export async function createTemporalWorker(config: Config): Promise<Running> {
  const orm = await createOrm(config.DATABASE_URL, config.DATABASE_CONNECTIONS);
  const pool = new SqlPool(config.DATABASE_URL, config.DATABASE_CONNECTIONS);
  const poster = createPoster({ databaseUrl: config.DATABASE_URL });
  const connection = await NativeConnection.connect(temporalConnection(config));
  const gateways = createStripeGateways(config);
  const deps = { limitsOf: limitsFrom(config.TOP_UP_LIMITS), orm, pool, poster, now: () => new Date(), ...gateways };
  const asking = { ...deps, wakeTopUps: topUpWaker(connection, config) };
  const shared = { connection, namespace: config.TEMPORAL_NAMESPACE, ...(await workflowCode(config)) };
  const payments = await Worker.create({
    ...shared,
    taskQueue: config.TASK_QUEUE_PAYMENTS,
    activities: {
      ...createTerminalSaleActivities(deps),
      ...createProcessorFeeActivities(deps),
      ...createLateEventActivities(deps),
      ...createMemberPaymentActivities(deps),
      ...createAutoTopUpActivities(asking),
      ...createPaymentBatchActivities(asking),
      ...createRefundActivities({ ...deps, refundRules: refundRulesReader(pool, refundRulesOf(config)) }),
      ...createCorrectionActivities(deps),
      ...createInternalRefundActivities({ ...deps, eventRefundLimitMinor: config.EVENT_REFUND_LIMIT_MINOR }),
      ...createOrganisationPaymentActivities(deps),
    },
    stickyQueueScheduleToStartTimeout: config.STICKY_TIMEOUT_MS,
    maxCachedWorkflows: config.MAX_CACHED_WORKFLOWS,
    shutdownGraceTime,
  });
  const bulk = await Worker.create({
    ...shared,
    ...bulkOptions(config, { ...deps, ...reconciliationOf(config), connection, config }),
  });
  const ended = runTogether([payments, bulk]).finally(async () => {
    await poster.close();
    await pool.close();
    await orm.close();
    await connection.close();
  });
  return {
    facts: { taskQueue: config.TASK_QUEUE_PAYMENTS },
    ended,
    stop: async () => {
      for (const worker of [payments, bulk]) shutDown(worker);
      await ended;
    },
  };
}

function bulkOptions(config: Config, deps: BulkDependencies) {
  return {
    taskQueue: config.TASK_QUEUE_BULK,
    activities: createBulkActivities(deps),
    stickyQueueScheduleToStartTimeout: config.STICKY_TIMEOUT_MS,
    maxCachedWorkflows: bulkWorkflowsCached,
    maxConcurrentActivityTaskExecutions: bulkActivitiesAtOnce,
    shutdownGraceTime,
  };
}

function reconciliationOf(config: Config) {
  return {
    defaultZone: config.DEFAULT_ZONE,
    bankRef: config.BANK_REF,
    graceMs: config.RECONCILE_GRACE_MS,
  };
}

/** A month's end needs few at a time, and must not take the cashier's share of the machine. */
const bulkWorkflowsCached = 50;
const bulkActivitiesAtOnce = 4;
const shutdownGraceTime = '20 seconds';

/** Ends when all have ended; when one fails the others are shut down, and its failure is told. */
async function runTogether(workers: readonly Worker[]): Promise<void> {
  const runs = workers.map(async (worker) => {
    try {
      await worker.run();
    } finally {
      workers.forEach(shutDown);
    }
  });
  const failure = (await Promise.allSettled(runs)).find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

function shutDown(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
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
