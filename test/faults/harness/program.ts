import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export type ProgramName = 'api' | 'jobs' | 'temporal';

/** One process of the product, run as production runs it, which can be killed and started again. */
export interface Program {
  readonly name: ProgramName;
  readonly kills: number;
  /** Bytes that the process holds in memory now. */
  residentBytes(): number;
  /** Starts it, with `more` over its environment for this life; resolves when it says that it is ready. */
  start(more?: Readonly<Record<string, string>>): Promise<void>;
  /** `kill -9`, and its end. */
  kill(): Promise<void>;
  /** SIGTERM, and its end. */
  stop(): Promise<void>;
}

const checkout = resolve(import.meta.dirname, '../../..');

/** `workers/<name>.ts` with only `env` around it; not started yet. */
export function program(name: ProgramName, env: Readonly<Record<string, string>>): Program {
  let child: ChildProcess | undefined;
  let kills = 0;
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const dying = child;
    child = undefined;
    if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return;
    const exited = once(dying, 'exit');
    dying.kill(signal);
    const patience = setTimeout(() => dying.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(patience);
  };
  return {
    name,
    get kills() {
      return kills;
    },
    residentBytes: () => residentBytes(child?.pid),
    start: async (more = {}) => {
      if (child !== undefined) throw new Error(`${name} is running already.`);
      child = await launch(name, { ...env, ...more });
    },
    kill: async () => {
      kills += 1;
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
}

async function launch(name: ProgramName, env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = fork(resolve(checkout, 'workers', `${name}.ts`), [], {
    execPath: resolve(checkout, 'node_modules/.bin/node'),
    execArgv: [],
    env: { ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // Whatever becomes of the test, nothing it started stays.
  const lastResort = (): void => void child.kill('SIGKILL');
  process.once('exit', lastResort);
  child.once('exit', () => process.off('exit', lastResort));
  const started = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
  if (started === undefined) throw new Error(`${name} ended before it was ready; its words are on standard error.`);
  return child;
}

function residentBytes(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
