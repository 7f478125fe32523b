import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endOfDay, localTimestamp, startOfDay } from '../../src/reports/local-day.ts';
import { Host, linesOf } from '../support/members.ts';
import { until } from '../support/until.ts';
import { proveBooks } from './harness/books.ts';
import { openDesks } from './harness/desks.ts';
import { inLanes } from './harness/lanes.ts';
import { openRows } from './harness/rows.ts';
import type { Fault, FaultContext } from './harness/types.ts';
import { openWorld, type World } from './harness/world.ts';

const tenMinutes = 600_000;
const sizes = {
  full: { sales: 40, desks: 4, members: 20, years: 12 },
  small: { sales: 4, desks: 2, members: 2, years: 1 },
} as const;

/** How far each process's clock is from the database's, the processor's and Temporal's. */
interface Clocks {
  readonly name: string;
  readonly api: number;
  readonly worker: number;
  readonly jobs: number;
}

const skewed: readonly Clocks[] = [
  { name: 'API ahead, worker behind', api: tenMinutes, worker: -tenMinutes, jobs: 0 },
  { name: 'API behind, worker ahead', api: -tenMinutes, worker: tenMinutes, jobs: 0 },
  { name: 'the database behind all', api: tenMinutes, worker: tenMinutes, jobs: tenMinutes },
  { name: 'the database ahead of all', api: -tenMinutes, worker: -tenMinutes, jobs: -tenMinutes },
];

export const fault: Fault = {
  id: 'F27',
  title: 'clocks that are ten minutes wrong, and days that are odd, change no money and no period',
  run: async (context) => {
    const days = oddDays(sizes[context.size].years);
    const told: string[] = [];
    const rounds = context.size === 'full' ? skewed : [context.random.pick(skewed)];
    let pass = days.wrong.length === 0;
    for (const clocks of rounds) {
      const seen = await play(clocks, context);
      pass &&= seen.posted === sizes[context.size].sales && seen.isOrdered;
      pass &&= clocks.api > 0 ? seen.accepted === 0 && seen.refused > 0 : seen.accepted > 0 && seen.refused === 0;
      pass &&= seen.paid === sizes[context.size].members;
      const figures = `${clocks.name}: ${seen.posted} sales posted, ${seen.paid} payments by balance and back, webhooks taken ${seen.accepted}, refused ${seen.refused}`;
      told.push(figures);
      context.log(figures);
    }
    const figures = `${told.join('; ')}; ${days.count} odd local days tile without gap, wrong: ${days.wrong.slice(0, 3).join(', ') || 'none'}`;
    return { pass, figures, injections: rounds.length * 2 };
  },
};

/**
 * Sells while the clocks are wrong. A webhook is signed for now: an API that is ten minutes ahead finds it stale and
 * stores nothing (the tolerance is five), one that is behind takes it; the money comes either way.
 */
async function play(clocks: Clocks, { size, random }: FaultContext) {
  const world = await openWorld({ seed: random.below(2 ** 31), timing: { ladderMs: [500, 1_000, 2_000] } });
  const rows = await openRows(world.databaseUrl);
  try {
    await startSkewed(world, clocks);
    const desks = await openDesks(world, sizes[size].desks);
    // Whole units: the simulator's readers decline by the cents, as the provider's do.
    const sales = Array.from({ length: sizes[size].sales }, (_, n) => 2_500 + 100 * n);
    await inLanes(desks, sales, async (desk, amount) => {
      const made = await desk.till.sell(amount);
      await desk.till.until(made.body.id, 'awaiting_card', 20_000);
      await world.control.reader(desk.reader).tap('4242424242424242');
      await desk.till.until(made.body.id, 'posted', 30_000);
    });
    const paid = await payByBalance(world, sizes[size].members);
    const { posted } = await proveBooks(world);
    // What a webhook brought has been received over HTTP, what a sweep brought has not.
    const attempts = (await world.control.deliveries()).flatMap((delivery) => delivery.attempts);
    const accepted = attempts.filter(({ status }) => status === 200).length;
    const refused = attempts.filter(({ status }) => status === 400).length;
    await until(async () => (await rows.count("SELECT COUNT(*) FROM provider_event WHERE state = 'received'")) === 0);
    return { posted, paid, accepted, refused, isOrdered: (await rows.count(outOfOrder)) === 0 };
  } finally {
    await rows.close();
    await world.close();
  }
}

/** Members pay an organisation out of their balance, and it pays a part back; answers whose balance is right to the cent. */
async function payByBalance(world: World, members: number): Promise<number> {
  const host = new Host(world);
  const organisation = world.shop.site.organisationId;
  let right = 0;
  for (let n = 0; n < members; n += 1) {
    const member = await host.member(10_000);
    const paid = await host.pay(member, { organisation }, 6_000 + n);
    const back = await world.till.post(
      `/v1/organisations/${organisation}/transfers`,
      { to: { member }, amount: { amount: 1_500, currency: 'AUD' }, description: 'Prize money' },
      randomUUID(),
    );
    const balances = (await linesOf(world, `member/${member}`)).map(({ balance }) => balance);
    if (paid.status === 201 && back.status === 201 && balances.join() === `${4_000 - n},${5_500 - n}`) right += 1;
  }
  return right;
}

/** The book's time is the database's own and never runs back within an account (decisions D6, D42). */
const outOfOrder = `SELECT COUNT(*) FROM ledger_entry later JOIN ledger_entry earlier
  ON earlier.account_id = later.account_id AND earlier.seq = later.seq - 1 WHERE earlier.recorded_at > later.recorded_at`;

/** The processes are the real ones; only what `Date` tells them is moved, before any of their own code runs. */
async function startSkewed(world: World, { api, worker, jobs }: Clocks): Promise<void> {
  const preload = pathToFileURL(resolve(import.meta.dirname, 'harness/skewed-clock.mjs')).href;
  const skew = (ms: number) => ({ NODE_OPTIONS: `--import ${preload}`, CLOCK_SKEW_MS: String(ms) });
  await Promise.all([world.api.start(skew(api)), world.worker.start(skew(worker)), world.jobs.start(skew(jobs))]);
}

const zones = [
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Africa/Lagos',
  'Pacific/Apia',
  'UTC',
];

/** Every month's end, every Feb 29 and every day that a clock is changed on, in zones of every kind, against Intl. */
function oddDays(years: number): { readonly count: number; readonly wrong: readonly string[] } {
  const wrong: string[] = [];
  let count = 0;
  for (const zone of zones) {
    for (let day = '2024-01-01'; day < `${2024 + years}-01-02`; day = nextDay(day)) {
      if (!isOdd(day, zone)) continue;
      count += 1;
      if (!isRight(day, zone)) wrong.push(`${day} in ${zone}`);
    }
  }
  return { count, wrong };
}

/** The ends and beginnings of months, Feb 29 among them, and days within which the zone's clock is changed. */
function isOdd(day: string, zone: string): boolean {
  const date = Number(day.slice(8));
  if (date === 1 || date >= 28) return true;
  const shown = (instant: string) => localTimestamp(instant, zone).slice('YYYY-MM-DD '.length);
  return shown(`${day}T12:00:00Z`) !== shown(`${nextDay(day)}T12:00:00Z`);
}

/** It begins when the day before ends, its first instant shows its date and the one before shows another. */
function isRight(day: string, zone: string): boolean {
  const [begin, end] = [startOfDay(day, zone), endOfDay(day, zone)];
  const before = new Date(Date.parse(begin) - 1).toISOString();
  const last = new Date(Date.parse(end) - 1).toISOString();
  const shown = [begin, last].map((instant) => localTimestamp(instant, zone).slice(0, 10));
  const hours = (Date.parse(end) - Date.parse(begin)) / 3_600_000;
  return (
    shown.every((date) => date === day) &&
    localTimestamp(before, zone) < day &&
    startOfDay(nextDay(day), zone) === end &&
    hours >= 23 &&
    hours <= 25
  );
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 24 * 3_600_000).toISOString().slice(0, 10);
}
