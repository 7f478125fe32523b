import Stripe from 'stripe';
import { demoNames } from '../../workers/demo/seed.ts';
import type { Counter } from '../support/counter.ts';
import { october } from '../support/month-end.ts';
import { ask } from './member-rows.ts';
import type { SceneClub, SceneMonthEnd } from './month-end-scene.ts';
import { expectedFigures, expectedMoves, opposite, type ItemRow, type PayoutRow } from './month-end-figures.ts';
import type { ToldNote } from './trace.ts';

const payoutRows = `SELECT p.id, p.run_id AS run, p.organisation_id AS club, p.state, p.method, p.attempt_no AS attempt,
    CAST(p.settled_minor AS SIGNED) AS settled, CAST(p.amount_minor AS SIGNED) AS amount,
    (SELECT COUNT(*) FROM remittance_advice r WHERE r.payout_id = p.id) AS advices
  FROM payout p WHERE p.organisation_id IN (?)`;
/** Where the money of each payout is: what each kind of account gained by it. */
const movedRows = `SELECT t.payout_id AS payout, SUBSTRING_INDEX(a.code, '/', 1) AS place,
    CAST(SUM(IF(e.side = 'credit', e.amount_minor, -e.amount_minor)) AS SIGNED) AS moved
  FROM payout p JOIN ledger_transaction t ON t.payout_id = p.id JOIN ledger_entry e ON e.transaction_id = t.id
  JOIN ledger_account a ON a.id = e.account_id WHERE p.organisation_id IN (?) GROUP BY t.payout_id, place`;
const itemRows = `SELECT i.run_id AS run, i.organisation_id AS club, i.state, i.outcome, r.state AS runState,
    CAST(i.balance_minor AS SIGNED) AS balance, CAST(i.float_minor AS SIGNED) AS floatMinor,
    CAST(i.settled_minor AS SIGNED) AS settled, CAST(i.override_minor AS SIGNED) AS overridden,
    CAST(i.payout_minor AS SIGNED) AS payout, CAST(i.fee_minor AS SIGNED) AS fee, CAST(i.tax_minor AS SIGNED) AS tax
  FROM settlement_item i JOIN settlement_run r ON r.id = i.run_id
  WHERE i.organisation_id IN (?) AND i.period = '${october}'`;
/** What each club has, and what the rows of this day say that came and went beside settlements. */
const clubRows = `SELECT o.id, CAST(COALESCE((SELECT balance_minor FROM ledger_account a
      WHERE a.code = CONCAT('organisation/', o.id, '/AUD')), 0) AS SIGNED) AS closing,
    CAST(COALESCE((SELECT SUM(amount_minor) FROM correction c
        WHERE c.organisation_id = o.id AND c.kind IN ('adjustment', 'write_off') AND c.state = 'posted'), 0)
      + COALESCE((SELECT SUM(IF(kind = 'member_top_up_reversal', amount_minor, -amount_minor)) FROM organisation_payment
        WHERE organisation_id = o.id AND state = 'posted'), 0)
      + COALESCE((SELECT SUM(amount_minor) FROM organisation_payment WHERE payee_id = o.id AND state = 'posted'), 0)
      + COALESCE((SELECT SUM(amount_minor) FROM payment WHERE payee_id = o.id AND state = 'paid'), 0) AS SIGNED) AS moved
  FROM organisation o WHERE o.id IN (?)`;
const refundRows = `SELECT organisation_id AS club, lines_json AS lines_json FROM internal_refund
  WHERE organisation_id IN (?) AND state = 'posted'`;
const openRows = `SELECT 'settlement' AS kind, id, state FROM settlement_run
    WHERE zone = ? AND state IN ('planned', 'awaiting_approval', 'posting', 'filing')
  UNION ALL SELECT 'correction', id, state FROM correction WHERE organisation_id IN (?) AND state = 'created'
  UNION ALL SELECT 'transfer', id, state FROM organisation_payment WHERE organisation_id IN (?) AND state = 'created'
  UNION ALL SELECT 'refund', id, state FROM internal_refund WHERE organisation_id IN (?) AND state = 'created'
  UNION ALL SELECT 'payout', id, state FROM payout WHERE organisation_id IN (?) AND state = 'planned' AND method = 'transfer'`;
const endRows = `SELECT id, state FROM settlement_run WHERE state IN ('done', 'done_with_errors', 'rejected', 'expired')
  UNION ALL SELECT id, state FROM correction UNION ALL SELECT id, state FROM organisation_payment
  UNION ALL SELECT id, state FROM payout WHERE state IN ('reversed', 'paid_outside')`;

/** What was found of the clubs of a seed. */
export interface ClubFindings {
  /** What each of their payouts has come to. */
  readonly payouts: readonly string[];
  /** What disagrees, in words; what is still under way shows as a difference. */
  readonly differences: readonly string[];
}

/** Compares everything about the clubs of a seed, if it has any. */
export async function compareClubs(
  counter: Counter,
  monthEnd: SceneMonthEnd | null,
  answers: readonly ToldNote[],
): Promise<ClubFindings> {
  if (monthEnd === null) return { payouts: [], differences: [] };
  const { zone, clubs } = monthEnd;
  const ids = clubs.map(({ id }) => id) as unknown as string;
  const open = await ask<{ kind: string; id: string; state: string }>(counter, openRows, [zone, ids, ids, ids, ids]);
  const payouts = await ask<PayoutRow>(counter, payoutRows, [ids]);
  const items = await ask<ItemRow>(counter, itemRows, [ids]);
  const differences = [
    ...open.map(({ kind, id, state }) => `${kind} ${id} is ${state}`),
    ...clubs.flatMap((club) => wrongSettlements(club, payouts, items)),
    ...(await wrongSums(counter, clubs, payouts)),
    ...(await wrongPlaces(counter, payouts, ids)),
    ...(await wrongTransfers(counter, payouts)),
    ...(await failedWorkflows(counter)),
    ...(await brokenWords(counter, answers)),
  ];
  return { payouts: payouts.map(({ state }) => state), differences };
}

/** Each club once at most for the month, by the figures that its past comes to; nobody is left in a run that is over. */
function wrongSettlements(club: SceneClub, payouts: readonly PayoutRow[], items: readonly ItemRow[]): string[] {
  const living = payouts.filter((one) => one.club === club.id && one.run !== null && one.state !== 'reversed');
  const own = items.filter((item) => item.club === club.id);
  return [
    ...(living.length > 1 ? [`${club.id} is settled ${living.length} times`] : []),
    ...own
      .filter(({ state, runState }) => state === 'planned' && runState.startsWith('done'))
      .map(({ run }) => `${club.id} is planned in ${run}, which is over`),
    ...own.flatMap((item) => {
      const [found, wanted] = [opposite(item), expectedFigures(club.plan, item)];
      return found === wanted ? [] : [`${club.id} in ${item.run}: ${found} and not ${wanted}`];
    }),
  ];
}

/** Opening + credits - what was given back = fee + tax + payout + closing, to the minor unit. */
async function wrongSums(counter: Counter, clubs: readonly SceneClub[], payouts: readonly PayoutRow[]) {
  const ids = clubs.map(({ id }) => id) as unknown as string;
  const rows = await ask<{ id: string; closing: number; moved: number }>(counter, clubRows, [ids]);
  const refunds = await ask<{ club: string; lines_json: string }>(counter, refundRows, [ids]);
  return clubs.flatMap(({ id, plan }) => {
    const { closing, moved } = rows.find((row) => row.id === id) ?? { closing: 0, moved: 0 };
    const givenBack = refunds.flatMap(({ club, lines_json }) => (club === id ? amountsIn(lines_json) : []));
    const taken = payouts
      .filter(({ club, state }) => club === id && state !== 'reversed')
      .map(({ settled }) => settled);
    const came = plan.openingMinor + plan.creditsMinor - plan.refundsMinor + moved - sum(givenBack);
    const left = sum(taken) + closing;
    return came === left ? [] : [`${id}: ${came} came, and ${left} was settled or is left`];
  });
}

/** Where the money of each payout must be, by what the payout says of itself; whoever was paid has the advice. */
async function wrongPlaces(counter: Counter, payouts: readonly PayoutRow[], ids: string): Promise<string[]> {
  const moved = await ask<{ payout: string; place: string; moved: number }>(counter, movedRows, [ids]);
  return payouts.flatMap((payout) => {
    const at = (...places: string[]): number =>
      sum(moved.filter((one) => one.payout === payout.id && places.includes(one.place)).map((one) => one.moved));
    const found = [at('organisation'), at('payouts-in-flight'), at('bank', 'processor'), at('income', 'tax')].join();
    const wanted = expectedMoves(payout).join();
    return [
      ...(found === wanted ? [] : [`${payout.id} is ${payout.state}: ${found} and not ${wanted}`]),
      ...(payout.state === 'confirmed' && payout.advices !== 1 ? [`${payout.id} has no remittance advice`] : []),
    ];
  });
}

/** One transfer for each attempt at most, and what is left of them is with who was paid. */
async function wrongTransfers(counter: Counter, payouts: readonly PayoutRow[]): Promise<string[]> {
  const sent = payouts.filter(({ method, run }) => method === 'transfer' && run !== null);
  const lists = await Promise.all(sent.map(({ id }) => transfersOf(counter, id)));
  return sent.flatMap(({ id, state, amount }, index) => {
    const transfers = lists[index] ?? null;
    if (transfers === null) return [`of ${id} the processor tells nothing now`];
    const attempts = transfers.map(({ metadata }) => metadata['attempt']);
    const left = sum(transfers.map((one) => one.amount - one.amount_reversed));
    const wanted = state === 'confirmed' ? amount : 0;
    return [
      ...(new Set(attempts).size < attempts.length ? [`${id} was sent twice in one attempt: ${attempts.join()}`] : []),
      ...(left === wanted ? [] : [`${id} is ${state}: ${left} was transferred and not ${wanted}`]),
    ];
  });
}

/**
 * What the processor has of a payout: the newest hundred are all, since each attempt makes one. Null where the weather
 * of another seed keeps it from answering.
 */
async function transfersOf(counter: Counter, payout: string): Promise<Stripe.Transfer[] | null> {
  const { hostname, port } = new URL(counter.env['STRIPE_API_BASE'] ?? '');
  const stripe = new Stripe('sk_test_demo', { host: hostname, port: Number(port), protocol: 'http' });
  try {
    return (await stripe.transfers.list({ transfer_group: payout, limit: 100 })).data;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return null;
    throw error;
  }
}

/** What transfers took from the account that members' cards are charged at; minor units. */
export async function transferredInAll(counter: Counter): Promise<number> {
  const [row] = await ask<{ minor: number }>(
    counter,
    `SELECT CAST(COALESCE(SUM(IF(e.side = 'credit', e.amount_minor, -e.amount_minor)), 0) AS SIGNED) AS minor
     FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
     WHERE t.kind IN ('payout-by-transfer', 'payout-transfer-reversed') AND a.code = ?`,
    [`processor/stripe/${demoNames.account}/AUD`],
  );
  return row?.minor ?? 0;
}

/** Of the whole system: nothing ends otherwise than by itself. */
async function failedWorkflows({ temporal, env }: Counter): Promise<string[]> {
  const queues = [env['TASK_QUEUE_PAYMENTS'], env['TASK_QUEUE_BULK']].map((queue) => `'${queue ?? ''}'`).join(', ');
  const query = `TaskQueue IN (${queues}) AND ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated', 'Canceled')`;
  const found: string[] = [];
  for await (const { type, workflowId, status } of temporal.workflow.list({ query })) {
    found.push(`${type} ${workflowId} ended ${status.name}`);
  }
  return found;
}

/** Finance that was told an end was told the truth. */
async function brokenWords(counter: Counter, answers: readonly ToldNote[]): Promise<string[]> {
  const rows = await ask<{ id: string; state: string }>(counter, endRows, []);
  const states = new Map(rows.map(({ id, state }) => [id, state]));
  const ends = new Set(['done', 'done_with_errors', 'rejected', 'expired', 'posted', 'refused', 'reversed']);
  return answers.flatMap(({ sale = '', state = '' }) => {
    const known = states.get(sale);
    return ends.has(state) && known !== undefined && known !== state
      ? [`${sale} was said to be ${state}, is ${known}`]
      : [];
  });
}

function amountsIn(linesJson: string): number[] {
  return (JSON.parse(linesJson) as { amountMinor: number }[]).map(({ amountMinor }) => amountMinor);
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
