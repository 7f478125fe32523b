import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeFailure, SetupFailure } from './failure.mjs';
import { cachedGoBinary, provideGoBinary } from './go-binary.mjs';
import { withLock } from './lock.mjs';
import { assertAllFound, decideSource } from './lookup.mjs';
import { mariadb } from './mariadb.mjs';
import { installPackages, mayInstallPackages } from './packages.mjs';
import { stateFolder } from './paths.mjs';
import { stripeMockModule } from './pinned-modules.mjs';
import { during } from './progress.mjs';
import { runningServer, stopServer } from './processes.mjs';
import { redis } from './redis.mjs';
import { describeStack, forgetStack, readStack, writeStack } from './stack-state.mjs';
import { otherUsers } from './stack-users.mjs';
import { temporal } from './temporal.mjs';
import { together } from './together.mjs';

// Temporal first: when it has to be built, that is the longest wait of all.
const services = [temporal, mariadb, redis];

/**
 * Brings up what does not run yet and tells where everything is. A failure or an interruption stops again what this
 * call started.
 * @param {{ progress: object, signal?: AbortSignal, withStripeMock?: boolean, keep?: boolean }} context `keep`: the
 *   servers are to stay when their users end
 * @returns {Promise<object>} the stack
 */
export function bringUp({ progress, signal, withStripeMock = false, keep = false }) {
  return locked({ progress, signal }, async () => {
    const started = [];
    try {
      const kept = keep || (readStack()?.kept === true && anyRuns());
      const records = await bringUpAll({ progress, signal, withStripeMock, started });
      const stack = describeStack(records, { kept });
      writeStack(stack);
      return stack;
    } catch (error) {
      await stopServices(started, progress);
      throw error;
    }
  });
}

/** Says of the running stack that it is to stay when its users end. */
export function keepUp({ progress }) {
  return locked({ progress }, async () => {
    const stack = readStack();
    if (stack) writeStack({ ...stack, kept: true });
  });
}

/** Stops the servers of this checkout. Data stays. */
export function takeDown({ progress, signal }) {
  return locked({ progress, signal }, () => stopAll(progress));
}

/** Stops the servers unless somebody asked for them to stay or still works with them. */
export function letGo({ progress }) {
  return locked({ progress }, async () => {
    if (!anyRuns()) return;
    const users = otherUsers();
    if (users.length > 0) progress.say(`  The stack stays up, used by ${users.join(' and ')}.`);
    else if (!readStack()?.kept) await stopAll(progress);
  });
}

/** Stops everything and deletes the data folders; nothing outside `.tillflow` is touched. */
export function reset({ progress, signal }) {
  return locked({ progress, signal }, async () => {
    await stopAll(progress);
    for (const { name } of services) rmSync(folderOf(name), { recursive: true, force: true });
  });
}

/** Each service with what is known of it: running and answering, running but silent, or not running. */
export function inspect() {
  const known = readStack()?.services ?? {};
  return Promise.all(
    services.map(async (service) => {
      const running = runningServer(folderOf(service.name));
      if (running)
        return { name: service.name, record: running, state: (await service.answers(running)) ? 'ready' : 'silent' };
      const elsewhere = known[service.name];
      if (elsewhere && !elsewhere.pid) return { name: service.name, record: elsewhere, state: 'external' };
      return { name: service.name, state: 'stopped' };
    }),
  );
}

function locked({ progress, signal }, work) {
  let waiting;
  const onWait = ({ pid }) => {
    waiting ??= progress.begin('stack', `another process (${pid}) is at it, waiting for it`);
  };
  return withLock(join(stateFolder, 'stack.lock'), { signal, onWait }, async () => {
    waiting?.drop();
    return work();
  }).finally(() => waiting?.drop());
}

async function bringUpAll({ progress, signal, withStripeMock, started }) {
  const sources = services.map(chooseSource);
  assertAllFound(services, sources);
  const packages = packageInstallation(sources, progress);
  const works = services.map((service, index) => (abort) => {
    return bringUpService(service, { progress, signal: abort, source: sources[index], packages, started });
  });
  const found = await together(signal, [...works, (abort) => provideStripeMock(progress, abort, withStripeMock)]);
  const [temporal, mariadb, redis, stripeMock] = found;
  return { temporal, mariadb, redis, stripeMock };
}

function chooseSource(service) {
  const around = { env: process.env, program: service.findProgram(), mayInstall: mayInstallPackages() };
  return decideSource(service, around);
}

/** One installation for all packages that are missing, begun by the first service that needs one. */
function packageInstallation(sources, progress) {
  const wanted = sources.flatMap((source) => (source.kind === 'packages' ? source.packages : []));
  const names = wanted.join(', ');
  let installation;
  return (signal) => {
    const install = (step) => installPackages(wanted, { signal, step });
    installation ??= during(progress, ['system packages', names], install, () => ['system packages', names]);
    return installation;
  };
}

async function bringUpService(service, { progress, signal, source, packages, started }) {
  const folder = folderOf(service.name);
  if (source.kind === 'packages') await packages(signal);
  return during(
    progress,
    [service.name, 'looking'],
    (step) => provideService(service, { source, folder, signal, step, started }),
    (record) => [record.title, record.where],
  );
}

async function provideService(service, { source, folder, signal, step, started }) {
  if (source.kind === 'environment') return service.adopt(source.address);
  const running = runningServer(folder);
  if (running && (await service.answers(running))) return running;
  if (running) {
    step.note('runs but does not answer: stopping it');
    await stopServer(folder);
  }
  const program = source.program ?? service.findProgram() ?? (await service.provideProgram({ signal, step }));
  signal.throwIfAborted();
  started.push(service.name);
  return service.start({ program, folder, signal, step });
}

/**
 * Built only for those who compare the simulator with it; otherwise told if it was built before. The stack is whole
 * without it: only the comparison fails then.
 */
async function provideStripeMock(progress, signal, wanted) {
  const path = cachedGoBinary(stripeMockModule);
  if (existsSync(path)) return path;
  if (!wanted) return null;
  const build = (step) => provideGoBinary(stripeMockModule, { signal, step });
  try {
    return await during(progress, ['stripe-mock', 'building'], build, () => ['stripe-mock', 'built']);
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    progress.say(describeFailure(error));
    return null;
  }
}

async function stopAll(progress) {
  const stopped = await stopServices(
    services.map(({ name }) => name),
    progress,
  );
  forgetStack();
  return stopped;
}

async function stopServices(names, progress) {
  const stops = names.map((name) => {
    const running = runningServer(folderOf(name));
    const stop = () => stopServer(folderOf(name));
    const told = (wasRunning) => (wasRunning ? [running?.title ?? name, '', 'stopped'] : undefined);
    return during(progress, [name, 'stopping'], stop, told);
  });
  const wereRunning = await Promise.all(stops);
  return names.filter((_, index) => wereRunning[index]);
}

const anyRuns = () => services.some(({ name }) => runningServer(folderOf(name)));
const folderOf = (name) => join(stateFolder, name);
