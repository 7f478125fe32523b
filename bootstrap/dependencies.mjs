import { join } from 'node:path';
import { findProgram, mustRun } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { withLock } from './lock.mjs';
import { systemPath } from './node-runtime.mjs';
import { during } from './progress.mjs';
import { checkout, stateFolder } from './paths.mjs';
import { readJson } from './processes.mjs';

/**
 * Installs the npm packages of the lockfile unless exactly those are installed.
 * @param {{ signal?: AbortSignal, step: { note: (text: string) => void } }} context
 * @returns {Promise<boolean>} whether anything was installed
 */
export async function ensureDependencies({ signal, step }) {
  if (areInstalled()) return false;
  const onWait = ({ pid }) => step.note(`being installed by another process (${pid}), waiting for it`);
  return withLock(join(stateFolder, 'dependencies.lock'), { signal, onWait }, async () => {
    if (areInstalled()) return false;
    await install({ signal, step });
    return true;
  });
}

/** As `ensureDependencies`, as a step of its own. */
export function provideDependencies({ progress, signal }) {
  return during(
    progress,
    ['npm packages', 'looking'],
    (step) => ensureDependencies({ signal, step }),
    (installed) => (installed ? ['npm packages', 'installed'] : undefined),
  );
}

/**
 * Whether what npm installed is what the lockfile says. Packages for other systems may be absent.
 * @param {{ packages: object } | undefined} wanted package-lock.json
 * @param {{ packages: object } | undefined} installed node_modules/.package-lock.json, which npm writes last
 */
export function matches(wanted, installed) {
  if (!wanted || !installed) return false;
  const same = Object.entries(wanted.packages).every(([path, { version, optional }]) => {
    const found = installed.packages[path];
    return path === '' || (found ? found.version === version : optional === true);
  });
  return same && Object.keys(installed.packages).every((path) => path in wanted.packages);
}

function areInstalled() {
  const wanted = readJson(join(checkout, 'package-lock.json'));
  return matches(wanted, readJson(join(checkout, 'node_modules', '.package-lock.json')));
}

/** npm runs under the system's node: the one in node_modules is about to be replaced. */
async function install({ signal, step }) {
  const env = { ...process.env, PATH: systemPath() };
  const npm = findProgram(['npm'], env);
  if (!npm)
    throw new SetupFailure('npm is not on the PATH.', { advice: ['Install Node.js with npm: https://nodejs.org'] });
  step.note('npm ci');
  await mustRun(npm, ['ci', '--no-audit', '--no-fund', '--no-progress'], {
    cwd: checkout,
    env,
    signal,
    // npm pays no heed to signals while it unpacks, and what is half installed is thrown away next time.
    patienceMs: 1000,
    doing: 'Installing the npm packages',
    advice: [
      'If the registry cannot be reached, name one that can: npm config set registry <address>',
      'Then run the command again.',
    ],
  });
}
