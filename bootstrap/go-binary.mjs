import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, mustRun, run } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { withLock } from './lock.mjs';
import { cacheFolder } from './paths.mjs';

const goFolders = ['/usr/local/go/bin', '/usr/lib/go/bin'];

/**
 * Where the built program of a pinned Go module is kept: outside the checkout, by version and by what go.mod and
 * go.sum say, so that another pin never finds an old program.
 * @param {{ name: string, folder: string, module: string }} pinned
 */
export function cachedGoBinary(pinned, cache = cacheFolder()) {
  const goMod = readFileSync(join(pinned.folder, 'go.mod'), 'utf8');
  const goSum = readFileSync(join(pinned.folder, 'go.sum'), 'utf8');
  const hash = createHash('sha256').update(goMod).update(goSum).digest('hex').slice(0, 12);
  return join(cache, `${pinned.name}-${pinnedVersion(goMod, pinned.module)}-${hash}`, pinned.name);
}

/** `1.8.2`: the version at which go.mod requires a module. */
export function pinnedVersion(goMod, module) {
  const [, version] =
    new RegExp(`^\\s*(?:require\\s+)?${module.replaceAll('.', '\\.')} v(\\S+)`, 'm').exec(goMod) ?? [];
  if (!version) throw new Error(`go.mod does not require ${module}`);
  return version;
}

/**
 * The cached program of a pinned Go module, built now if it is not there. Only one process builds at a time; the
 * others wait for it and say so. The program appears by rename, so that an interrupted build leaves nothing half done.
 * @returns {Promise<string>} its path
 */
export async function provideGoBinary(pinned, { signal, step }) {
  const path = cachedGoBinary(pinned);
  if (existsSync(path)) return path;
  const home = join(path, '..');
  const onWait = ({ pid }) => step.note(`being built by another process (${pid}), waiting for it`);
  return withLock(`${home}.lock`, { signal, onWait }, async () => {
    if (existsSync(path)) return path;
    await build(pinned, { path, home, signal, step });
    return path;
  });
}

async function build(pinned, { path, home, signal, step }) {
  const obstacle = await whyGoCannotBuild(pinned, signal);
  if (obstacle)
    throw new SetupFailure(`The ${pinned.title} cannot be built. ${obstacle}`, { advice: buildWays(pinned) });
  mkdirSync(home, { recursive: true });
  for (const left of readdirSync(home)) rmSync(join(home, left), { recursive: true, force: true });
  const unfinished = join(home, 'unfinished');
  const args = [
    'build',
    '-v',
    '-mod=readonly',
    '-buildvcs=false',
    '-trimpath',
    '-ldflags',
    '-s -w',
    '-o',
    unfinished,
    pinned.package,
  ];
  step.note('building with Go, this once');
  await mustRun(goProgram(), args, {
    cwd: pinned.folder,
    signal,
    onLine: buildNarrator(step),
    doing: `Building the ${pinned.title}`,
    advice: buildWays(pinned),
  });
  renameSync(unfinished, path);
}

const buildWays = (pinned) => [
  'install a Go that is new enough: https://go.dev/dl',
  'where the Go module proxy is out of reach, set GOPROXY to one you can reach',
  ...pinned.ways,
];

/** `go build -v` names each package it compiles, and each module it fetches. */
function buildNarrator(step) {
  let compiled = 0;
  let fetched = 0;
  return (line) => {
    if (line.startsWith('go: downloading')) fetched += 1;
    else if (/^[\w.-]+(\/|$)/.test(line)) compiled += 1;
    step.note(compiled > 0 ? `building with Go: ${compiled} packages` : `building with Go: ${fetched} modules`);
  };
}

/**
 * What keeps Go from building this module, as a sentence, or undefined. An old Go fetches the tool chain that go.mod
 * asks for, unless it was told not to or is too old to know how.
 */
export async function whyGoCannotBuild(pinned, signal) {
  const go = goProgram();
  if (!go) return 'Go is not installed.';
  const needed = goLine(readFileSync(join(pinned.folder, 'go.mod'), 'utf8'));
  const { output } = await run(go, ['env', 'GOVERSION', 'GOTOOLCHAIN'], { signal, cwd: '/' });
  const [found = '', toolchain = ''] = output.trim().split('\n');
  const version = found.replace(/^go/, '');
  if (!isOlder(version, needed)) return undefined;
  if (isOlder(version, '1.21')) return `Go ${needed} is needed, but ${go} is ${found || 'of an unknown version'}.`;
  if (toolchain !== 'local') return undefined;
  return `Go ${needed} is needed, but ${go} is ${found} and may not fetch another (GOTOOLCHAIN is "local").`;
}

/** `1.26.4` of the line `go 1.26.4`. */
export function goLine(goMod) {
  return /^go (\S+)/m.exec(goMod)?.[1] ?? '0';
}

/** Whether a dotted version is older than another; release candidates count as their release. */
export function isOlder(version, other) {
  const [left, right] = [version, other].map((text) => text.split(/[.a-z-]/).map((part) => Number(part) || 0));
  for (const [index, wanted] of right.entries()) {
    const had = left[index] ?? 0;
    if (had !== wanted) return had < wanted;
  }
  return false;
}

function goProgram() {
  const path = [process.env.PATH, ...goFolders].join(':');
  return findProgram(['go'], { PATH: path });
}
