import { DomainError } from '../../domain/errors.ts';
import { refundObstacle } from '../../domain/payments/refund-eligibility.ts';
import type { RefundSnapshot } from '../../domain/payments/refund-snapshot.ts';
import type { RefundFile } from '../../entities/cards/card-file.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { refundRider, refundSnapshotOf, refundedRider } from '../../entities/payments/refund-changes.ts';
import { refundReserved } from '../../ledger/postings/refund.ts';
import { openRefund, reservationOf, type RefundDependencies } from './refund-desk.ts';

/**
 * Takes the full amount of a refund from its holder, before the processor is asked to move anything (W-20): judged in
 * the order of cobalt.md 2.12, the balance once more by the book under its lock, what is left of the card payment by
 * the version of its row. What is refused has moved nothing.
 */
export async function reserveRefund(deps: RefundDependencies, request: { refundId: string }): Promise<RefundSnapshot> {
  const first = await openRefund(deps, request.refundId);
  if (first.refund.state !== 'created') return refundSnapshotOf(first.refund);
  const processorAvailableMinor = await availableAt(deps, first);
  const file = await openRefund(deps, request.refundId);
  const { ageLimitWeeks } = await deps.refundRules();
  const obstacle = obstacleTo(file, { ageLimitWeeks, processorAvailableMinor, now: deps.now() });
  if (obstacle !== null) return refuseRefund(deps, { refundId: file.refund.id, outcome: obstacle });
  const at = deps.now();
  const result = await deps.poster.post(refundReserved(reservationOf(file, at)), {
    onSuccess: [
      refundRider(file.refund, 'reserve', { updated_at: at }),
      refundedRider(file.card, file.refund.amountMinor),
    ],
  });
  if (result.kind === 'posted') return refundSnapshotOf((await openRefund(deps, file.refund.id)).refund);
  // Somebody moved a row since it was read: the activity is tried again and reads it afresh.
  if (result.code === 'conflict') throw new DomainError('conflict', `Refund ${file.refund.id} met another one.`);
  return refuseRefund(deps, { refundId: file.refund.id, outcome: result.code });
}

/** Ends a refund of which nothing was moved. */
export async function refuseRefund(
  deps: RefundDependencies,
  request: { refundId: string; outcome: string },
): Promise<RefundSnapshot> {
  const { refund } = await openRefund(deps, request.refundId);
  if (refund.state !== 'created') return refundSnapshotOf(refund);
  await commitRiders(deps.pool, [refundRider(refund, 'refuse', { outcome: request.outcome, updated_at: deps.now() })]);
  return refundSnapshotOf((await openRefund(deps, request.refundId)).refund);
}

/** Only a member's wish depends on what the processor has (decisions D21: it is read first). */
async function availableAt(deps: RefundDependencies, { refund, account }: RefundFile): Promise<number> {
  if (refund.requestedBy !== 'member') return 0;
  return deps.refundsAt(account).availableMinor(refund.currency);
}

function obstacleTo(
  file: RefundFile,
  rules: { readonly ageLimitWeeks: number; readonly processorAvailableMinor: number; readonly now: Date },
): string | null {
  const { card, refund, topUp } = file;
  const restMinor = card.capturedMinor - card.refundedMinor;
  if (refund.requestedBy === 'member') {
    const obstacle = refundObstacle({
      capturedMinor: card.capturedMinor,
      refundedMinor: card.refundedMinor,
      receiptUrl: topUp?.receiptUrl ?? null,
      balanceMinor: file.availableMinor,
      capturedAt: card.capturedAt ?? null,
      ...rules,
    });
    if (obstacle !== null) return obstacle;
  }
  if (card.state !== 'captured') return 'not_paid';
  return refund.amountMinor > restMinor ? 'more_than_paid' : null;
}
