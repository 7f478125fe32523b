import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { createControlClient, type ControlClient } from '../../../simulator/control-client.ts';
import { startSimulator } from '../../../simulator/server.ts';
import type { SaleTiming } from '../../../src/domain/counter/sale-timing.ts';
import { createOrm } from '../../../src/entities/orm.ts';
import { furnishSimulator } from '../../../workers/demo/furnish-simulator.ts';
import { seedDemoShop, type DemoShop } from '../../../workers/demo/seed.ts';
import { createTestDatabase } from '../../support/database.ts';
import { freePort } from '../../support/free-port.ts';
import { runningStack } from '../../support/stack.ts';
import { bundlePath } from '../../support/temporal.ts';
import { Till } from '../../support/till.ts';
import { program, type Program, type ProgramName } from './program.ts';

/** The whole system as processes that can be killed, with the simulator as the outside world, which never is. */
export interface World {
  readonly control: ControlClient;
  readonly shop: DemoShop;
  /** At the demo's own reader; more of them come with `openDesks`. */
  readonly till: Till;
  readonly databaseUrl: string;
  /** Straight to the server, past any proxy. */
  readonly temporal: Client;
  readonly apiUrl: string;
  /** What every process of the product is started with. */
  readonly env: Readonly<Record<string, string>>;
  readonly api: Program;
  readonly jobs: Program;
  readonly worker: Program;
  /** Starts those that are named, at once; all by default. */
  start(names?: readonly ProgramName[]): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly seed: number;
  readonly timing?: Partial<SaleTiming>;
  readonly env?: Readonly<Record<string, string>>;
  /** Servers of the test's own in the place of the stack's. */
  readonly servers?: { readonly databaseUrl?: string; readonly redisUrl?: string; readonly temporalAddress?: string };
}

/** Makes everything but the product's processes: those start with `start`. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const { databaseUrl, redisUrl, temporalAddress } = { ...runningStack(), ...options.servers };
  const [simulator, database, port] = await Promise.all([
    startSimulator({ seed: options.seed }),
    createTestDatabase(databaseUrl),
    freePort(),
  ]);
  const control = createControlClient(simulator.url);
  const apiUrl = `http://127.0.0.1:${port}`;
  const webhookUrl = `${apiUrl}/webhooks/stripe`;
  const secret = await furnishSimulator(control, { simulatorUrl: simulator.url, webhookUrl });
  const env = {
    ...environment(options),
    DATABASE_URL: database.url,
    REDIS_URL: redisUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    API_PORT: String(port),
    STRIPE_API_BASE: simulator.url,
    STRIPE_WEBHOOK_SECRET: secret,
    ...options.env,
  };
  const shop = await seedShop(database.url);
  const connection = await Connection.connect({ address: temporalAddress });
  const programs = { api: program('api', env), jobs: program('jobs', env), temporal: program('temporal', env) };
  const isOurs = options.servers?.databaseUrl !== undefined;
  // A connection of ours would not survive what is done to a server of our own.
  if (isOurs) await database.leave();
  return {
    control,
    shop,
    till: new Till(apiUrl, shop.secret, { site: shop.site.slug, reader: shop.reader.id }),
    databaseUrl: database.url,
    temporal: new Client({ connection }),
    apiUrl,
    env,
    api: programs.api,
    jobs: programs.jobs,
    worker: programs.temporal,
    start: async (names = ['api', 'jobs', 'temporal']) => {
      await Promise.all(names.map((name) => programs[name].start()));
    },
    close: async () => {
      // What is proved is proved: nothing under way is worth waiting for.
      await Promise.all(Object.values(programs).map((one) => one.kill()));
      await connection.close();
      await simulator.stop();
      if (!isOurs) await database.drop();
    },
  };
}

async function seedShop(databaseUrl: string): Promise<DemoShop> {
  const orm = await createOrm(databaseUrl, 1);
  try {
    return await seedDemoShop(orm);
  } finally {
    await orm.close();
  }
}

function environment({ timing = {} }: WorldOptions): Record<string, string> {
  const name = randomUUID();
  return {
    PATH: process.env['PATH'] ?? '',
    TASK_QUEUE_PAYMENTS: `payments-${name}`,
    TASK_QUEUE_BULK: `bulk-${name}`,
    QUEUE_PREFIX: `test-${name}`,
    SETTLEMENT_SCHEDULE: 'false',
    RECONCILIATION_SCHEDULE: 'false',
    WORKFLOW_BUNDLE: bundlePath(),
    STRIPE_API_KEY: 'sk_test_demo',
    ADMIN_PORT: '0',
    API_RATE_LIMIT_PER_MINUTE: '1000000',
    LOG_LEVEL: process.env['TILLFLOW_FAULT_LOG'] ?? 'silent',
    EVENT_SWEEP_MS: '500',
    INBOX_SWEEP_MS: '500',
    FEE_SWEEP_MS: '500',
    UNBEGUN_SWEEP_MS: '2000',
    SALE_TIMING: JSON.stringify(timing),
  };
}
