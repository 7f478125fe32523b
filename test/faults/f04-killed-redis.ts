import { Redis } from 'ioredis';
import { demoNames } from '../../workers/demo/seed.ts';
import { until } from '../support/until.ts';
import { proveBooks } from './harness/books.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { rowsOf } from './harness/query.ts';
import { privateRedis, type PrivateServer } from './harness/servers.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';
import { openWorld, type World } from './harness/world.ts';

const sizes = {
  full: { rounds: 10, desks: 16, sales: 6, timing: {} },
  // Without Redis a sale learns of its card by its own look at the processor: after 10 s, or in small size after one.
  small: { rounds: 1, desks: 4, sales: 3, timing: { ladderMs: [1_000] } },
};
const amount = 1_200;

export const fault: Fault = {
  id: 'F4',
  title: 'a Redis emptied and then killed in the middle of sales takes no money, no event and no job with it',
  run,
};

async function run({ seed, size, log }: FaultContext): Promise<FaultReport> {
  const { rounds, desks: count, sales, timing } = sizes[size];
  const redis = await privateRedis();
  const world = await openWorld({ seed, timing, servers: { redisUrl: redis.url }, env: { SEAL_MS: '500' } });
  let flushes = 0;
  try {
    await world.start();
    const desks = await openDesks(world, count);
    for (let round = 1; round <= rounds; round += 1) {
      const running = Promise.all(desks.map((desk) => sellSome(world, desk, sales)));
      const before = (round - 1) * count * sales;
      await until(async () => (await postedCount(world)) >= before + count);
      const emptied = await flush(redis);
      flushes += 1;
      await until(async () => (await postedCount(world)) >= before + 2 * count);
      await redis.kill();
      // Nothing that moves money waits for Redis: a sale is taken and posted as ever.
      await sellOne(world, { till: world.till, reader: demoNames.reader });
      await redis.start();
      await running;
      log(`round ${round} of ${rounds}: ${emptied} keys emptied, then killed with sales under way`);
    }
    await rebuilt(world);
    const proof = await proveBooks(world);
    const asked = rounds * (count * sales + 1);
    const figures = `${proof.posted} of ${asked} sales posted, ${flushes} times emptied, ${redis.kills} times killed, nothing left in the inbox, the book sealed`;
    return { pass: proof.posted === asked && proof.sales === asked, figures, injections: flushes + redis.kills };
  } finally {
    await world.close();
    await redis.remove();
  }
}

async function sellSome(world: World, desk: Desk, sales: number): Promise<void> {
  for (let sold = 0; sold < sales; sold += 1) await sellOne(world, desk);
}

async function sellOne(world: World, { till, reader }: Desk): Promise<void> {
  await world.control.reader(reader).willTap('4242424242424242');
  const made = await till.sell(amount);
  if (made.status !== 201) throw new Error(`A sale was answered ${made.status}: ${made.text}`);
  await till.until(made.body.id, 'posted', 60_000);
}

/** FLUSHALL, past the product; answers how many keys there were. */
async function flush({ url }: PrivateServer): Promise<number> {
  const client = new Redis(url);
  try {
    const keys = await client.dbsize();
    await client.flushall();
    return keys;
  } finally {
    client.disconnect();
  }
}

async function postedCount(world: World): Promise<number> {
  const [row] = await rowsOf(world.databaseUrl, "SELECT COUNT(*) AS n FROM sale WHERE state = 'posted'");
  return Number(row?.['n']);
}

/** Every job runs again from rows alone: the inbox is settled, and the seals reach the end of the book. */
async function rebuilt(world: World): Promise<void> {
  const left = async (sql: string): Promise<number> => Number((await rowsOf(world.databaseUrl, sql))[0]?.['n']);
  const waiting = "SELECT COUNT(*) AS n FROM provider_event WHERE state IN ('received', 'parked')";
  const unsealed = `SELECT COUNT(*) AS n FROM ledger_transaction t LEFT JOIN ledger_seal s ON s.transaction_id = t.id
    WHERE s.transaction_id IS NULL`;
  await until(async () => (await left(waiting)) === 0, { withinMs: 30_000, everyMs: 50 });
  await until(async () => (await left(unsealed)) === 0, { withinMs: 30_000, everyMs: 50 });
}
