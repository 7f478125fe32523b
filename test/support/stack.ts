import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The addresses of the running stack, as `npm run stack -- up` wrote them. */
export interface Stack {
  /** `mariadb://…` or `mysql://…`; its user may create databases of its own. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** host:port of the frontend; the namespace is `default`. */
  readonly temporalAddress: string;
  /** Absent for a Temporal server that somebody else runs and whose UI was not named. */
  readonly temporalUiUrl: string | null;
  /** The built stripe-mock, to be started on a free port by the test that wants it. */
  readonly stripeMockBinary: string | null;
}

/** The folder for what runs write: logs, results, the stack's data. */
export const stateFolder = resolve(import.meta.dirname, '../../.tillflow');

/**
 * Reads the addresses of the running stack.
 * @throws Error that says how to bring it up
 */
export function runningStack(file = join(stateFolder, 'stack.json')): Stack {
  const text = readIfThere(file);
  if (text === undefined) throw new Error('The stack is not up. Bring it up with: npm run stack -- up');
  return parseStack(text);
}

/** The stack out of the text of `stack.json`; names the first entry that is not as it should be. */
export function parseStack(text: string): Stack {
  const entries = JSON.parse(text) as Record<string, unknown>;
  return {
    databaseUrl: textOf(entries, 'databaseUrl'),
    redisUrl: textOf(entries, 'redisUrl'),
    temporalAddress: textOf(entries, 'temporalAddress'),
    temporalUiUrl: optionalTextOf(entries, 'temporalUiUrl'),
    stripeMockBinary: optionalTextOf(entries, 'stripeMockBinary'),
  };
}

/** The text of a file, or undefined when it does not exist. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function textOf(entries: Record<string, unknown>, name: string): string {
  const value = entries[name];
  if (typeof value === 'string') return value;
  throw new Error(`.tillflow/stack.json has no ${name}. Write it anew with: npm run stack -- up`);
}

function optionalTextOf(entries: Record<string, unknown>, name: string): string | null {
  return entries[name] === null || entries[name] === undefined ? null : textOf(entries, name);
}
