import { existsSync } from 'node:fs';
import { findProgram, run } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { cachedGoBinary, provideGoBinary, whyGoCannotBuild } from './go-binary.mjs';
import { temporalModule } from './pinned-modules.mjs';
import { downloadTemporal } from './temporal-download.mjs';

const oldestServer = [1, 31];

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
  const obstacle = await whyGoCannotBuild(temporalModule, signal);
  if (!obstacle) return provideGoBinary(temporalModule, { signal, step });
  const downloaded = await downloadTemporal({ signal, step });
  if (downloaded) return downloaded;
  throw new SetupFailure(`No Temporal server to be found, none could be downloaded, and none built: ${obstacle}`, {
    advice: temporalModule.ways,
  });
}

/** Whether `temporal --version` speaks of a server as new as ours needs. */
export function isNewEnough(versionOutput) {
  const [, major, minor] = /Server (\d+)\.(\d+)/.exec(versionOutput) ?? [];
  if (major === undefined) return false;
  const [oldMajor, oldMinor] = oldestServer;
  return Number(major) > oldMajor || (Number(major) === oldMajor && Number(minor) >= oldMinor);
}
