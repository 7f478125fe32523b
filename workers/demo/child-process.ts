import { fork, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** One of our own programs, running beside us. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** How long it took to build what it runs, once its modules were loaded. */
  readonly startedInMs: number;
  /** Rejects when it ends without having been asked to. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
}

export interface ChildSpec {
  readonly name: string;
  /** From the root of the checkout. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
}

/** Starts a program and waits until it says that it is ready; its output goes to a file. */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const program = fileURLToPath(new URL(`../../${spec.program}`, import.meta.url));
  const child = fork(program, [...(spec.args ?? [])], { env: spec.env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const log = createWriteStream(spec.logFile, { flags: 'a' });
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  let asked = false;
  const ended = once(child, 'exit').then(([code]): never => {
    throw new Error(asked ? `${spec.name} was stopped` : `${spec.name} ended by itself (${code}); see ${spec.logFile}`);
  });
  ended.catch(() => undefined); // Whoever cares awaits it; an end that was asked for is no surprise.
  const [{ startedInMs }] = (await Promise.race([once(child, 'message'), ended])) as [{ startedInMs: number }];
  return {
    name: spec.name,
    pid: child.pid ?? 0,
    startedInMs,
    ended,
    stop: () => {
      asked = true;
      return stop(child);
    },
  };
}

/** SIGTERM, so that it finishes what it has begun; SIGKILL for one that does not. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 25_000);
  await exited;
  clearTimeout(impatience);
}
