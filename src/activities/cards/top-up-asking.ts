import { memberId } from '../../domain/ids.ts';
import { memberAccount } from '../../domain/ledger-account.ts';
import { parseCurrency } from '../../domain/currency.ts';
import { loadAutoTopUpFile, type AutoTopUpFile } from '../../entities/cards/auto-top-up-file.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { lowBalance } from '../../entities/members/member-notices.ts';
import { newId } from '../../entities/new-id.ts';
import type { Payment } from '../../entities/payments/payment.entity.ts';
import type { PaymentFile } from '../../entities/payments/payment-file.ts';
import { isDuplicate } from '../../entities/sql-pool.ts';
import type { TopUpNeedKind } from '../../domain/cards/top-up.ts';
import type { Rider } from '../../ledger/riders.ts';
import { obstacleOf, openPayment, type PaymentDependencies } from '../payments/payment-desk.ts';

/** Wakes the workflow that tops a member up, or starts it. */
export type WakeTopUps = (memberId: string) => Promise<void>;

export interface AskingDependencies extends PaymentDependencies {
  readonly wakeTopUps: WakeTopUps;
}

/**
 * Asks for an automatic top-up for what a payment lacks: the need is a row of its own, so that one charge serves all that
 * wait (decisions D10). `unavailable`: the card cannot be asked now, and a checkout is the way.
 */
export async function askForTopUp(
  deps: AskingDependencies,
  request: { paymentId: string },
): Promise<{ readonly kind: 'asked' | 'unavailable' }> {
  const { payment } = await openPayment(deps, request.paymentId);
  const file = await loadAutoTopUpFile(deps, payment.memberId);
  if (obstacleOf(deps, file) !== null) return { kind: 'unavailable' };
  const { memberId: member, id: sourceId, amountMinor } = payment;
  if (!(await need(deps, { memberId: member, kind: 'shortfall', sourceId, amountMinor })))
    return { kind: 'unavailable' };
  await deps.wakeTopUps(payment.memberId);
  return { kind: 'asked' };
}

/**
 * After a payment from the balance: what it left is judged once. Below the limit, a member whose top-ups are on gets one
 * of exactly their amount; another is warned when this payment crossed the limit, once in 24 hours (cobalt.md 2.8, D12).
 */
export async function checkBalanceAfter(deps: AskingDependencies, request: { paymentId: string }): Promise<void> {
  const file = await openPayment(deps, request.paymentId);
  const { payment } = file;
  const { lowMinor } = deps.limitsOf(payment.currency);
  const afterMinor = await balanceAfter(deps, file);
  if (afterMinor === null || afterMinor >= lowMinor) return;
  const auto = await loadAutoTopUpFile(deps, memberId(payment.memberId));
  if (auto.autoTopUp?.state === 'on') {
    await restore(deps, auto, payment);
  } else if (crossed(payment, afterMinor, lowMinor)) {
    await warn(deps, file, afterMinor);
  }
}

async function restore(deps: AskingDependencies, auto: AutoTopUpFile, payment: Payment): Promise<void> {
  if (obstacleOf(deps, auto) !== null) return;
  const amountMinor = auto.autoTopUp?.amountMinor ?? 0;
  await need(deps, { memberId: payment.memberId, kind: 'restore', sourceId: payment.id, amountMinor });
  await deps.wakeTopUps(payment.memberId);
}

/** Whether it was this payment that brought the balance below the limit; what is only held has brought it nowhere. */
function crossed({ state, bookedMinor, amountMinor }: Payment, afterMinor: number, lowMinor: number): boolean {
  return state === 'paid' && afterMinor + (bookedMinor ?? amountMinor) >= lowMinor;
}

/** What the payment's own entries say was left, whatever has happened since; while it is held, what can be spent. */
async function balanceAfter({ pool }: AskingDependencies, file: PaymentFile): Promise<number | null> {
  const { payment } = file;
  if (payment.state === 'funded') return file.availableMinor;
  const { code } = memberAccount(payment.memberId, parseCurrency(payment.currency));
  const [row] = await pool.rows(
    `SELECT MIN(e.balance_after_minor) AS minor FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id
     JOIN ledger_account a ON a.id = e.account_id WHERE t.op_key = ? AND a.code = ?`,
    [`payment-${payment.id}`, code],
  );
  return row?.['minor'] === null || row === undefined ? null : Number(row['minor']);
}

async function warn(deps: AskingDependencies, { payment, member }: PaymentFile, balanceMinor: number): Promise<void> {
  if (!member.wantsLowBalanceEmail || member.isSystem) return;
  const [warned] = await deps.pool.rows(
    `SELECT 1 FROM notice WHERE member_id = ? AND kind = 'low_balance' AND created_at > ? LIMIT 1`,
    [member.id, new Date(deps.now().getTime() - 86_400_000).toISOString().replace('T', ' ').replace('Z', '')],
  );
  if (warned !== undefined) return;
  const low = { memberId: payment.memberId, sourceId: payment.id, balanceMinor, currency: payment.currency };
  await onceOnly(commitRiders(deps.pool, [lowBalance(low, deps.now())]));
}

interface Need {
  readonly memberId: string;
  readonly kind: TopUpNeedKind;
  readonly sourceId: string;
  readonly amountMinor: number;
}

/**
 * Writes a need, once. One that was met is opened again: another payment was faster with the money that it brought. Answers
 * whether it waits for a top-up now; what was refused is not asked for a second time.
 */
export async function need(deps: Pick<AskingDependencies, 'pool' | 'now'>, wanted: Need): Promise<boolean> {
  const { memberId: member, kind, sourceId, amountMinor } = wanted;
  const id = newId('topUpNeed');
  const row = { id, member_id: member, kind, source_id: sourceId, amount_minor: amountMinor, state: 'open' };
  const insert: Rider = { insert: 'top_up_need', row: { ...row, created_at: deps.now(), version: 1 } };
  await onceOnly(commitRiders(deps.pool, [insert]));
  await deps.pool.run(
    `UPDATE top_up_need SET state = 'open', outcome = NULL, top_up_id = NULL, version = version + 1
     WHERE source_id = ? AND kind = 'shortfall' AND state = 'met'`,
    [sourceId],
  );
  const open = await deps.pool.rows(`SELECT 1 FROM top_up_need WHERE source_id = ? AND kind = ? AND state = 'open'`, [
    sourceId,
    kind,
  ]);
  return open.length > 0;
}

/** A run that was taken for dead has written it already. */
async function onceOnly(write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
}
