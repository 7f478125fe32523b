import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mariadb } from '../../../bootstrap/mariadb.mjs';
import { freePorts } from '../../../bootstrap/ports.mjs';
import { runningServer } from '../../../bootstrap/processes.mjs';
import { redis } from '../../../bootstrap/redis.mjs';
import { findTemporalProgram } from '../../../bootstrap/temporal-program.mjs';
import { temporal } from '../../../bootstrap/temporal.mjs';
import { until } from '../../support/until.ts';

/**
 * A server of one test's own, to be killed: the same program and settings as the stack's, on a data folder and ports
 * that it keeps over its lives.
 */
export interface PrivateServer {
  readonly url: string;
  /** How often it was killed. */
  readonly kills: number;
  /** `kill -9`, and its end. */
  kill(): Promise<void>;
  /** Again, on what is left of its data; resolves when it answers. */
  start(): Promise<void>;
  /** Kills it and deletes its data. */
  remove(): Promise<void>;
}

interface Service {
  start(how: object): Promise<unknown>;
}
interface Made {
  readonly service: Service;
  readonly program: string;
  readonly portCount: number;
  readonly urlOf: (port: number) => string;
}

const silent = { note: () => undefined, say: () => undefined };

export function privateDatabase(): Promise<PrivateServer> {
  const program = mustFind('mariadbd or mysqld', mariadb.findProgram());
  const scheme = program.endsWith('mysqld') ? 'mysql' : 'mariadb';
  const urlOf = (port: number): string => `${scheme}://root@127.0.0.1:${port}/tillflow`;
  return open({ service: mariadb, program, portCount: 1, urlOf });
}

export function privateRedis(): Promise<PrivateServer> {
  const program = mustFind('redis-server', redis.findProgram());
  return open({ service: redis, program, portCount: 1, urlOf: (port) => `redis://127.0.0.1:${port}` });
}

/** Its `url` is the address of its frontend, host:port. */
export async function privateTemporal(): Promise<PrivateServer> {
  const { signal } = new AbortController();
  const program = await findTemporalProgram({ signal, step: silent });
  return open({ service: temporal, program, portCount: 2, urlOf: (port) => `127.0.0.1:${port}` });
}

async function open({ service, program, portCount, urlOf }: Made): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tillflow-fault-'));
  const ports = await freePorts(portCount);
  const { signal } = new AbortController();
  let kills = 0;
  const start = async (): Promise<void> => {
    await service.start({ program, folder, signal, step: silent, ports });
  };
  const end = async (): Promise<void> => {
    const record = processIn(folder);
    if (record === undefined) return;
    process.kill(record.pid, 'SIGKILL');
    await until(() => processIn(folder) === undefined);
  };
  // Whatever becomes of the test, nothing it started stays.
  const lastResort = (): void => {
    const record = processIn(folder);
    if (record !== undefined) process.kill(record.pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', lastResort);
  await start();
  return {
    url: urlOf(ports[0] ?? 0),
    get kills() {
      return kills;
    },
    kill: async () => {
      kills += 1;
      await end();
    },
    start,
    remove: async () => {
      await end();
      process.off('exit', lastResort);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function processIn(folder: string): { readonly pid: number } | undefined {
  return runningServer(folder) as { readonly pid: number } | undefined;
}

function mustFind(name: string, program: string | undefined): string {
  if (program === undefined) throw new Error(`There is no ${name} on this machine.`);
  return program;
}
