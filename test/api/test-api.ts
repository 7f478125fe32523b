import type { ApiDependencies, ApiSettings } from '../../src/api/app.ts';
import { Health } from '../../src/api/operations/health.ts';
import { createLogger } from '../../src/api/operations/logger.ts';
import { createMetrics } from '../../src/api/operations/metrics.ts';
import type { TokenSettings } from '../../src/api/access/person-tokens.ts';
import { SaleEventHub } from '../../src/api/counter/sale-event-hub.ts';
import { ProcessorSilence } from '../../src/domain/processor-silence.ts';
import type { ReaderAdministration } from '../../src/domain/counter/reader-administration.ts';
import { correctionTiming } from '../../src/domain/reconciliation/correction.ts';
import type { SaleTiming } from '../../src/domain/counter/sale-timing.ts';
import { defaultFeeTaxes } from '../../src/domain/organisations/fee-tax.ts';
import { settlementTiming } from '../../src/domain/settlement/settlement-run.ts';
import { refundRules } from '../../src/domain/payments/refund.ts';
import { topUpLimits } from '../../src/domain/cards/top-up-limits.ts';
import { AnswerKeeper } from '../../src/entities/answer-keeper.ts';
import { createOrm, type Orm } from '../../src/entities/orm.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import type { ProcessorFigures } from '../../src/stripe/processor-figures.direct.ts';
import { defaultInvoiceIssuer } from '../../src/domain/settlement/invoice-issuer.ts';
import { createTestDatabase } from '../support/database.ts';
import { originators } from '../support/payout-content.ts';
import { testSealKeys } from '../support/payouts.ts';
import { startTestTemporal, type TestTemporal } from '../support/temporal.ts';
import { listenTo } from './listening.ts';
import { saleScript, type SaleScript } from './counter/sale-script.ts';
import { seedShops, type Shops } from './shops.ts';

/** An answer as a caller sees it. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Loose;
}

/** JSON of which a test reads what it expects. */
export interface Loose {
  readonly [member: string]: Loose;
}

/** The text of a member of an answer. */
export function textOf(member: Loose | undefined): string {
  return JSON.parse(JSON.stringify(member)) as string;
}

export interface TestCall {
  readonly key?: string;
  readonly body?: unknown;
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Uint8Array;
}

/** The API over HTTP on a database and a task queue of its own, with two organisations' shops. */
export interface TestApi {
  readonly url: string;
  readonly orm: Orm;
  readonly pool: SqlPool;
  readonly shops: Shops;
  readonly story: SaleScript;
  readonly hub: SaleEventHub;
  readonly databaseUrl: string;
  readonly dependencies: ApiDependencies;
  call(method: string, path: string, call?: TestCall): Promise<TestAnswer>;
  /** Rows of every table that a request could change; for "changes nothing". */
  fingerprint(): Promise<string>;
  close(): Promise<void>;
}

/** Longer than any test goes on, the matrix of every route and every role too: nothing moves by itself. */
const patient: SaleTiming = {
  beginMs: 3_600_000,
  cardWaitMs: 3_600_000,
  retryMs: 3_600_000,
  ladderMs: [3_600_000],
  captureMs: 3_600_000,
  attentionMs: 3_600_000,
};

export interface TestApiOptions {
  /** Whose tokens are believed; without it nobody's. */
  readonly tokens?: TokenSettings;
  readonly settings?: Partial<ApiSettings>;
  readonly administration?: ReaderAdministration;
  readonly figures?: ProcessorFigures;
  readonly offerReport?: (reportJobId: string) => void;
}

export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const database = await createTestDatabase();
  const orm = await createOrm(database.url);
  const pool = new SqlPool(database.url, 10);
  const story = saleScript(pool);
  const temporal = await startTestTemporal(story.activities);
  const shops = await seedShops(orm);
  const dependencies = dependenciesOf({ orm, pool, temporal }, options);
  const server = await listenTo(dependencies);
  const { url } = server;
  return {
    url,
    orm,
    pool,
    shops,
    story,
    hub: dependencies.hub,
    databaseUrl: database.url,
    dependencies,
    call: (method, path, call) => send(`${url}${path}`, method, { as: shops.ours.key, ...call }),
    fingerprint: async () => {
      await dependencies.answers.settled();
      return fingerprint(pool);
    },
    close: async () => {
      dependencies.hub.close();
      await dependencies.answers.settled();
      await server.close();
      await temporal.close();
      await pool.close();
      await orm.close();
      await database.drop();
    },
  };
}

function dependenciesOf(
  base: { orm: Orm; pool: SqlPool; temporal: TestTemporal },
  options: TestApiOptions,
): ApiDependencies {
  const { orm, pool, temporal } = base;
  const log = createLogger('silent', {});
  const hub = new SaleEventHub(pool, log);
  return {
    orm,
    pool,
    temporal: temporal.client,
    setUpsAt: () => ({
      customer: () => Promise.reject(new Error('This test has no processor.')),
      setUp: () => Promise.reject(new Error('This test has no processor.')),
      detach: () => Promise.reject(new Error('This test has no processor.')),
    }),
    offerReport: options.offerReport ?? (() => undefined),
    figuresAt: () => options.figures ?? silent,
    secretsAt: () => ({ ofPayment: () => Promise.reject(new Error('This test has no processor.')) }),
    administrationFor: () => options.administration ?? unreachable,
    hub,
    answers: new AnswerKeeper(pool, (error) => {
      throw error;
    }),
    sealKeys: testSealKeys,
    health: new Health({ database: () => pool.rows('SELECT 1') }),
    metrics: createMetrics({ pool, listeners: () => hub.listenerCount }),
    log,
    ...(options.tokens === undefined ? {} : { tokens: options.tokens }),
    payoutSettings: {
      bulkQueue: temporal.taskQueue,
      originators,
      calendar: { zone: 'Australia/Sydney', holidays: new Set() },
      sealKeys: testSealKeys,
      issuer: defaultInvoiceIssuer,
      feeTaxes: defaultFeeTaxes,
    },
    settings: {
      version: '0.0.0-test',
      taskQueue: temporal.taskQueue,
      bulkTaskQueue: `${temporal.taskQueue}-bulk`,
      deadlineMs: 10_000,
      saleTiming: patient,
      checkoutTiming: { ...patient, checkoutMs: 60_000, topUpMs: 60_000, bookingMs: 60_000 },
      limitsOf: topUpLimits,
      refundTiming: patient,
      refundRules,
      saleAmountMaxMinor: 10_000_00,
      corrections: { approvalAboveMinor: null, timing: correctionTiming, feeTaxes: defaultFeeTaxes },
      settlement: {
        taskQueueBulk: temporal.taskQueue,
        timing: settlementTiming,
        rules: { feeTaxes: defaultFeeTaxes, minimums: {} },
        approvalsWanted: 1,
        sealKeys: testSealKeys,
      },
      defaultZone: 'Australia/Sydney',
      rateLimitPerMinute: 100_000,
      corsOrigins: 'https://till.example',
      ...options.settings,
    },
  };
}

const silent: ProcessorFigures = {
  ofCharge: () => Promise.reject(new ProcessorSilence('This test has no processor.')),
  available: () => Promise.reject(new ProcessorSilence('This test has no processor.')),
};

const unreachable: ReaderAdministration = {
  register: () => Promise.reject(new Error('This test has no processor.')),
  list: () => Promise.reject(new Error('This test has no processor.')),
  rename: () => Promise.reject(new Error('This test has no processor.')),
  remove: () => Promise.reject(new Error('This test has no processor.')),
};

/** Sends a request as it is given. */
export async function send(url: string, method: string, call: TestCall): Promise<TestAnswer> {
  const hasBody = call.raw !== undefined || call.body !== undefined;
  const headers = {
    ...(call.as === undefined || call.as === '' ? {} : { authorization: `Bearer ${call.as}` }),
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
    ...(call.key === undefined ? {} : { 'idempotency-key': call.key }),
    ...call.headers,
  };
  const body = call.raw ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (isJson && text !== '' ? JSON.parse(text) : {}) as Loose,
  };
}

const tables = [
  'organisation',
  'site',
  'reader',
  'processor_account',
  'api_key',
  'audit_event',
  'sale',
  'sale_event',
  'idempotency_request',
];

async function fingerprint(pool: SqlPool): Promise<string> {
  const sums = await pool.rows(`CHECKSUM TABLE ${tables.join(', ')}`);
  return JSON.stringify(sums);
}

/** The id that an answer names. */
export function idOf(answer: TestAnswer): string {
  return textOf(answer.body['id']);
}

/** The items of a list. */
export function itemsOf(answer: TestAnswer): readonly Loose[] {
  return answer.body['items'] as unknown as readonly Loose[];
}
