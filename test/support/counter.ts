import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createControlClient, type ControlClient } from '../../simulator/control-client.ts';
import { startSimulator } from '../../simulator/server.ts';
import { loadConfig } from '../../src/config.ts';
import type { SaleTiming } from '../../src/domain/counter/sale-timing.ts';
import { createOrm, type Orm } from '../../src/entities/orm.ts';
import { createApiServer } from '../../workers/api-server.ts';
import { furnishSimulator } from '../../workers/demo/furnish-simulator.ts';
import { seedDemoShop, type DemoShop } from '../../workers/demo/seed.ts';
import { createJobsProcess } from '../../workers/jobs-process.ts';
import { createTemporalWorker } from '../../workers/temporal-worker.ts';
import { createTestDatabase } from './database.ts';
import { freePort } from './free-port.ts';
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
  const control = createControlClient(simulator.url);
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}`;
  const secret = await furnishSimulator(control, {
    simulatorUrl: simulator.url,
    webhookUrl: `${apiUrl}/webhooks/stripe`,
  });
  const outboxDir = await mkdtemp(join(tmpdir(), 'tillflow-outbox-'));
  const env = {
    ...environment(options),
    OUTBOX_DIR: outboxDir,
    DATABASE_URL: database.url,
    API_PORT: String(port),
    STRIPE_API_BASE: simulator.url,
    STRIPE_WEBHOOK_SECRET: secret,
    ...options.env,
  };
  const orm = await createOrm(database.url, 4);
  const shop = await seedDemoShop(orm);
  const api = await createApiServer(loadConfig(env));
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
      await api.stop();
      await orm.close();
      await connection.close();
      await simulator.stop();
      await database.drop();
      await rm(outboxDir, { recursive: true, force: true });
    },
  };
}

function environment(options: CounterOptions): Record<string, string> {
  const stack = runningStack();
  const name = randomUUID();
  return {
    REDIS_URL: stack.redisUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TASK_QUEUE_PAYMENTS: `payments-${name}`,
    TASK_QUEUE_BULK: `bulk-${name}`,
    QUEUE_PREFIX: `test-${name}`,
    SETTLEMENT_SCHEDULE: 'false',
    RECONCILIATION_SCHEDULE: 'false',
    WORKFLOW_BUNDLE: bundlePath(),
    STICKY_TIMEOUT_MS: '100',
    STRIPE_API_KEY: 'sk_test_demo',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'fatal',
    NOTICE_MS: '200',
    EVENT_SWEEP_MS: '200',
    INBOX_SWEEP_MS: '200',
    FEE_SWEEP_MS: '200',
    SALE_TIMING: JSON.stringify(options.timing ?? {}),
  };
}

/** A worker in a process of its own, to be killed. */
export async function forkWorker(counter: Counter): Promise<ChildProcess> {
  const program = resolve(import.meta.dirname, '../../workers/temporal.ts');
  const node = resolve(import.meta.dirname, '../../node_modules/.bin/node');
  const child = fork(program, [], {
    execPath: node,
    execArgv: [],
    env: { ...counter.env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return child;
}

/** kill -9, and its end. */
export async function killHard(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
