import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from './paths.mjs';
import { identify, isAlive } from './process-identity.mjs';
import { readJson, writeJson } from './processes.mjs';

const folder = join(stateFolder, 'users');

/**
 * Notes that this process works with the stack, so that another one's end does not take it away.
 * @param {string} purpose as the user knows it: `npm test`
 * @returns {() => void} takes the note back
 */
export function useStack(purpose) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${process.pid}.json`);
  writeJson(file, { ...identify(process.pid), purpose });
  return () => rmSync(file, { force: true });
}

/** What the other processes that work with the stack are doing; notes of dead ones are removed. */
export function otherUsers() {
  const purposes = [];
  for (const name of listFiles()) {
    const user = readJson(join(folder, name));
    if (user?.pid === process.pid) continue;
    if (user && isAlive(user)) purposes.push(`${user.purpose} (${user.pid})`);
    else rmSync(join(folder, name), { force: true });
  }
  return purposes;
}

function listFiles() {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}
