import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createControlClient, type ControlClient } from '../../simulator/control-client.ts';
import { startChild, type Child } from './child-process.ts';
import { furnishSimulator } from './furnish-simulator.ts';
import { say } from './story.ts';

/** Ports of what a person may open. */
export interface DemoPorts {
  readonly api: number;
  readonly admin: number;
  readonly metrics: number;
  readonly simulator: number;
}

/** Simulator, API, worker and jobs, each a process of its own. */
export interface DemoSystem {
  readonly ports: DemoPorts;
  readonly control: ControlClient;
  /** The first end of any of them, which is a failure before `stop` was called. */
  ended(): Promise<void>;
  stop(): Promise<void>;
}

const logFolder = join(process.env['TILLFLOW_DIR'] ?? '.tillflow', 'logs');

/** Starts the whole system on free ports, for a migrated database; `env` is added to each process's surroundings. */
export async function openDemoSystem(env: NodeJS.ProcessEnv): Promise<DemoSystem> {
  mkdirSync(logFolder, { recursive: true });
  const [simulator, api, admin, metrics] = await freePorts(4);
  const ports = { simulator, api, admin, metrics };
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop()));
  };
  try {
    const control = await startSimulator(children, ports);
    const secret = await furnishSimulator(control, {
      simulatorUrl: `http://127.0.0.1:${simulator}`,
      webhookUrl: `http://127.0.0.1:${api}/webhooks/stripe`,
    });
    const surroundings = { ...environment(ports, secret), ...env };
    await Promise.all([
      start(children, { name: 'temporal worker', file: 'workers/temporal.ts' }, surroundings),
      start(children, { name: 'jobs', file: 'workers/jobs.ts' }, surroundings),
      start(children, { name: 'api', file: 'workers/api.ts', at: `127.0.0.1:${api}` }, surroundings),
    ]);
    const ended = async (): Promise<void> => {
      await Promise.race(children.map((child) => child.ended));
    };
    return { ports, control, stop, ended };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Program {
  readonly name: string;
  readonly file: string;
  readonly args?: readonly string[];
  /** Where it listens, for the reader. */
  readonly at?: string;
}

/** With a new seed at each start: the simulator forgets, a book does not, and its names must not come twice. */
async function startSimulator(children: Child[], { simulator }: DemoPorts): Promise<ControlClient> {
  const args = ['--port', String(simulator), '--seed', String(randomInt(2 ** 31))];
  const at = `127.0.0.1:${simulator}`;
  await start(children, { name: 'simulator', file: 'simulator/main.ts', args, at }, process.env);
  return createControlClient(`http://${at}`);
}

async function start(children: Child[], program: Program, env: NodeJS.ProcessEnv): Promise<void> {
  const { name, file, args = [], at = '' } = program;
  const began = performance.now();
  const logFile = join(logFolder, `${name.replace(' ', '-')}.log`);
  children.push(await startChild({ name, program: file, args, env, logFile }));
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  say(`  ready   ${name.padEnd(21)} ${at.padEnd(39)} ${seconds} s`);
}

function environment({ simulator, api, admin, metrics }: DemoPorts, secret: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    STRIPE_API_KEY: 'sk_test_demo',
    STRIPE_API_BASE: `http://127.0.0.1:${simulator}`,
    STRIPE_WEBHOOK_SECRET: secret,
    STRIPE_SUPPRESS_NOTICES: 'true',
    API_PORT: String(api),
    ADMIN_PORT: String(admin),
    WORKER_METRICS_PORT: String(metrics),
  };
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
