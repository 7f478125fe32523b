import { spawn } from 'node:child_process';
import { accessSync, constants as access, statSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { SetupFailure } from './failure.mjs';

const keptOutput = 64 * 1024;
// Debian keeps servers where an ordinary user's PATH does not look.
const moreFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/libexec', '/opt/homebrew/bin'];

/**
 * Runs a program to its end, in a process group of its own, so that an interruption ends all it started.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal, stopSignal?: NodeJS.Signals,
 *   patienceMs?: number, onLine?: (line: string) => void }} [options]
 * @returns {Promise<{ code: number, output: string }>} exit code (128 for a death by signal) and the end of its output
 */
export function run(program, args, options = {}) {
  const { cwd, env = process.env, signal } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const output = collectOutput(child, options.onLine);
    const ending = endOnAbort(child, options);
    child.once('error', (error) => {
      ending.forget();
      reject(new SetupFailure(`${program} could not be started: ${error.message}`));
    });
    child.once('close', (code) => {
      ending.forget();
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code: code ?? 128, output: output() });
    });
  });
}

/** As `run`, but anything but success is a failure: `options.doing` says of what, `options.advice` what to do. */
export async function mustRun(program, args, options) {
  const { code, output } = await run(program, args, options);
  if (code === 0) return output;
  throw new SetupFailure(`${options.doing} failed (${program} ended with code ${code}).`, {
    detail: beginningAndEnd(output),
    advice: options.advice ?? [],
  });
}

/**
 * Hands over to a program that speaks for itself: its words are ours, an interruption is passed on once, a second one
 * kills it, and nothing it started is left behind.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, interruption: { signal: AbortSignal, onImpatience: (act: () => void) => void } }} options
 * @returns {Promise<number>} its exit code; 128 and the signal's number when a signal ended it
 */
export function handOver(program, args, { cwd, env, interruption }) {
  const { signal, onImpatience } = interruption;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
    const forward = () => process.kill(child.pid, signal.reason.signal);
    signal.addEventListener('abort', forward, { once: true });
    onImpatience(() => killGroup(child.pid, 'SIGKILL'));
    child.once('error', reject);
    child.once('exit', (code, cause) => {
      signal.removeEventListener('abort', forward);
      onImpatience(() => {});
      killGroup(child.pid, 'SIGKILL');
      resolve(code ?? 128 + constants.signals[cause]);
    });
  });
}

/** The full path of the first of these programs on the PATH (or where system servers live), or undefined. */
export function findProgram(names, env = process.env) {
  const folders = [...(env.PATH ?? '').split(delimiter), ...moreFolders].filter(Boolean);
  for (const name of [names].flat()) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

/** Sends a signal to a process group; false when there is none any more. */
export function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Some programs give the reason first, some last. */
function beginningAndEnd(output) {
  const lines = output.split('\n').filter((line) => !/\bwarn\b/i.test(line));
  return lines.length <= 30 ? lines.join('\n') : [...lines.slice(0, 12), '…', ...lines.slice(-15)].join('\n');
}

function isExecutable(path) {
  try {
    accessSync(path, access.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function collectOutput(child, onLine) {
  let text = '';
  let rest = '';
  const take = (chunk) => {
    text = (text + chunk).slice(-keptOutput);
    if (!onLine) return;
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  };
  child.stdout?.setEncoding('utf8').on('data', take);
  child.stderr?.setEncoding('utf8').on('data', take);
  return () => text;
}

function endOnAbort(child, { signal, stopSignal = 'SIGTERM', patienceMs = 5000 }) {
  let lastResort;
  const end = () => {
    killGroup(child.pid, stopSignal);
    lastResort = setTimeout(() => killGroup(child.pid, 'SIGKILL'), patienceMs);
  };
  signal?.addEventListener('abort', end, { once: true });
  return {
    forget: () => {
      clearTimeout(lastResort);
      signal?.removeEventListener('abort', end);
    },
  };
}
