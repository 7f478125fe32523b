import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { money } from '../../src/domain/money.ts';
import type { PosterItem } from '../../src/ledger/poster-contract.ts';
import { disputeLost } from '../../src/ledger/postings/correction.ts';
import { sessionRefund } from '../../src/ledger/postings/payment.ts';
import { forkWorker, killHard } from '../support/counter.ts';
import { adjusted, MonthEnd, october, type Answered, type Shown } from '../support/month-end.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';

const sizes = { full: { clubs: 250, kills: 20 }, small: { clubs: 20, kills: 2 } };

/** Workers die at random while a month is planned, approved, posted and settled again. */
export const fault: Fault = {
  id: 'F23',
  title:
    'a settlement whose workers are killed settles each organisation once, and the month adds up to the minor unit',
  run,
};

/** What a test brought an organisation; minor units. */
interface Given {
  readonly id: string;
  readonly openingMinor: number;
  readonly creditsMinor: number;
  /** Before and after the month was closed. */
  readonly refundsMinor: number;
  readonly disputesMinor: number;
}

interface Story extends Pick<FaultContext, 'random' | 'log'> {
  readonly office: MonthEnd;
  readonly zone: string;
}

async function run({ size, random, log }: FaultContext): Promise<FaultReport> {
  const { clubs: count, kills: wanted } = sizes[size];
  const env = { API_RATE_LIMIT_PER_MINUTE: '1000000', API_DEADLINE_MS: '3000' };
  const office = await MonthEnd.open({ without: ['jobs', 'worker'], env });
  const wrong: string[] = [];
  let kills: number;
  try {
    const story = { office, zone: office.zone(), random, log };
    const given = await furnish(story, count);
    const before = await closedMonth(story);
    kills = await settleUnderFire(story, given, wanted);
    wrong.push(...(await differences(story, given)));
    if ((await closedMonth(story)) !== before) wrong.push('the closed month reads otherwise');
    log(`${kills} workers killed`);
    await expectBooksInOrder(office.counter.databaseUrl);
  } finally {
    await office.close();
  }
  const told = wrong.length === 0 ? 'every one settled once, each to the minor unit' : wrong.slice(0, 5).join('; ');
  return {
    pass: wrong.length === 0,
    figures: `${count} organisations, ${kills} workers killed: ${told}`,
    injections: kills,
  };
}

/** Organisations with a past: what they had, earned, gave back and lost in October. */
async function furnish({ office, zone, random }: Story, count: number): Promise<Given[]> {
  const openings = Array.from({ length: count }, () => 50_000 + random.below(1_000_000));
  const ids = await office.clubs(
    openings.map((balanceMinor) => ({
      zone,
      balanceMinor,
      floatMinor: random.below(5_000),
      feeBp: random.below(1_000),
    })),
  );
  const given = ids.map((id, index) => ({
    ...{ id, openingMinor: openings[index] ?? 0, creditsMinor: 1 + random.below(100_000) },
    ...{ refundsMinor: 1 + random.below(10_000), disputesMinor: 1 + random.below(10_000) },
  }));
  await office.inOctober(given.map(({ id, creditsMinor }) => adjusted(id, creditsMinor)));
  await office.inOctober(given.map(({ id, refundsMinor }) => refunded(id, refundsMinor)));
  await office.inOctober(given.map(({ id, disputesMinor }) => disputed(id, disputesMinor)));
  return given;
}

/** Plans, approves and posts, then once more, while workers are killed at random moments. */
async function settleUnderFire(story: Story, given: Given[], killsMax: number): Promise<number> {
  const { office, zone } = story;
  const fire = openFire(story, killsMax);
  try {
    const run = await insist(
      () => startOf(office, zone),
      ({ state }) => state === 'awaiting_approval',
    );
    // Late: the month is closed and planned when these come.
    for (const one of given.filter((_, index) => index % 3 === 0)) {
      Object.assign(one, { refundsMinor: one.refundsMinor + 100, disputesMinor: one.disputesMinor + 200 });
      await office.post([refunded(one.id, 100), disputed(one.id, 200)]);
    }
    await office.approve(run);
    await office.over(run.id, 300_000);
    // Again, for as long as workers die: each run finds everybody settled.
    do {
      await insist(
        () => startOf(office, zone),
        ({ state }) => state === 'done',
      );
    } while (fire.kills() < killsMax);
  } finally {
    await fire.cease();
  }
  return fire.kills();
}

/** The same request again and again: its key makes it one. */
function startOf(office: MonthEnd, zone: string): () => Promise<Answered<Shown>> {
  const body = { period: october, zone, capsShort: true };
  const key = randomUUID();
  return () => office.ask('/v1/settlements', { as: 'starter', key, body });
}

async function insist(make: () => () => Promise<Answered<Shown>>, holds: (shown: Shown) => boolean): Promise<Shown> {
  const ask = make();
  for (let tries = 0; tries < 100; tries += 1) {
    const { status, body } = await ask();
    // 200: the run had ended before it could be asked.
    if ((status === 201 || status === 200) && holds(body)) return body;
    if (status !== 202 && status !== 503) throw new Error(`${status} ${JSON.stringify(body)}`);
  }
  throw new Error('The run was never planned.');
}

/** One worker at a time, killed up to `killsMax` times; the last one lives until the fire ceases. */
function openFire({ office, random }: Story, killsMax: number) {
  let [kills, ceased] = [0, false];
  const burning = (async () => {
    for (;;) {
      const worker = await forkWorker(office.counter);
      const livesUntil = Date.now() + 50 + random.below(2_500);
      while (!ceased && (kills >= killsMax || Date.now() < livesUntil)) await setTimeout(10);
      if (!ceased) kills += 1;
      await killHard(worker);
      if (ceased) return;
    }
  })();
  return {
    kills: () => kills,
    cease: async () => {
      ceased = true;
      await burning;
    },
  };
}

/** What does not add up: opening + credits - refunds - disputes = fee + tax + payout + closing, in one settlement each. */
async function differences({ office, zone }: Story, given: readonly Given[]): Promise<string[]> {
  const rows = await office.sql(
    `SELECT o.id, COUNT(p.id) AS payouts, CAST(SUM(p.fee_minor + p.tax_minor + p.amount_minor) AS SIGNED) AS taken,
       MAX(a.balance_minor) AS closing, (SELECT COUNT(*) FROM ledger_transaction t
         WHERE t.organisation_id = o.id AND t.kind = 'settlement') AS settlements
     FROM organisation o JOIN ledger_account a ON a.code = CONCAT('organisation/', o.id, '/AUD')
     LEFT JOIN payout p ON p.organisation_id = o.id WHERE o.zone = ? GROUP BY o.id`,
    [zone],
  );
  const found = new Map(rows.map((row) => [String(row['id']), row]));
  return given.flatMap((one) => {
    const row = found.get(one.id) ?? {};
    const brought = one.openingMinor + one.creditsMinor - one.refundsMinor - one.disputesMinor;
    const kept = Number(row['taken']) + Number(row['closing']);
    if (brought === kept && Number(row['payouts']) === 1 && Number(row['settlements']) === 1) return [];
    return [`${one.id}: ${brought} came, ${kept} is there, ${Number(row['settlements'])} settlements`];
  });
}

/** Everything that the book says of the zone's organisations up to the end of October, as one text. */
async function closedMonth({ office, zone }: Story): Promise<string> {
  const rows = await office.sql(
    `SELECT a.code, e.* FROM organisation o JOIN ledger_account a ON a.code = CONCAT('organisation/', o.id, '/AUD')
     JOIN ledger_entry e ON e.account_id = a.id WHERE o.zone = ? AND e.recorded_at < '2026-10-31' ORDER BY a.code, e.seq`,
    [zone],
  );
  return JSON.stringify(rows);
}

const at = { occurredAt: '2026-10-20T00:00:00Z' };

function refunded(organisationId: string, amountMinor: number): PosterItem {
  const rows = [{ memberId: `of-${organisationId}`, amount: money(amountMinor, 'AUD') }];
  const refund = { id: randomUUID().slice(0, 20), organisationId, currency: 'AUD', rows, description: 'Refund', ...at };
  return { kind: 'post', transaction: sessionRefund({ ...refund, currency: 'AUD' }) };
}

function disputed(id: string, amountMinor: number): PosterItem {
  const holder = { kind: 'organisation', id } as const;
  const dispute = { disputeRef: randomUUID().slice(0, 20), holder, amount: money(amountMinor, 'AUD') };
  return { kind: 'post', transaction: disputeLost({ ...dispute, description: 'Dispute lost', ...at }) };
}
