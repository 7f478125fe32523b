import { randomUUID } from 'node:crypto';
import { until } from '../support/until.ts';
import { proveBooks } from './harness/books.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { seconds } from './harness/figures.ts';
import { rowsOf } from './harness/query.ts';
import { privateDatabase, privateRedis, privateTemporal, type PrivateServer } from './harness/servers.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';
import { openWorld, type World } from './harness/world.ts';

const sizes = { full: { rounds: 10, desks: 24 }, small: { rounds: 1, desks: 6 } };
const amount = 3_100;

export const fault: Fault = {
  id: 'F6',
  title:
    'everything of ours killed at once, servers included, comes back by itself with every sale finished and every invariant true',
  run,
};

/** A sale that was asked for before the kill. */
interface Asked {
  readonly desk: Desk;
  readonly key: string;
  readonly heard: Promise<boolean>;
}

async function run({ seed, size, random, log }: FaultContext): Promise<FaultReport> {
  const { rounds, desks: count } = sizes[size];
  const [database, redis, temporal] = await Promise.all([privateDatabase(), privateRedis(), privateTemporal()]);
  const servers = [database, redis, temporal];
  const world = await openWorld({
    seed,
    servers: { databaseUrl: database.url, redisUrl: redis.url, temporalAddress: temporal.url },
  });
  const found = { unheard: 0, slowestMs: 0 };
  try {
    await world.start();
    const desks = await openDesks(world, count);
    for (let round = 1; round <= rounds; round += 1) {
      const [early, late] = halves(random.shuffled(desks));
      const asked = early.map((desk) => ask(world, desk, random.below(400)));
      // Somewhere between the first sale that is posted and the last one, with as many again under way.
      const before = (round - 1) * count;
      const finished = 1 + random.below(early.length);
      await until(async () => (await rowCount(world, "state = 'posted'")) >= before + finished, { withinMs: 30_000 });
      asked.push(...late.map((desk) => ask(world, desk, random.below(400))));
      const written = 1 + random.below(late.length);
      await until(async () => (await rowCount(world, 'TRUE')) >= before + early.length + written, { everyMs: 1 });
      await killAll(world, servers);
      const stood = (await Promise.all(asked.map((one) => one.heard))).filter(Boolean).length;
      const ms = await comeBack(world, { servers, asked });
      found.unheard += count - stood;
      found.slowestMs = Math.max(found.slowestMs, ms);
      log(
        `round ${round} of ${rounds}: ${stood} of ${count} answered before the kill, all finished ${seconds(ms)} after`,
      );
    }
    const proof = await proveBooks(world);
    const kills = servers.reduce(
      (sum, server) => sum + server.kills,
      world.api.kills + world.jobs.kills + world.worker.kills,
    );
    const pass = proof.posted === rounds * count && proof.sales === proof.posted;
    const figures = `${proof.posted} of ${rounds * count} sales posted, ${found.unheard} asked again with their key, finished within ${seconds(found.slowestMs)} of the kill`;
    return { pass, figures, injections: kills };
  } finally {
    await world.close();
    await Promise.all(servers.map((server) => server.remove()));
  }
}

/** A sale whose card comes `afterMs` after the reader asked for it. */
function ask(world: World, desk: Desk, afterMs: number): Asked {
  const key = randomUUID();
  const heard = world.control
    .reader(desk.reader)
    .willTap('4242424242424242', { after: `${afterMs}ms` })
    .then(() => desk.till.sell(amount, {}, key))
    .then(
      ({ status }) => status === 201,
      () => false,
    );
  return { desk, key, heard };
}

function halves<T>(list: readonly T[]): [T[], T[]] {
  const middle = list.length / 2;
  return [list.slice(0, middle), list.slice(middle)];
}

async function rowCount(world: World, where: string): Promise<number> {
  const [row] = await rowsOf(world.databaseUrl, `SELECT COUNT(*) AS n FROM sale WHERE ${where}`);
  return Number(row?.['n']);
}

/** One after the other without a pause: no one has the time to say goodbye to another. */
async function killAll({ api, jobs, worker }: World, servers: readonly PrivateServer[]): Promise<void> {
  await Promise.all([api, jobs, worker, ...servers].map((one) => one.kill()));
}

/** Starts all of it and lets the tills repeat what they have not heard; how long until every sale was posted. */
async function comeBack(
  world: World,
  { servers, asked }: { readonly servers: readonly PrivateServer[]; readonly asked: readonly Asked[] },
): Promise<number> {
  const killed = performance.now();
  await Promise.all(servers.map((server) => server.start()));
  await world.start();
  await Promise.all(asked.map((one) => finish(one)));
  return performance.now() - killed;
}

async function finish({ desk, key }: Asked): Promise<void> {
  let answer = await desk.till.sell(amount, {}, key);
  await until(async () => answer.status !== 503 || (answer = await desk.till.sell(amount, {}, key)).status !== 503);
  if (answer.status !== 201 && answer.status !== 202) throw new Error(`Asked again: ${answer.status} ${answer.text}`);
  await desk.till.until(answer.body.id, 'posted', 60_000);
}
