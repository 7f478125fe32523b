import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { cachedGoBinary, pinnedVersion } from './go-binary.mjs';
import { findNode } from './node-runtime.mjs';
import { checkout } from './paths.mjs';
import { temporalModule } from './pinned-modules.mjs';

// Where the internet is out of reach, a firewall may swallow the attempt instead of refusing it.
const limitMs = 180_000;

/**
 * Lets the SDK fetch the pinned command line (which is the server) into the cache.
 * @returns {Promise<string | undefined>} its path, or undefined where it cannot be reached
 */
export async function downloadTemporal({ signal, step }) {
  const version = pinnedVersion(readFileSync(join(temporalModule.folder, 'go.mod'), 'utf8'), temporalModule.module);
  const folder = join(cachedGoBinary(temporalModule), '..', 'downloaded');
  const program = () => existsSync(folder) && readdirSync(folder).find((name) => name.startsWith('temporal'));
  if (program()) return join(folder, program());
  await ensureDependencies({ signal, step });
  mkdirSync(folder, { recursive: true });
  step.note('downloading the server');
  const script = join(checkout, 'bootstrap', 'temporal-download-run.mjs');
  const limited = AbortSignal.any([AbortSignal.timeout(limitMs), ...(signal ? [signal] : [])]);
  const { code } = await run(findNode(), [script, folder, version], { signal: limited }).catch((error) => {
    signal?.throwIfAborted();
    return { code: 1, error };
  });
  return code === 0 && program() ? join(folder, program()) : undefined;
}
