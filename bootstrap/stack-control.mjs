import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cachedGoBinary, provideGoBinary } from './go-binary.mjs';
import { withLock } from './lock.mjs';
import { assertAllFound, decideSource } from './lookup.mjs';
import { mariadb } from './mariadb.mjs';
import { installPackages, mayInstallPackages } from './packages.mjs';
import { stateFolder } from './paths.mjs';
import { stripeMockModule } from './pinned-modules.mjs';
import { runningServer, stopServer } from './processes.mjs';
import { redis } from './redis.mjs';
import { describeStack, forgetStack, readStack, writeStack } from './stack-state.mjs';
import { temporal } from './temporal.mjs';
import { together } from './together.mjs';

// Temporal first: when it has to be built, that is the longest wait of all.
const services = [temporal, mariadb, redis];

/**
 * Brings up what does not run yet and tells where everything is. A failure or an interruption stops again what this
 * call started.
 * @param {{ progress: object, signal?: AbortSignal, withStripeMock?: boolean }} context
 * @returns {Promise<{ stack: object, started: string[] }>} the stack, and the names of what this call started
 */
export function bringUp({ progress, signal, withStripeMock = false }) {
  return locked({ progress, signal }, async () => {
    const started = [];
    try {
      const sources = services.map(chooseSource);
      assertAllFound(services, sources);
      const packages = packageInstallation(sources, progress);
      const works = services.map((service, index) => (abort) => {
        const context = { progress, signal: abort, source: sources[index], packages, started };
        return bringUpService(service, context);
      });
      const [temporalRecord, mariadbRecord, redisRecord, stripeMock] = await together(signal, [
        ...works,
        (abort) => stripeMockBinary({ progress, signal: abort, wanted: withStripeMock }),
      ]);
      const records = { mariadb: mariadbRecord, redis: redisRecord, temporal: temporalRecord };
      const stack = describeStack(records, stripeMock);
      writeStack(stack);
      return { stack, started };
    } catch (error) {
      await stopServices(started, progress);
      throw error;
    }
  });
}

/** Stops the servers of this checkout: all, or those named. Data stays. */
export function takeDown({ progress, signal, names = services.map(({ name }) => name) }) {
  return locked({ progress, signal }, async () => {
    const stopped = await stopServices(names, progress);
    if (names.length === services.length || stopped.length > 0) forgetStack();
    return stopped;
  });
}

/** Stops everything and deletes the data folders; nothing outside `.tillflow` is touched. */
export function reset({ progress, signal }) {
  return locked({ progress, signal }, async () => {
    await stopServices(
      services.map(({ name }) => name),
      progress,
    );
    forgetStack();
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

function chooseSource(service) {
  const around = { env: process.env, program: service.findProgram(), mayInstall: mayInstallPackages() };
  return decideSource(service, around);
}

/** One installation for all packages that are missing, begun by the first service that needs one. */
function packageInstallation(sources, progress) {
  const wanted = sources.flatMap((source) => (source.kind === 'packages' ? source.packages : []));
  let installation;
  return (signal) => {
    installation ??= (async () => {
      const step = progress.begin('system packages', wanted.join(', '));
      try {
        await installPackages(wanted, { signal, step });
        step.done('system packages', wanted.join(', '));
      } catch (error) {
        step.fail();
        throw error;
      }
    })();
    return installation;
  };
}

async function bringUpService(service, { progress, signal, source, packages, started }) {
  const folder = folderOf(service.name);
  if (source.kind === 'packages') await packages(signal);
  const step = progress.begin(service.name, 'looking');
  try {
    const record = await provideService(service, { source, folder, signal, step, started });
    step.done(record.title, record.where);
    return record;
  } catch (error) {
    step.fail();
    throw error;
  }
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

async function stripeMockBinary({ progress, signal, wanted }) {
  const path = cachedGoBinary(stripeMockModule);
  if (existsSync(path) || !wanted) return existsSync(path) ? path : null;
  const step = progress.begin('stripe-mock', 'building');
  try {
    const built = await provideGoBinary(stripeMockModule, { signal, step });
    step.done();
    return built;
  } catch (error) {
    step.fail();
    throw error;
  }
}

async function stopServices(names, progress) {
  const stopped = await Promise.all(
    names.map(async (name) => {
      const title = runningServer(folderOf(name))?.title ?? name;
      const step = progress.begin(name, 'stopping');
      const wasRunning = await stopServer(folderOf(name));
      if (wasRunning) step.done(title, 'stopped');
      else step.drop();
      return wasRunning ? [name] : [];
    }),
  );
  return stopped.flat();
}

const folderOf = (name) => join(stateFolder, name);
