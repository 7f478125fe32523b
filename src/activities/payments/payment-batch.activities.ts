import { DomainError } from '../../domain/errors.ts';
import { paymentEnds } from '../../domain/payments/member-payment.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { loadAutoTopUpFile } from '../../entities/cards/auto-top-up-file.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { Payment } from '../../entities/payments/payment.entity.ts';
import { numberOf, textOf } from '../../entities/sql-pool.ts';
import { TopUpNeed } from '../../entities/cards/top-up-need.entity.ts';
import type { PosterResult } from '../../ledger/poster-contract.ts';
import type { BatchSnapshot } from '../../workflows/payments/payment-batch.messages.ts';
import { activityEdge } from '../activity-edge.ts';
import { obstacleOf } from './payment-desk.ts';
import { paidRiders, refusedRiders, transactionOf } from './payment-paying.ts';
import { checkBalanceAfter, need, type AskingDependencies } from '../cards/top-up-asking.ts';

export type PaymentBatchActivities = ReturnType<typeof createPaymentBatchActivities>;

/** Items that are booked in one commit: many share its cost, and none holds the accounts for long. */
const groupItems = 250;
/** Members whose balances are judged at the same time; each takes a few queries and a signal. */
const checksAtOnce = 16;

/** What a try to pay the open payments of a batch came to. */
export interface BatchTry {
  readonly short: number;
  /** Short, with a top-up asked for that has not ended. */
  readonly waiting: number;
}

/** What a batch does in the world. Each is idempotent: what is over is not touched again. */
export function createPaymentBatchActivities(deps: AskingDependencies) {
  return {
    payBatch: (request: { batchId: string }): Promise<BatchTry> => activityEdge(() => payBatch(deps, request.batchId)),
    askForBatch: (request: { batchId: string }): Promise<{ waiting: number }> =>
      activityEdge(() => askForBatch(deps, request.batchId)),
    /** Refuses what is still open, with the reason of its top-up where there is one. */
    endBatch: (request: { batchId: string; outcome?: string }): Promise<BatchSnapshot> =>
      activityEdge(() => endBatch(deps, request)),
    /** What payments from the balance left is judged; one that a top-up was asked for is not (cobalt.md 2.6). */
    checkBalancesAfter: (request: { batchId: string }): Promise<void> =>
      activityEdge(() => checkBalancesAfter(deps, request.batchId)),
  };
}

async function payBatch(deps: AskingDependencies, batchId: string): Promise<BatchTry> {
  const open = await openPaymentsOf(deps, batchId);
  const short: string[] = [];
  for (let from = 0; from < open.length; from += groupItems) {
    const group = open.slice(from, from + groupItems);
    const results = await book(deps, group);
    for (const [index, payment] of group.entries()) {
      const result = results[index];
      if (result?.kind !== 'posted' && (await isShort(deps, payment, result))) short.push(payment.id);
    }
  }
  const waiting = (await needsOf(deps, short)).filter(({ state }) => state === 'open').length;
  return { short: short.length, waiting };
}

/** Each sees what the ones before it did, and is refused by itself (decisions D5). */
function book({ poster, now }: AskingDependencies, group: readonly Payment[]): Promise<readonly PosterResult[]> {
  const at = now();
  return poster.postGroup(
    group.map((payment) => ({
      kind: 'post',
      transaction: transactionOf(payment, at),
      riders: { onSuccess: paidRiders({ payment }, at) },
    })),
  );
}

async function isShort(deps: AskingDependencies, payment: Payment, result: PosterResult | undefined): Promise<boolean> {
  if (result?.kind !== 'refused') throw new Error(`Payment ${payment.id} was neither posted nor refused.`);
  if (result.code === 'insufficient_funds') return true;
  // Somebody moved the row since it was read: the activity is tried again and reads it afresh.
  if (result.code === 'conflict') throw new DomainError('conflict', `Payment ${payment.id} changed while it was paid.`);
  await commitRiders(deps.pool, refusedRiders({ payment }, result.code, deps.now()));
  return false;
}

async function askForBatch(deps: AskingDependencies, batchId: string): Promise<{ waiting: number }> {
  const open = await openPaymentsOf(deps, batchId);
  let waiting = 0;
  for (const [memberId, payments] of Map.groupBy(open, (payment) => payment.memberId)) {
    if (obstacleOf(deps, await loadAutoTopUpFile(deps, memberId)) !== null) continue;
    for (const { id: sourceId, amountMinor } of payments) {
      if (await need(deps, { memberId, kind: 'shortfall', sourceId, amountMinor })) waiting += 1;
    }
    await deps.wakeTopUps(memberId);
  }
  return { waiting };
}

async function endBatch(
  deps: AskingDependencies,
  { batchId, outcome: general = 'insufficient_funds' }: { batchId: string; outcome?: string },
): Promise<BatchSnapshot> {
  const open = await openPaymentsOf(deps, batchId);
  const needs = await needsOf(
    deps,
    open.map(({ id }) => id),
  );
  const reasons = new Map(needs.map((one) => [one.sourceId, one.state === 'refused' ? one.outcome : null]));
  for (const payment of open) {
    const outcome = reasons.get(payment.id) ?? general;
    await commitRiders(deps.pool, refusedRiders({ payment }, outcome, deps.now()));
  }
  return { state: 'done', ...(await countOf(deps, batchId)) };
}

async function countOf(
  { pool }: AskingDependencies,
  batchId: string,
): Promise<Pick<BatchSnapshot, 'paid' | 'refused'>> {
  const counts = await pool.rows('SELECT state, COUNT(*) AS count FROM payment WHERE batch_id = ? GROUP BY state', [
    batchId,
  ]);
  const all = counts.reduce((sum, row) => sum + numberOf(row, 'count'), 0);
  const paid = counts.find((row) => row['state'] === 'paid');
  const paidCount = paid === undefined ? 0 : numberOf(paid, 'count');
  return { paid: paidCount, refused: all - paidCount };
}

/** Members side by side, the payments of one after each other: each is judged on what was told before it. */
async function checkBalancesAfter(deps: AskingDependencies, batchId: string): Promise<void> {
  const low = await lowPaymentsOf(deps, batchId);
  const toppedUp = new Set(
    (
      await needsOf(
        deps,
        low.map(({ id }) => id),
      )
    ).map(({ sourceId }) => sourceId),
  );
  const members = [...Map.groupBy(low, ({ member }) => member).values()].values();
  const check = async (): Promise<void> => {
    for (const payments of members) {
      for (const { id } of payments) if (!toppedUp.has(id)) await checkBalanceAfter(deps, { paymentId: id });
    }
  };
  await Promise.all(Array.from({ length: checksAtOnce }, check));
}

/** Payments of a batch that left less than the limit, in their order; all others need no look at. */
async function lowPaymentsOf(
  { pool, limitsOf }: AskingDependencies,
  batchId: string,
): Promise<{ readonly id: string; readonly member: string }[]> {
  const rows = await pool.rows(
    `SELECT p.id, p.member_id, p.currency, e.balance_after_minor FROM payment p
     JOIN ledger_transaction t ON t.op_key = CONVERT(CONCAT('payment-', p.id) USING ascii)
     JOIN ledger_account a ON a.code = CONVERT(CONCAT('member/', p.member_id, '/', p.currency) USING ascii)
     JOIN ledger_entry e ON e.transaction_id = t.id AND e.account_id = a.id
     WHERE p.batch_id = ? AND p.state = 'paid' ORDER BY p.no`,
    [batchId],
  );
  const low = rows.filter((row) => numberOf(row, 'balance_after_minor') < limitsOf(textOf(row, 'currency')).lowMinor);
  return low.map((row) => ({ id: textOf(row, 'id'), member: textOf(row, 'member_id') }));
}

function openPaymentsOf({ orm }: AskingDependencies, batchId: string): Promise<Payment[]> {
  const where = { batchId: batchId as NonNullable<Payment['batchId']>, state: { $nin: [...paymentEnds] } };
  return unitOfWork(orm).find(Payment, where, { orderBy: { no: 'asc' } });
}

function needsOf({ orm }: AskingDependencies, paymentIds: readonly string[]): Promise<TopUpNeed[]> {
  return unitOfWork(orm).find(TopUpNeed, { sourceId: { $in: [...paymentIds] }, kind: 'shortfall' });
}
