import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { Redis } from 'ioredis';
import { pino, type Logger } from 'pino';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import type { Config } from '../src/config.ts';
import { processorAccountId } from '../src/domain/ids.ts';
import type { ProcessorSweepPort } from '../src/domain/counter/processor-port.ts';
import { AccountSweeps } from '../src/entities/account-sweeps.ts';
import { CallbackDeliveries } from '../src/entities/events/callback-deliveries.ts';
import { NoticeDeliveries } from '../src/entities/members/notice-deliveries.ts';
import { OrganisationLetterDeliveries } from '../src/entities/organisations/organisation-letter-deliveries.ts';
import { readStanding } from '../src/entities/members/notice-standing.read.ts';
import { createOrm, unitOfWork, type Orm } from '../src/entities/orm.ts';
import { ProcessorAccount } from '../src/entities/processor-account.entity.ts';
import { createInbox } from '../src/entities/events/provider-event-inbox.ts';
import { ProviderEventRows } from '../src/entities/events/provider-event-rows.ts';
import { readReconciledAccounts } from '../src/entities/reconciliation/reconciliation-runs.ts';
import { readSettlementZones } from '../src/entities/settlement/settlement-plan.read.ts';
import { UnbegunSales } from '../src/entities/counter/unbegun-sales.read.ts';
import { SavedCards } from '../src/entities/cards/saved-cards.ts';
import { ReportJobs } from '../src/entities/reports/report-jobs.ts';
import { SqlPool } from '../src/entities/sql-pool.ts';
import { createCallbackSender } from '../src/jobs/events/callback-sender.ts';
import { createJobs, type Jobs } from '../src/jobs/create-jobs.ts';
import type { JobMetrics } from '../src/jobs/job-ports.ts';
import type { ReportWork } from '../src/jobs/reports/make-reports.job.ts';
import { createMailer } from '../src/jobs/mailer.ts';
import type { ScheduleKeeper } from '../src/jobs/keep-schedules.job.ts';
import { reconciliationSchedule } from '../src/jobs/reconciliation/reconciliation-schedules.ts';
import { settlementSchedule } from '../src/jobs/settlement/settlement-schedules.ts';
import { keepSchedules } from '../src/jobs/temporal-schedules.ts';
import { createTemporalMessenger } from '../src/jobs/temporal-messenger.ts';
import { createSealer } from '../src/ledger/seal.ts';
import { makeReport } from '../src/reports/report-maker.ts';
import { findReport } from '../src/reports/report-registry.ts';
import type { Running } from './process.ts';
import { checkoutTimingOf } from './member-money.ts';
import { refundTimingOf } from './refund-rules.ts';
import { settlementTimingOf } from './settlement-settings.ts';
import { saleTimingOf } from './sale-timing.ts';
import { createStripeGateways } from './stripe-gateways.ts';
import { promptReconnection, temporalConnection } from './temporal-connection.ts';

/** Builds the process that dispatches events, sweeps and seals; several may run at once. */
export async function createJobsProcess(config: Config): Promise<Running> {
  const log = pino({ level: config.LOG_LEVEL, base: { process: 'jobs' }, timestamp: pino.stdTimeFunctions.isoTime });
  const opened = await open(config, log);
  const registry = new Registry();
  const jobs = startable(config, { ...opened, log, metrics: createMetrics(registry) });
  await jobs.start();
  const metrics = await serveMetrics(config, registry);
  const stopped = Promise.withResolvers<undefined>();
  log.info('jobs are running');
  return {
    facts: metrics === undefined ? {} : { metrics: (metrics.address() as AddressInfo).port },
    ended: stopped.promise,
    stop: async () => {
      log.info('stopping: finishing what is under way');
      metrics?.close();
      metrics?.closeAllConnections();
      await jobs.close();
      await opened.close();
      stopped.resolve(undefined);
    },
  };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** Connects to everything; what cannot be reached fails the start with its own name. */
async function open(config: Config, log: Logger) {
  const orm = await createOrm(config.DATABASE_URL, 2);
  const pool = new SqlPool(config.DATABASE_URL, config.DATABASE_CONNECTIONS);
  const redis = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
  redis.on('error', (error: Error) => {
    log.warn({ err: error }, 'redis is away; jobs wait for it');
  });
  const connection = await Connection.connect({
    ...temporalConnection(config),
    ...promptReconnection,
    // A job that fails is tried again by itself; ten tries within one would hide for how long Temporal is away.
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 3 }))],
  });
  const temporal = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  const sealer = createSealer({ databaseUrl: config.DATABASE_URL });
  const mailer = createMailer({
    smtpUrl: config.SMTP_URL,
    outboxDir: config.OUTBOX_DIR,
    from: config.MAIL_FROM,
  });
  const close = async (): Promise<void> => {
    mailer.close();
    redis.disconnect();
    await sealer.close();
    await connection.close();
    await pool.close();
    await orm.close();
  };
  return { orm, pool, redis, temporal, sealer, mailer, close };
}

function startable(config: Config, parts: Opened & { readonly log: Logger; readonly metrics: JobMetrics }): Jobs {
  const { orm, pool, log, metrics } = parts;
  return createJobs({
    connection: parts.redis,
    prefix: config.QUEUE_PREFIX,
    log,
    metrics,
    rows: new ProviderEventRows(pool),
    accounts: new AccountSweeps(pool),
    unbegun: new UnbegunSales(pool),
    savedCards: new SavedCards(pool),
    callbacks: new CallbackDeliveries(pool),
    sendCallback: createCallbackSender({ allowPrivate: config.CALLBACK_ALLOW_PRIVATE }),
    secretOf: config.secret,
    ...noticesOf(config, parts),
    messenger: createTemporalMessenger({
      client: parts.temporal,
      taskQueue: config.TASK_QUEUE_PAYMENTS,
      bulkTaskQueue: config.TASK_QUEUE_BULK,
      saleTiming: saleTimingOf(config.SALE_TIMING),
      checkoutTiming: checkoutTimingOf(config.CHECKOUT_TIMING),
      refundTiming: refundTimingOf(config.REFUND_TIMING),
    }),
    openInbox: (onStored) => createInbox({ databaseUrl: config.DATABASE_URL, onStored }),
    sweepFor: sweeps(config, orm),
    sealer: parts.sealer,
    schedules: schedulesOf(config, parts),
    reports: reportsOf(config, parts.pool),
    now: () => new Date(),
    every: {
      inboxSweepMs: config.INBOX_SWEEP_MS,
      eventSweepMs: config.EVENT_SWEEP_MS,
      quietSweepMs: config.QUIET_SWEEP_MS,
      feeSweepMs: config.FEE_SWEEP_MS,
      unbegunSweepMs: config.UNBEGUN_SWEEP_MS,
      cardSweepMs: config.CARD_SWEEP_MS,
      sealMs: config.SEAL_MS,
      callbackMs: config.CALLBACK_MS,
      noticeMs: config.NOTICE_MS,
      scheduleMs: config.SCHEDULE_MS,
      reportSweepMs: config.REPORT_SWEEP_MS,
    },
  });
}

/** What happens by the calendar, without what is done by hand only. */
function schedulesOf(config: Config, { pool, temporal }: Pick<Opened, 'pool' | 'temporal'>): ScheduleKeeper[] {
  const taskQueue = config.TASK_QUEUE_BULK;
  const settings = {
    ...{ prefix: config.QUEUE_PREFIX, day: config.SETTLEMENT_DAY, hour: config.SETTLEMENT_HOUR },
    ...{ taskQueue, timing: settlementTimingOf(config) },
  };
  const settlements = async () => {
    const zones = await readSettlementZones(pool);
    return keepSchedules(
      temporal,
      zones.map((zone) => settlementSchedule(settings, zone)),
    );
  };
  const reconciliations = async () => {
    const accounts = await readReconciledAccounts(pool, config.DEFAULT_ZONE);
    return keepSchedules(
      temporal,
      accounts.map((account) => reconciliationSchedule({ taskQueue }, account)),
    );
  };
  return [
    ...(config.SETTLEMENT_SCHEDULE ? [settlements] : []),
    ...(config.RECONCILIATION_SCHEDULE ? [reconciliations] : []),
  ];
}

/** How reports are made: from their rows to their files. */
function reportsOf(config: Config, pool: SqlPool): ReportWork {
  const jobs = new ReportJobs(pool);
  const parts = { jobs, sources: { reader: pool, zone: config.DEFAULT_ZONE }, findReport, now: () => new Date() };
  return {
    make: (id) => makeReport(parts, id),
    forgotten: () => jobs.forgotten(),
    expire: () => jobs.expire(),
  };
}

/** How members and organisations are told: from rows to mails. */
function noticesOf(config: Config, { pool, mailer }: Pick<Opened, 'pool' | 'mailer'>) {
  return {
    notices: new NoticeDeliveries(pool),
    letters: new OrganisationLetterDeliveries(pool),
    readStanding: (member: { readonly memberId: string; readonly currency: string }) =>
      readStanding(pool, { ...member, zone: config.DEFAULT_ZONE }),
    mailer,
    noticeLinks: {
      set_up: config.LINK_SET_UP,
      statement: config.LINK_STATEMENT,
      settings: config.LINK_SETTINGS,
      top_up: config.LINK_TOP_UP,
      pay_now: config.LINK_PAY_NOW,
    },
  };
}

/** The account's row is read each time: its key may have been exchanged. */
function sweeps(config: Config, orm: Orm): (id: string) => Promise<ProcessorSweepPort> {
  const { sweepFor } = createStripeGateways(config);
  return async (id) => sweepFor(await unitOfWork(orm).findOneOrFail(ProcessorAccount, { id: processorAccountId(id) }));
}

function createMetrics(registry: Registry): JobMetrics {
  collectDefaultMetrics({ register: registry });
  const settled = new Counter({
    name: 'tillflow_provider_events_total',
    help: 'Processor events by type and what became of them',
    labelNames: ['type', 'state'],
    registers: [registry],
  });
  const failed = new Counter({
    name: 'tillflow_jobs_failed_total',
    help: 'Runs of jobs that failed, by queue',
    labelNames: ['queue'],
    registers: [registry],
  });
  return {
    eventSettled: (type, state) => {
      settled.inc({ type, state });
    },
    jobFailed: (queue) => {
      failed.inc({ queue });
    },
  };
}

/** `/metrics` on the admin address, when a port is given for it. */
async function serveMetrics(config: Config, registry: Registry): Promise<Server | undefined> {
  if (config.JOBS_METRICS_PORT === undefined) return undefined;
  const server = createServer((_request, response) => {
    registry
      .metrics()
      .then((text) => response.setHeader('Content-Type', registry.contentType).end(text))
      .catch(() => response.writeHead(500).end());
  });
  server.listen(config.JOBS_METRICS_PORT, config.ADMIN_HOST);
  await once(server, 'listening');
  return server;
}
