import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Everything the stack writes inside the checkout; ignored by git, deleted by `npm run stack -- reset`. */
export const stateFolder = join(checkout, '.tillflow');

/** What is expensive to make and the same for every checkout (built servers), by version. */
export function cacheFolder(env = process.env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tillflow');
}
