import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type Koa from 'koa';
import packageJson from '../package.json' with { type: 'json' };
import { createAdminApp } from '../src/api/operations/admin-app.ts';
import { createApi, type ApiDependencies } from '../src/api/app.ts';
import { Health } from '../src/api/operations/health.ts';
import { createLogger, type Logger } from '../src/api/operations/logger.ts';
import { createMetrics } from '../src/api/operations/metrics.ts';
import { webhookRoutes } from '../src/api/routes/events/webhooks.route.ts';
import { SaleEventHub } from '../src/api/counter/sale-event-hub.ts';
import type { Config } from '../src/config.ts';
import type { ReaderAdministration } from '../src/domain/counter/reader-administration.ts';
import { correctionRulesOf } from './correction-rules.ts';
import { checkoutTimingOf, limitsFrom } from './member-money.ts';
import { payoutSettingsOf } from './payout-rules.ts';
import { tokenSettingsOf } from './person-tokens.ts';
import { refundRulesOf, refundTimingOf } from './refund-rules.ts';
import { saleTimingOf } from './sale-timing.ts';
import { settlementSettingsOf } from './settlement-settings.ts';
import { sealKeysOf } from './seal-keys.ts';
import { AnswerKeeper } from '../src/entities/answer-keeper.ts';
import { createOrm } from '../src/entities/orm.ts';
import type { ProcessorAccount } from '../src/entities/processor-account.entity.ts';
import { createInbox } from '../src/entities/events/provider-event-inbox.ts';
import { requireSchema } from '../src/entities/schema-version.ts';
import { SqlPool } from '../src/entities/sql-pool.ts';
import { createWebhookAccounts } from '../src/entities/events/webhook-accounts.read.ts';
import {
  createDispatchProducer,
  dispatchProviderEventsQueue,
} from '../src/jobs/events/dispatch-provider-events.queue.ts';
import { deliverCallbacksQueue } from '../src/jobs/events/deliver-callbacks.queue.ts';
import { keepSchedulesQueue } from '../src/jobs/keep-schedules.queue.ts';
import {
  createReportProducer,
  makeReportsQueue,
  sweepReportsQueue,
  type ReportProducer,
} from '../src/jobs/reports/make-reports.queue.ts';
import { sealBookQueue } from '../src/jobs/seal-book.queue.ts';
import { sweepInboxQueue } from '../src/jobs/events/sweep-inbox.queue.ts';
import { sweepProcessorFeesQueue } from '../src/jobs/counter/sweep-processor-fees.queue.ts';
import { sweepProviderEventsQueue } from '../src/jobs/events/sweep-provider-events.queue.ts';
import { sweepSavedCardsQueue } from '../src/jobs/cards/sweep-saved-cards.queue.ts';
import { sweepUnbegunSalesQueue } from '../src/jobs/counter/sweep-unbegun-sales.queue.ts';
import { createStripeBrowserSecrets, type BrowserSecrets } from '../src/stripe/client-secret.direct.ts';
import { createStripeCardSetUpDirect, type CardSetUpDirect } from '../src/stripe/card-set-up.direct.ts';
import { createStripeFigures, type ProcessorFigures } from '../src/stripe/processor-figures.direct.ts';
import { createStripeReaderAdministration } from '../src/stripe/reader-administration.direct.ts';
import { createStripeClient } from '../src/stripe/stripe-client.ts';
import type { Running } from './process.ts';
import { promptReconnection, temporalConnection } from './temporal-connection.ts';

/** Builds the API and its admin port: refuses to start on a schema that is not its own or with a route without policy. */
export async function createApiServer(config: Config): Promise<Running> {
  const log = createLogger(config.LOG_LEVEL, { process: 'api' });
  const opened = await open(config, log);
  const health = new Health(opened.checks);
  const apps = createApps(config, { ...opened, health, log });
  const api = await listen(apps.api, { port: config.API_PORT, host: config.API_HOST });
  const admin = await listen(apps.admin, { port: config.ADMIN_PORT, host: config.ADMIN_HOST });
  const facts = { api: portOf(api), admin: portOf(admin) };
  log.info({ ...facts, host: config.API_HOST }, 'listening');
  const ended = Promise.all([once(api, 'close'), once(admin, 'close')]).then(() => opened.close());
  return {
    facts,
    ended,
    stop: async () => {
      log.info('stopping: finishing what is under way');
      health.drain();
      opened.hub.close();
      await closed(api);
      admin.close();
      admin.closeAllConnections();
      await ended;
    },
  };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** Connects to everything; what cannot be reached fails the start with its own name. */
async function open(config: Config, log: Logger) {
  const orm = await createOrm(config.DATABASE_URL, config.DATABASE_CONNECTIONS);
  await requireSchema(orm);
  const pool = new SqlPool(config.DATABASE_URL, config.DATABASE_CONNECTIONS);
  const connection = await Connection.connect({
    ...temporalConnection(config),
    ...promptReconnection,
    // A cashier waits: two quick tries, then 503 and the same key again, instead of ten with growing pauses.
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 3 }))],
  });
  const temporal = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  const redis = new Redis(config.REDIS_URL, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
  redis.on('error', (error: Error) => {
    log.warn({ err: error }, 'redis is away; events wait for the inbox sweep');
  });
  const { inbox, dispatch } = openInbox(config, redis, log);
  const reports = openReports(config, redis, log);
  const queues = boardQueues(redis, config.QUEUE_PREFIX, log);
  const hub = new SaleEventHub(pool, log);
  const answers = answerKeeper(pool, log);
  return {
    orm,
    pool,
    temporal,
    inbox,
    reports,
    queues,
    hub,
    answers,
    checks: {
      database: () => pool.rows('SELECT 1'),
      redis: () => redis.ping(),
      temporal: () => connection.workflowService.getSystemInfo({}),
    },
    close: async () => {
      await answers.settled();
      await inbox.close();
      await dispatch.close();
      await reports.close();
      await Promise.all(queues.map((queue) => queue.close()));
      redis.disconnect();
      await connection.close();
      await pool.close();
      await orm.close();
    },
  };
}

function answerKeeper(pool: SqlPool, log: Logger): AnswerKeeper {
  return new AnswerKeeper(pool, (error) => {
    log.warn({ err: error }, 'answers were not kept; the workflows still know them');
  });
}

/** Stores webhooks and offers them for dispatch, best effort: the inbox sweep finds what Redis did not get. */
function openInbox(config: Config, redis: Redis, log: Logger) {
  const onFailure = (error: unknown): void => {
    log.warn({ err: error }, 'events were not queued; they wait for the inbox sweep');
  };
  const dispatch = createDispatchProducer({ connection: redis, prefix: config.QUEUE_PREFIX, onFailure });
  const onStored = (ids: readonly string[]): void => {
    dispatch.offer(ids);
  };
  return { dispatch, inbox: createInbox({ databaseUrl: config.DATABASE_URL, onStored }) };
}

/** Offers reports to whoever makes them, best effort: the report sweep finds what Redis did not get. */
function openReports(config: Config, redis: Redis, log: Logger): ReportProducer {
  const onFailure = (error: unknown): void => {
    log.warn({ err: error }, 'a report was not queued; it waits for the report sweep');
  };
  return createReportProducer({ connection: redis, prefix: config.QUEUE_PREFIX, onFailure });
}

function createApps(config: Config, parts: Opened & { readonly health: Health; readonly log: Logger }) {
  const { pool, hub, health, log } = parts;
  const metrics = createMetrics({ pool, listeners: () => hub.listenerCount });
  const accounts = createWebhookAccounts({
    pool,
    secretOf: config.secret,
    defaultSecret: config.STRIPE_WEBHOOK_SECRET,
  });
  const api = createApi({
    orm: parts.orm,
    pool,
    temporal: parts.temporal,
    ...directs(config),
    offerReport: (id) => {
      parts.reports.offer(id);
    },
    hub,
    answers: parts.answers,
    sealKeys: sealKeysOf(config),
    health,
    metrics,
    log,
    ...tokens(config),
    payoutSettings: payoutSettingsOf(config),
    webhooks: webhookRoutes({ inbox: parts.inbox, accounts, log }),
    settings: {
      version: packageJson.version,
      taskQueue: config.TASK_QUEUE_PAYMENTS,
      bulkTaskQueue: config.TASK_QUEUE_BULK,
      deadlineMs: config.API_DEADLINE_MS,
      saleTiming: saleTimingOf(config.SALE_TIMING),
      checkoutTiming: checkoutTimingOf(config.CHECKOUT_TIMING),
      limitsOf: limitsFrom(config.TOP_UP_LIMITS),
      refundTiming: refundTimingOf(config.REFUND_TIMING),
      refundRules: refundRulesOf(config),
      saleAmountMaxMinor: config.SALE_AMOUNT_MAX_MINOR,
      corrections: correctionRulesOf(config),
      settlement: settlementSettingsOf(config),
      defaultZone: config.DEFAULT_ZONE,
      rateLimitPerMinute: config.API_RATE_LIMIT_PER_MINUTE,
      corsOrigins: config.API_CORS_ORIGINS,
    },
  });
  return { api, admin: createAdminApp({ health, metrics, queues: parts.queues, log }) };
}

function tokens(config: Config): Pick<ApiDependencies, 'tokens'> {
  const settings = tokenSettingsOf(config);
  return settings === undefined ? {} : { tokens: settings };
}

/** Queues as the board shows them; they offer no jobs. */
function boardQueues(redis: Redis, prefix: string, log: Logger): Queue[] {
  const names = [
    dispatchProviderEventsQueue,
    sweepInboxQueue,
    sweepProviderEventsQueue,
    sweepProcessorFeesQueue,
    sweepUnbegunSalesQueue,
    sweepSavedCardsQueue,
    sealBookQueue,
    deliverCallbacksQueue,
    keepSchedulesQueue,
    makeReportsQueue,
    sweepReportsQueue,
  ];
  return names.map((name) => {
    const queue = new Queue(name, { connection: redis, prefix });
    // Without a listener it would print to the console, past the log. That Redis is away is told once, above.
    queue.on('error', (error) => {
      log.debug({ err: error, queue: name }, 'a queue of the board has lost redis');
    });
    return queue;
  });
}

type Direct = ReaderAdministration & BrowserSecrets & CardSetUpDirect & ProcessorFigures;

/** What the API asks of a processor itself: nothing of it moves money. One client per account, each with its own key. */
function directs(config: Config): Pick<ApiDependencies, 'administrationFor' | 'secretsAt' | 'setUpsAt' | 'figuresAt'> {
  const made = new Map<string, Direct>();
  const of = (account: ProcessorAccount): Direct => {
    const known = made.get(account.id);
    if (known !== undefined) return known;
    const apiKey = config.secret(account.secretRef);
    const client = createStripeClient({
      apiKey,
      apiBase: config.STRIPE_API_BASE,
      timeoutMs: config.STRIPE_TIMEOUT_MS,
    });
    const direct = {
      ...createStripeReaderAdministration(client),
      ...createStripeBrowserSecrets(client),
      ...createStripeCardSetUpDirect(client),
      ...createStripeFigures(client),
    };
    made.set(account.id, direct);
    return direct;
  };
  return { administrationFor: of, secretsAt: of, setUpsAt: of, figuresAt: of };
}

async function listen(app: Koa, at: { readonly port: number; readonly host: string }): Promise<Server> {
  const handle = app.callback();
  // Koa answers every failure itself, so there is nothing left to wait for.
  const server = createServer((request, response) => void handle(request, response));
  server.listen(at.port, at.host);
  await once(server, 'listening');
  return server;
}

/** Takes nothing new, answers what is under way, and hangs up on each caller as soon as it has its answer. */
async function closed(server: Server): Promise<void> {
  server.close();
  const hangUp = setInterval(() => {
    server.closeIdleConnections();
  }, 50);
  await once(server, 'close');
  clearInterval(hangUp);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
