import { createSettlementActivities } from '../src/activities/settlement/settlement.activities.ts';
import { defaultFeeTaxes } from '../src/domain/organisations/fee-tax.ts';
import { organisationAccount } from '../src/domain/ledger-account.ts';
import { openingAccount } from '../src/domain/ledger-account.ts';
import { credit, debit } from '../src/domain/ledger.ts';
import { money } from '../src/domain/money.ts';
import { newId } from '../src/entities/new-id.ts';
import { readSettlementSources } from '../src/entities/settlement/settlement-plan.read.ts';
import { insertRun } from '../src/entities/settlement/settlement-runs.ts';
import { SqlPool } from '../src/entities/sql-pool.ts';
import { createPoster } from '../src/ledger/poster.ts';
import type { PosterItem } from '../src/ledger/poster-contract.ts';
import { createTestDatabase, type TestDatabase } from '../test/support/database.ts';
import type { Bench, BenchContext, Figure } from './contract.ts';
import { mustEqual, proveInvariants, countOf } from './support/proof.ts';

const sizes = { full: [10, 100, 1_000, 10_000], quick: [10, 100] } as const;
const entriesEach = 3;
const balanceMinor = 100_000;
/** Each size is settled so often, in a book of its own; the middle one counts. */
const months = 3;
/** The plan's statement and one grouped SELECT are compared at the largest size, so often. */
const looks = 9;

/** A month of ever more organisations, from the plan to the last payout's row, without waiting for people or banks. */
export const settlementGrowth: Bench = {
  id: 'R11',
  title: 'the settlement of 10 to 10,000 organisations grows as they do; the plan against one grouped SELECT',
  async run(context) {
    const found: Measured[] = [];
    for (const count of context.isQuick ? sizes.quick : sizes.full) found.push(await measureMonths(context, count));
    return [...growth(found), planning(found)];
  },
};

interface Measured {
  readonly count: number;
  readonly tookMs: number;
  /** The plan's statement as a multiple of a grouped SELECT over the same rows. */
  readonly planRatio: number;
}

async function measureMonths(context: BenchContext, count: number): Promise<Measured> {
  const found: Measured[] = [];
  for (let month = 0; month < months; month += 1) found.push(await measure(context, count));
  const tookMs = middle(found.map((one) => one.tookMs));
  return { count, tookMs, planRatio: middle(found.map((one) => one.planRatio)) };
}

async function measure(context: BenchContext, count: number): Promise<Measured> {
  const database = await createTestDatabase();
  context.owns(() => database.drop());
  const pool = new SqlPool(database.url, 4);
  const poster = createPoster({ databaseUrl: database.url });
  await furnish(database, count);
  const planRatio = await comparePlan(database, pool);
  const activities = createSettlementActivities({
    ...{ pool, poster, now: () => new Date(), startPayouts: () => Promise.resolve() },
    settlementRules: { feeTaxes: defaultFeeTaxes, minimums: {} },
    scheduled: { approvalsWanted: 1, capsShort: false },
  });
  const before = process.memoryUsage().heapUsed;
  const startedAt = performance.now();
  await settle(pool, activities);
  const tookMs = performance.now() - startedAt;
  const grewMb = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  context.say(
    `  ${count} organisations: ${tookMs.toFixed(0)} ms, ${((count * 1_000) / tookMs).toFixed(0)}/s, plan ${planRatio.toFixed(2)} of a grouped SELECT, heap ${grewMb.toFixed(0)} MB more`,
  );
  await prove(database, count);
  await poster.close();
  await pool.close();
  return { count, tookMs, planRatio };
}

/** Plans, lets a person approve, and posts all pages: what the workflow does, step by step. */
async function settle(pool: SqlPool, activities: ReturnType<typeof createSettlementActivities>): Promise<void> {
  const id = newId('settlementRun');
  const made = {
    ...month,
    id,
    workflowId: id,
    cause: 'manual',
    capsShort: false,
    approvalsWanted: 1,
    startedBy: 'starter',
  } as const;
  await pool.transact([insertRun(made, new Date())]);
  const { planHash } = (await activities.planSettlement({ runId: id })).run;
  const request = {
    decisionId: newId('idempotencyRequest'),
    by: { actor: 'person:bench', assertedActor: null },
    decision: { kind: 'approve', planHash: planHash ?? '' },
  } as const;
  let { run: now } = await activities.decideSettlement({ runId: id, request });
  while (now.state === 'posting') now = await activities.postSettlements({ runId: id });
  let next: string | null = null;
  do next = (await activities.startPayouts({ runId: id, after: next })).next;
  while (next !== null);
  const { state } = await activities.finishSettlement({ runId: id });
  if (state !== 'done') throw new Error(`The run is ${state}.`);
}

const zone = 'UTC';
/** A month that is over, whichever day it is: the one before the last. */
const month = { zone, period: monthsAgo(2).slice(0, 7), referenceAt: monthsAgo(1) };

/** Where the month begins that was so many months ago. */
function monthsAgo(count: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count)).toISOString();
}

async function furnish(database: TestDatabase, count: number): Promise<void> {
  const poster = createPoster({ databaseUrl: database.url, clock: new Date(monthsAgo(2)) });
  await database.query(
    `INSERT INTO fee_setting (id, default_fee_bp, card_cost_e4, card_percent_e4, refund_fee_bp, refund_weeks, actor, created_at)
     VALUES (?, 500, 3000, 17500, 300, 12, 'bench', UTC_TIMESTAMP(6))`,
    [newId('feeSetting')],
  );
  const ids = Array.from({ length: count }, () => newId('organisation'));
  for (let from = 0; from < count; from += 500) await furnishSome(database, poster, ids.slice(from, from + 500));
  await poster.close();
  await database.query('ANALYZE TABLE ledger_account, ledger_entry, organisation, bank_detail, settlement_item');
}

async function furnishSome(
  database: TestDatabase,
  poster: ReturnType<typeof createPoster>,
  ids: readonly string[],
): Promise<void> {
  const organisations = ids.map((id) => `('${id}', 'Club', 'active', '${zone}', '2026-01-01')`).join(', ');
  await database.query(`INSERT INTO organisation (id, name, status, zone, created_at) VALUES ${organisations}`);
  const banks = ids.map(
    (id) => `('${newId('bankDetail')}', '${id}', 1, 'AUD', 'bsb', 'x', '***', 'key_other', '2026-01-01')`,
  );
  await database.query(
    `INSERT INTO bank_detail (id, organisation_id, no, currency, scheme, sealed, masked, actor, created_at) VALUES ${banks.join(', ')}`,
  );
  for (let entry = 0; entry < entriesEach; entry += 1) {
    const results = await poster.postGroup(ids.map((id) => opening(id, entry)));
    if (results.some(({ kind }) => kind !== 'posted')) throw new Error('An opening balance was not posted.');
  }
}

function opening(id: string, entry: number): PosterItem {
  const label = { type: 'Opening Balance' } as const;
  const amount = money(balanceMinor, 'AUD');
  const legs = [
    ...debit(openingAccount('AUD'), amount, label),
    ...credit(organisationAccount(id, 'AUD'), amount, label),
  ];
  const common = { occurredAt: '2026-01-01T00:00:00Z', description: 'Opening balance' };
  const transaction = { ...common, opKey: `bench-${id}-${entry}`, kind: 'opening-balance' as const, legs };
  return { kind: 'post', transaction };
}

async function comparePlan(database: TestDatabase, pool: SqlPool): Promise<number> {
  const grouped = `SELECT a.code, MAX(e.seq) AS seq, SUM(IF(e.side = 'credit', e.amount_minor, -e.amount_minor)) AS balance
    FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
    WHERE a.code LIKE 'organisation/%' AND e.recorded_at < '${month.referenceAt.slice(0, 19)}' GROUP BY a.code`;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let look = 0; look < looks; look += 1) {
    ours.push(await timed(() => readSettlementSources(pool, month)));
    theirs.push(await timed(() => database.query(grouped)));
  }
  return middle(ours) / middle(theirs);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function middle(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[(values.length - 1) / 2] ?? 0;
}

async function prove(database: TestDatabase, count: number): Promise<void> {
  await proveInvariants(database);
  mustEqual('Payouts', await countOf(database, 'SELECT COUNT(*) FROM payout'), count);
  const settled = "SELECT COUNT(*) FROM ledger_transaction WHERE kind = 'settlement'";
  mustEqual('Settlements', await countOf(database, settled), count);
  // 3000.00 at 5 %: 2850.00 each.
  const paid = 'SELECT CAST(SUM(amount_minor) AS SIGNED) FROM payout';
  mustEqual('Paid', await countOf(database, paid), count * 285_000);
}

function growth(found: readonly Measured[]): Figure[] {
  return found.slice(1).map((larger, index) => {
    const smaller = found[index] ?? larger;
    const when = `from ${smaller.count} to ${larger.count}`;
    return { unit: 'times', when, value: larger.tookMs / smaller.tookMs, goal: 10.5, floor: 11, better: 'less' };
  });
}

function planning(found: readonly Measured[]): Figure {
  const largest = found.at(-1);
  const when = `plan against a grouped SELECT, ${largest?.count ?? 0} organisations`;
  return { unit: 'ratio', when, value: largest?.planRatio ?? Infinity, goal: 3, floor: 3, better: 'less' };
}
