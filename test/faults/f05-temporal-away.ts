import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { proveBooks } from './harness/books.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { seconds } from './harness/figures.ts';
import { rowsOf } from './harness/query.ts';
import { privateTemporal, type PrivateServer } from './harness/servers.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';
import { openWorld, type World } from './harness/world.ts';

const sizes = { full: { outagesMs: [60_000, 600_000], desks: 20 }, small: { outagesMs: [3_000], desks: 4 } };
const amount = 1_700;
const emptyWithinMs = 60_000;

export const fault: Fault = {
  id: 'F5',
  title:
    'while Temporal is away webhooks are taken in and new sales told to come back; all is caught up within a minute of its return',
  run,
};

/** A sale that was asked for while Temporal was away. */
interface Refused {
  readonly desk: Desk;
  readonly key: string;
}

async function run({ seed, size, log }: FaultContext): Promise<FaultReport> {
  const { outagesMs, desks: count } = sizes[size];
  const temporal = await privateTemporal();
  const world = await openWorld({ seed, servers: { temporalAddress: temporal.url } });
  const found = { open: 0, refused: 0, hooks: 0, begun: 0, ended: 0, slowestMs: 0 };
  try {
    await world.start();
    const desks = await openDesks(world, 2 * count);
    for (const outageMs of outagesMs) {
      const open = await Promise.all(desks.slice(0, count).map((desk) => sellOpen(desk)));
      const hooksBefore = (await world.control.deliveries()).length;
      await temporal.kill();
      const refused = await beAway(world, { desks, count, outageMs });
      const hooks = await accepted(world, hooksBefore);
      const emptyMs = await comeBack(world, temporal);
      const begun = await Promise.all(refused.map((one) => askAgain(world, one)));
      await Promise.all(open.map((id) => world.till.until(id, 'posted', 60_000)));
      found.open += open.length;
      found.refused += refused.length;
      found.hooks += hooks;
      found.begun += begun.filter(Boolean).length;
      found.ended += begun.filter((was) => !was).length;
      found.slowestMs = Math.max(found.slowestMs, emptyMs);
      log(
        `away for ${seconds(outageMs)}: ${hooks} webhooks taken in, ${refused.length} sales told to come back, inbox empty ${seconds(emptyMs)} after`,
      );
    }
    const proof = await proveBooks(world);
    const pass = found.hooks > 0 && proof.posted === found.open + found.begun && found.slowestMs <= emptyWithinMs;
    const figures = `${found.hooks} webhooks 2xx, ${found.refused} sales 503 with Retry-After (${found.begun} begun afterwards, ${found.ended} ended), ${found.open} paid meanwhile and posted, inbox empty within ${seconds(found.slowestMs)}`;
    return { pass, figures, injections: temporal.kills };
  } finally {
    await world.close();
    await temporal.remove();
  }
}

async function sellOpen({ till }: Desk): Promise<string> {
  const made = await till.sell(amount);
  if (made.status !== 201) throw new Error(`Not begun: ${made.status} ${made.text}`);
  return made.body.id;
}

interface Outage {
  readonly desks: readonly Desk[];
  readonly count: number;
  readonly outageMs: number;
}

/** Cards are shown to the readers that wait, and every other till asks for a sale, spread over the time away. */
async function beAway(world: World, { desks, count, outageMs }: Outage): Promise<Refused[]> {
  const refused: Refused[] = [];
  const ends = performance.now() + outageMs;
  for (let n = 0; n < count; n += 1) {
    await world.control.reader(desks[n]!.reader).tap('4242424242424242');
    refused.push(await beRefused(desks[count + n]!));
    const left = ends - performance.now();
    await pause(Math.max(0, left / (count - n)));
  }
  return refused;
}

async function beRefused(desk: Desk): Promise<Refused> {
  const key = randomUUID();
  const answer = await desk.till.sell(amount, {}, key);
  const wait = answer.headers.get('retry-after');
  if (answer.status === 503 && wait !== null && Number(wait) > 0) return { desk, key };
  throw new Error(`Without Temporal a new sale was answered ${answer.status}, Retry-After ${wait}: ${answer.text}`);
}

/** How many webhooks came while it was away; each must have been answered with 2xx at its first delivery. */
async function accepted(world: World, before: number): Promise<number> {
  await until(async () => (await world.control.webhooks.read()).inFlight === 0);
  const deliveries = (await world.control.deliveries()).slice(before);
  const wrong = deliveries.filter(({ status }) => status !== 'succeeded');
  if (wrong.length > 0) throw new Error(`A webhook was not taken in: ${JSON.stringify(wrong[0])}`);
  return deliveries.length;
}

/** Starts Temporal again; how long after that nothing waited in the inbox any more. */
async function comeBack(world: World, temporal: PrivateServer): Promise<number> {
  await temporal.start();
  const back = performance.now();
  const sql = "SELECT COUNT(*) AS n FROM provider_event WHERE state IN ('received', 'parked')";
  const isEmpty = async () => Number((await rowsOf(world.databaseUrl, sql))[0]?.['n']) === 0;
  await until(isEmpty, { withinMs: 2 * emptyWithinMs, everyMs: 50 });
  return performance.now() - back;
}

/** The same key again: the sale begins now, or had been ended as never begun. Whether it began. */
async function askAgain(world: World, { desk, key }: Refused): Promise<boolean> {
  await world.control.reader(desk.reader).willTap('4242424242424242');
  let answer = await desk.till.sell(amount, {}, key);
  await until(async () => answer.status !== 503 || (answer = await desk.till.sell(amount, {}, key)).status !== 503);
  if (answer.status === 409 && answer.body.sale?.state === 'never_begun') return false;
  if (answer.status !== 201) throw new Error(`Asked again: ${answer.status} ${answer.text}`);
  await desk.till.until(answer.body.id, 'posted', 60_000);
  return true;
}
