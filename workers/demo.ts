import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createControlClient } from '../simulator/control-client.ts';
import { createOrm, migrate } from '../src/entities/orm.ts';
import { startChild, type Child } from './demo/child-process.ts';
import { furnishSimulator } from './demo/furnish-simulator.ts';
import { demoNames, seedDemoShop } from './demo/seed.ts';
import { tellMember } from './demo/member-story.ts';
import { createDemoApi, say, tellSale } from './demo/story.ts';

// `npm start`: the simulator, the API, the workers, a sale and a member's payment through all of them. It serves until Ctrl-C.
const once = process.argv.includes('--once');
const databaseUrl = needed('DATABASE_URL');
const folder = join(process.env['TILLFLOW_DIR'] ?? '.tillflow', 'logs');
const children: Child[] = [];
const stopped = new Promise<void>((resolve) => {
  process.once('SIGINT', resolve.bind(null, undefined));
  process.once('SIGTERM', resolve.bind(null, undefined));
});

let failure: unknown;
try {
  await Promise.race([stopped, run()]);
} catch (error) {
  failure = error;
}
await Promise.all(children.map((child) => child.stop()));
if (failure !== undefined) say(`\n  Failed: ${failure instanceof Error ? failure.message : JSON.stringify(failure)}`);
process.exit(failure === undefined ? 0 : 1);

async function run(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const [simulator, api, admin, metrics] = await freePorts(4);
  const orm = await createOrm(databaseUrl);
  await migrate(orm);
  const shop = await seedDemoShop(orm);
  await orm.close();
  const simulatorUrl = `http://127.0.0.1:${simulator}`;
  // A new seed at each start: the simulator forgets, our book does not, and its names must not come twice.
  const args = ['--port', String(simulator), '--seed', String(randomInt(2 ** 31))];
  await start({ name: 'simulator', file: 'simulator/main.ts', args, at: `127.0.0.1:${simulator}` }, process.env);
  const control = createControlClient(simulatorUrl);
  const secret = await furnishSimulator(control, {
    simulatorUrl,
    webhookUrl: `http://127.0.0.1:${api}/webhooks/stripe`,
  });
  const env = environment({ simulatorUrl, api, admin, metrics, secret });
  await Promise.all([
    start({ name: 'temporal worker', file: 'workers/temporal.ts' }, env),
    start({ name: 'jobs', file: 'workers/jobs.ts' }, env),
    start({ name: 'api', file: 'workers/api.ts', at: `127.0.0.1:${api}` }, env),
  ]);
  await control.reader(demoNames.reader).willTap('4242424242424242', { after: '250ms' });
  const demo = createDemoApi(`http://127.0.0.1:${api}`, shop.secret);
  const id = await tellSale(demo, shop);
  await tellMember(demo, control, shop);
  invite({ api, admin, metrics, simulator, id, secret: shop.secret, reader: shop.reader.id });
  if (!once) await Promise.race([stopped, ...children.map((child) => child.ended)]);
}

interface Program {
  readonly name: string;
  readonly file: string;
  readonly args?: readonly string[];
  /** Where it listens, for the reader. */
  readonly at?: string;
}

async function start(program: Program, env: NodeJS.ProcessEnv): Promise<void> {
  const { name, file, args = [], at = '' } = program;
  const began = performance.now();
  const child = await startChild({
    name,
    program: file,
    args,
    env,
    logFile: join(folder, `${name.replace(' ', '-')}.log`),
  });
  children.push(child);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  say(`  ready   ${name.padEnd(21)} ${at.padEnd(39)} ${seconds} s`);
}

function environment(at: {
  simulatorUrl: string;
  api: number;
  admin: number;
  metrics: number;
  secret: string;
}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    STRIPE_API_KEY: 'sk_test_demo',
    STRIPE_API_BASE: at.simulatorUrl,
    STRIPE_WEBHOOK_SECRET: at.secret,
    STRIPE_SUPPRESS_NOTICES: 'true',
    API_PORT: String(at.api),
    ADMIN_PORT: String(at.admin),
    WORKER_METRICS_PORT: String(at.metrics),
  };
}

function invite(at: {
  api: number;
  admin: number;
  metrics: number;
  simulator: number;
  id: string;
  secret: string;
  reader: string;
}): void {
  const ui = process.env['TEMPORAL_UI_URL'];
  const http = (port: number, path: string) => `http://127.0.0.1:${port}${path}`;
  const body = JSON.stringify({ site: demoNames.slug, reader: at.reader, amount: { amount: 1250, currency: 'AUD' } });
  say('');
  say(`  Open   API docs     ${http(at.api, '/docs')}`);
  if (ui !== undefined) say(`         Temporal UI  ${ui}/namespaces/default/workflows/sale-${at.id}`);
  say(`         Queues       ${http(at.admin, '/queues')}`);
  say(`         Metrics      ${http(at.admin, '/metrics')}, ${http(at.metrics, '/metrics')}`);
  say(`         Simulator    ${http(at.simulator, '/_control/state')}`);
  say('');
  say(`  Try    curl -s ${http(at.api, '/v1/sales')} -H 'Authorization: Bearer ${at.secret}' \\`);
  say(`           -H 'Content-Type: application/json' -H "Idempotency-Key: $RANDOM" -d '${body}'`);
  say(`         curl -s -X POST ${http(at.simulator, `/_control/readers/${demoNames.reader}/tap`)}   # present a card`);
  if (!once) say('\n  Serving until Ctrl-C.');
}

async function freePorts(count: number): Promise<[number, number, number, number]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports as [number, number, number, number];
}

function listen(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set. Run it through: npm start`);
  return value;
}
