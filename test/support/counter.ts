import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createControlClient, type ControlClient } from '../../simulator/control-client.ts';
import { startSimulator } from '../../simulator/server.ts';
import { loadConfig } from '../../src/config.ts';
import { subscribedEventTypes } from '../../src/domain/provider-events.ts';
import type { SaleTiming } from '../../src/domain/sale-timing.ts';
import { createOrm, type Orm } from '../../src/entities/orm.ts';
import { createApiServer } from '../../workers/api-server.ts';
import { demoNames, seedDemoShop, type DemoShop } from '../../workers/demo/seed.ts';
import { createJobsProcess } from '../../workers/jobs-process.ts';
import type { Running } from '../../workers/process.ts';
import { createTemporalWorker } from '../../workers/temporal-worker.ts';
import { createTestDatabase } from './database.ts';
import { runningStack } from './stack.ts';
import { bundlePath, quietRuntime } from './temporal.ts';
import { Till } from './till.ts';

/** The whole system of one test file: everything real, the processor simulated, nothing shared but the servers. */
export interface Counter {
  readonly till: Till;
  readonly control: ControlClient;
  readonly shop: DemoShop;
  readonly orm: Orm;
  readonly temporal: Client;
  readonly databaseUrl: string;
  readonly apiUrl: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ends the worker of this process, so that a test may run its own. */
  stopWorker(): Promise<void>;
  close(): Promise<void>;
}

export interface CounterOptions {
  readonly timing?: Partial<SaleTiming>;
  readonly env?: Readonly<Record<string, string>>;
  /** Leaves out the worker or the jobs, for tests that bring their own. */
  readonly without?: readonly ('worker' | 'jobs')[];
}

/** Starts the simulator, a fresh database, the API, the jobs and a worker. */
export async function openCounter(options: CounterOptions = {}): Promise<Counter> {
  quietRuntime();
  const simulator = await startSimulator({ seed: Date.now() % 2 ** 31 });
  const database = await createTestDatabase();
  const env = environment(simulator.url, database.url, options);
  const orm = await createOrm(database.url, 4);
  const shop = await seedDemoShop(orm);
  const api = await createApiServer(loadConfig(env));
  const apiUrl = `http://127.0.0.1:${api.facts['api'] ?? ''}`;
  const control = createControlClient(simulator.url);
  await furnish(control, `${apiUrl}/webhooks/stripe`);
  const jobs = options.without?.includes('jobs') ? undefined : await createJobsProcess(loadConfig(env));
  let worker = options.without?.includes('worker') ? undefined : await createTemporalWorker(loadConfig(env));
  const connection = await Connection.connect({ address: runningStack().temporalAddress });
  const stopWorker = async (): Promise<void> => {
    await worker?.stop();
    worker = undefined;
  };
  return {
    till: new Till(apiUrl, shop.secret, { site: shop.site.slug, reader: shop.reader.id }),
    control,
    shop,
    orm,
    temporal: new Client({ connection }),
    databaseUrl: database.url,
    apiUrl,
    env,
    stopWorker,
    close: async () => {
      await stopWorker();
      await jobs?.stop();
      await stopQuietly(api);
      await orm.close();
      await connection.close();
      await simulator.stop();
      await database.drop();
    },
  };
}

const webhookSecret = 'whsec_test_0123456789abcdef';

/** The reader, its location and the endpoint that events are delivered to, as the processor knows them. */
export async function furnish(control: ControlClient, url: string): Promise<void> {
  await control.seed({
    accounts: [{ id: demoNames.account, secretKeys: ['sk_test_demo'], publishableKeys: ['pk_test_demo'] }],
    locations: [{ account: demoNames.account, id: demoNames.location, display_name: 'Front counter' }],
    readers: [{ account: demoNames.account, id: demoNames.reader, location: demoNames.location, label: 'Till 1' }],
    webhookEndpoints: [
      { account: demoNames.account, url, secrets: [webhookSecret], enabled_events: [...subscribedEventTypes] },
    ],
  });
}

function environment(stripeUrl: string, databaseUrl: string, options: CounterOptions): Record<string, string> {
  const stack = runningStack();
  const name = randomUUID();
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: stack.redisUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TASK_QUEUE_PAYMENTS: `payments-${name}`,
    TASK_QUEUE_BULK: `bulk-${name}`,
    QUEUE_PREFIX: `test-${name}`,
    WORKFLOW_BUNDLE: bundlePath(),
    STICKY_TIMEOUT_MS: '100',
    STRIPE_API_BASE: stripeUrl,
    STRIPE_API_KEY: 'sk_test_demo',
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    API_PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'fatal',
    EVENT_SWEEP_MS: '200',
    INBOX_SWEEP_MS: '200',
    FEE_SWEEP_MS: '200',
    SALE_TIMING: JSON.stringify(options.timing ?? {}),
    ...options.env,
  };
}

/** A worker in a process of its own, to be killed. */
export async function forkWorker(counter: Counter): Promise<ChildProcess> {
  const program = resolve(__dirname, '../../workers/temporal.ts');
  const node = resolve(__dirname, '../../node_modules/.bin/node');
  const child = fork(program, [], { execPath: node, execArgv: [], env: { ...counter.env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(child, 'message');
  return child;
}

/** kill -9, and its end. */
export async function killHard(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function stopQuietly(running: Running): Promise<void> {
  await running.stop();
}
