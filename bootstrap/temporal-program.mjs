import { existsSync } from 'node:fs';
import { findProgram, run } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { cachedGoBinary, goIsThere, provideGoBinary } from './go-binary.mjs';
import { temporalModule } from './pinned-modules.mjs';
import { downloadTemporal } from './temporal-download.mjs';

const oldestServer = [1, 31];

export const temporalWays = [
  'set TEMPORAL_ADDRESS=host:port to use a Temporal server you have (1.31 or newer)',
  'or put the `temporal` command line (1.8 or newer) on your PATH: https://docs.temporal.io/cli',
  'or install Go (https://go.dev/dl): the pinned server in bootstrap/temporal is then built once, in a few minutes',
];

/**
 * The program that is the server: on the PATH if new enough, else built before, else built now with Go, else the
 * SDK's own download.
 * @param {{ signal?: AbortSignal, step: { note: (text: string) => void } }} context
 * @returns {Promise<string>} its path
 */
export async function findTemporalProgram({ signal, step }) {
  const installed = findProgram(['temporal']);
  if (installed && isNewEnough((await run(installed, ['--version'], { signal })).output)) return installed;
  const cached = cachedGoBinary(temporalModule);
  if (existsSync(cached)) return cached;
  if (goIsThere()) return provideGoBinary(temporalModule, { signal, step });
  const downloaded = await downloadTemporal({ signal, step });
  if (downloaded) return downloaded;
  throw new SetupFailure('No Temporal server to be found, and none could be downloaded.', { advice: temporalWays });
}

/** Whether `temporal --version` speaks of a server as new as ours needs. */
export function isNewEnough(versionOutput) {
  const [, major, minor] = /Server (\d+)\.(\d+)/.exec(versionOutput) ?? [];
  if (major === undefined) return false;
  const [oldMajor, oldMinor] = oldestServer;
  return Number(major) > oldMajor || (Number(major) === oldMajor && Number(minor) >= oldMinor);
}
