import { randomInt, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { createControlClient, type ControlClient } from '../../simulator/control-client.ts';
import { createOrm } from '../../src/entities/orm.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { freePort } from '../../test/support/free-port.ts';
import { runningStack } from '../../test/support/stack.ts';
import { startChild } from '../../workers/demo/child-process.ts';
import { furnishSimulator } from '../../workers/demo/furnish-simulator.ts';
import { seedDemoShop } from '../../workers/demo/seed.ts';
import type { Owner } from './belongings.ts';
import { addReaders, type BenchReader } from './readers.ts';
import { benchFolder, makeBundle } from './workflow-bundle.ts';

/** The whole product as production runs it: each part a process of its own, on the stack's servers. */
export interface BenchSystem {
  readonly apiUrl: string;
  readonly control: ControlClient;
  readonly database: TestDatabase;
  /** Sells at `site`; each reader takes one sale at a time. */
  readonly apiKey: string;
  readonly site: string;
  /** Who sells at `site`, and whom members pay. */
  readonly organisation: string;
  readonly readers: readonly BenchReader[];
  readonly webhookSecret: string;
  /** What the processes were started with. */
  readonly env: Readonly<Record<string, string>>;
  /** Process ids by name: `api`, `worker`, `jobs`, `simulator`. */
  readonly pids: Readonly<Record<string, number>>;
}

export interface SystemOptions {
  readonly readers: number;
  /** Leaves out processes that a bench does not need. */
  readonly without?: readonly ('worker' | 'jobs')[];
  /** Settings that differ from production's. */
  readonly env?: Readonly<Record<string, string>>;
}

const programs = { api: 'workers/api.ts', worker: 'workers/temporal.ts', jobs: 'workers/jobs.ts' } as const;

/** Starts everything on a fresh database, in the order of `npm start`. */
export async function openSystem(owner: Owner, options: SystemOptions): Promise<BenchSystem> {
  mkdirSync(benchFolder, { recursive: true });
  const database = await createTestDatabase();
  owner.owns(() => database.drop());
  const [simulatorPort, apiPort] = [await freePort(), await freePort()];
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const pids: Record<string, number> = {};
  const start = async (name: string, program: string, how: { env?: NodeJS.ProcessEnv; args?: string[] }) => {
    const logFile = join(benchFolder, `${name}.log`);
    const child = await startChild({ name, program, logFile, env: how.env ?? process.env, args: how.args ?? [] });
    owner.owns(() => child.stop());
    pids[name] = child.pid;
  };
  const args = ['--port', String(simulatorPort), '--seed', String(randomInt(2 ** 31))];
  await start('simulator', 'simulator/main.ts', { args });
  const control = createControlClient(simulatorUrl);
  const webhookSecret = await furnishSimulator(control, { simulatorUrl, webhookUrl: `${apiUrl}/webhooks/stripe` });
  const orm = await createOrm(database.url, 1);
  const shop = await seedDemoShop(orm);
  const readers = await addReaders(orm, { control, site: shop.site, count: options.readers });
  await orm.close();
  const workflowsPath = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));
  const bundle = await makeBundle(owner, { name: 'product', workflowsPath });
  const places = { database: database.url, apiPort, simulatorUrl, webhookSecret, bundle };
  const env = { ...environment(places), ...options.env };
  owner.owns(() => forgetQueues(env));
  for (const [name, program] of Object.entries(programs)) {
    if (!options.without?.includes(name as 'worker' | 'jobs')) await start(name, program, { env });
  }
  return {
    ...{ apiUrl, control, database, readers, webhookSecret, env },
    ...{ apiKey: shop.secret, site: shop.site.slug, organisation: shop.site.organisationId },
    pids,
  };
}

/** Queues that nobody serves any more would stay in Redis for ever. */
async function forgetQueues(env: Readonly<Record<string, string>>): Promise<void> {
  const redis = new Redis(env['REDIS_URL'] ?? '');
  for await (const keys of redis.scanStream({ match: `${env['QUEUE_PREFIX'] ?? ''}:*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await redis.unlink(keys as string[]);
  }
  redis.disconnect();
}

interface Places {
  readonly database: string;
  readonly apiPort: number;
  readonly simulatorUrl: string;
  readonly webhookSecret: string;
  readonly bundle: string;
}

/** Production's defaults, but for the limit of requests a minute, which a bench is meant to pass. */
function environment(places: Places): Record<string, string> {
  const stack = runningStack();
  const name = randomUUID();
  return {
    NODE_ENV: 'production',
    PATH: process.env['PATH'] ?? '',
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
    DATABASE_URL: places.database,
    REDIS_URL: stack.redisUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TASK_QUEUE_PAYMENTS: `payments-${name}`,
    TASK_QUEUE_BULK: `bulk-${name}`,
    QUEUE_PREFIX: `bench-${name}`,
    SETTLEMENT_SCHEDULE: 'false',
    WORKFLOW_BUNDLE: places.bundle,
    STRIPE_API_KEY: 'sk_test_demo',
    STRIPE_API_BASE: places.simulatorUrl,
    STRIPE_WEBHOOK_SECRET: places.webhookSecret,
    API_PORT: String(places.apiPort),
    ADMIN_PORT: '0',
    API_RATE_LIMIT_PER_MINUTE: '100000000',
    LOG_LEVEL: 'warn',
  };
}
