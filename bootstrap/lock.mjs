import { linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identify, isAlive } from './process-identity.mjs';

const lookAgainMs = 250;
// Breaking a stale lock takes microseconds; a breaker's mark older than this was left by a crash.
const breakerLimitMs = 10_000;

/**
 * Does `work` while no other process holds the lock file. A lock whose owner is dead is broken.
 * @param {string} path the lock file
 * @param {{ signal?: AbortSignal, onWait?: (owner: { pid: number }) => void }} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @template T
 */
export async function withLock(path, { signal, onWait }, work) {
  mkdirSync(dirname(path), { recursive: true });
  while (!tryLock(path)) {
    const owner = readOwner(path);
    if (owner && isAlive(owner)) onWait?.(owner);
    else breakStale(path);
    await pause(lookAgainMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  try {
    return await work();
  } finally {
    unlinkSync(path);
  }
}

/** Takes the lock, or says that it is held. The file appears whole: it is written aside and linked into place. */
export function tryLock(path) {
  const aside = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(aside, JSON.stringify(identify(process.pid)));
  try {
    linkSync(aside, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(aside);
  }
}

/** Removes a lock whose owner is dead; one breaker at a time, so that nobody removes a successor's lock. */
export function breakStale(path) {
  const mark = `${path}.breaking`;
  if (ageMs(mark) > breakerLimitMs) removeIfThere(mark);
  if (!tryLock(mark)) return;
  try {
    const owner = readOwner(path);
    if (!owner || !isAlive(owner)) removeIfThere(path);
  } finally {
    removeIfThere(mark);
  }
}

function readOwner(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function removeIfThere(path) {
  try {
    unlinkSync(path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
