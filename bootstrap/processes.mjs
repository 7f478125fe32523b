import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { killGroup } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { identify, isAlive } from './process-identity.mjs';

const pollMs = 25;

/**
 * Starts a server that outlives us, in a process group of its own, and waits until it answers.
 * Its identity is on disk before anything else happens, so that no interruption can lose sight of it.
 * @param {{ name: string, folder: string, program: string, args: string[], env?: NodeJS.ProcessEnv, facts: object }} server
 * @param {{ signal?: AbortSignal, timeoutMs?: number, answers: () => Promise<boolean> }} waiting
 * @returns {Promise<object>} the record of the process: `facts` with its pid
 */
export async function startServer(server, { signal, timeoutMs = 60_000, answers }) {
  const { name, folder, program, args, env = process.env, facts } = server;
  mkdirSync(folder, { recursive: true });
  const log = openSync(logFile(folder), 'w');
  const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let ended = '';
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, cause) => (ended ||= `it ended with ${cause ?? `code ${code}`}`));
  child.unref();
  const record = { ...facts, ...identify(child.pid), program: basename(program) };
  if (child.pid) writeJson(recordFile(folder), record);
  try {
    await waitUntil(answers, { signal, timeoutMs, given: () => ended });
    return record;
  } catch (error) {
    if (child.pid) await stopServer(folder);
    if (signal?.aborted) throw signal.reason;
    throw notAnswering(name, folder, ended || error.message);
  }
}

/** The record of the server that was started in this folder, if that very process still runs. */
export function runningServer(folder) {
  const record = readJson(recordFile(folder));
  return record && isAlive(record) ? record : undefined;
}

/**
 * Asks our own server to end, waits, and kills it if it does not. Only ever the process that was started here.
 * @returns {Promise<boolean>} whether there was one
 */
export async function stopServer(folder, { patienceMs = 15_000 } = {}) {
  const record = runningServer(folder);
  if (record) {
    process.kill(record.pid, 'SIGTERM');
    const patience = Date.now() + patienceMs;
    while (isAlive(record) && Date.now() < patience) await pause(pollMs);
    if (isAlive(record)) killGroup(record.pid, 'SIGKILL');
    while (isAlive(record)) await pause(pollMs);
  }
  rmSync(recordFile(folder), { force: true });
  return record !== undefined;
}

/** Asks again and again until the answer is yes; fails when `given()` says that the other side has given up. */
export async function waitUntil(answers, { signal, timeoutMs, given = () => '' }) {
  const deadline = performance.now() + timeoutMs;
  while (!(await answers())) {
    signal?.throwIfAborted();
    if (given()) throw new Error(given());
    if (performance.now() > deadline) throw new Error(`it did not answer within ${timeoutMs / 1000} s`);
    await pause(pollMs);
  }
}

/** JSON of a file, or undefined when there is none or it is not whole. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes JSON so that a reader sees the old file or the new one, never a part. */
export function writeJson(path, value) {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(aside, path);
}

function notAnswering(name, folder, reason) {
  const lines = readText(logFile(folder)).trimEnd().split('\n').slice(-15).join('\n');
  return new SetupFailure(`${name} did not come up: ${reason}.`, {
    detail: lines,
    advice: [`Read the whole log: ${logFile(folder)}`, 'Begin with empty data folders: npm run stack -- reset'],
  });
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const logFile = (folder) => join(folder, 'server.log');
const recordFile = (folder) => join(folder, 'process.json');
