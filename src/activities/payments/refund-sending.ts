import type { RefundFact } from '../../domain/payments/card-refund-port.ts';
import { ProcessorRefusal } from '../../domain/processor-refusal.ts';
import { isRefundOver } from '../../domain/payments/refund.ts';
import type { RefundSnapshot } from '../../domain/payments/refund-snapshot.ts';
import type { RefundFile } from '../../entities/cards/card-file.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { cardRefunded, cardRefundFailed } from '../../entities/members/member-notices.ts';
import { refundRider, refundSnapshotOf, refundedRider } from '../../entities/payments/refund-changes.ts';
import { refundConfirmed, refundUndone } from '../../ledger/postings/refund.ts';
import type { Rider } from '../../ledger/riders.ts';
import { mustPost } from '../must-post.ts';
import { confirmationOf, openRefund, postedOf, type RefundDependencies } from './refund-desk.ts';

/** Nothing stays pending unseen (W-17). */
const patienceMs = 7 * 24 * 3_600_000;

/**
 * Asks the processor for a refund that is reserved, under its one key, and writes what it answers. A second run finds the
 * refund that the first one made; a definite no gives the reserved money back.
 */
export async function sendRefund(deps: RefundDependencies, request: { refundId: string }): Promise<RefundSnapshot> {
  const file = await openRefund(deps, request.refundId);
  const { refund } = file;
  if (isRefundOver(refund.state) || refund.state === 'created') return refundSnapshotOf(refund);
  if (refund.providerRef) return followRefund(deps, request);
  const fact = await askFor(deps, file);
  if ('refused' in fact) await undoRefund(deps, { file, reason: fact.refused });
  else await writeRefund(deps, file, fact);
  return refundSnapshotOf((await openRefund(deps, request.refundId)).refund);
}

/** Looks what became of a refund at the processor, and writes it. */
export async function followRefund(deps: RefundDependencies, request: { refundId: string }): Promise<RefundSnapshot> {
  const file = await openRefund(deps, request.refundId);
  const { refund, account } = file;
  if (isRefundOver(refund.state)) return refundSnapshotOf(refund);
  if (!refund.providerRef) return sendRefund(deps, request);
  await writeRefund(deps, file, await deps.refundsAt(account).readRefund(refund.providerRef));
  return refundSnapshotOf((await openRefund(deps, request.refundId)).refund);
}

/** The processor stayed silent: whether it gave the money back is not known, and is found out under the same key. */
export async function loseRefund(deps: RefundDependencies, request: { refundId: string }): Promise<RefundSnapshot> {
  const { refund } = await openRefund(deps, request.refundId);
  if (refund.state === 'reserved')
    await commitRiders(deps.pool, [refundRider(refund, 'lose', { updated_at: deps.now() })]);
  return refundSnapshotOf((await openRefund(deps, request.refundId)).refund);
}

/** Whether it was made although its answer was lost is asked first: keys are forgotten after a day. */
async function askFor(deps: RefundDependencies, file: RefundFile): Promise<RefundFact | { readonly refused: string }> {
  const { refund, card, account } = file;
  const port = deps.refundsAt(account);
  if (refund.state === 'unresolved') {
    const made = (await port.refundsOf(card.paymentRef)).find(({ refundId }) => refundId === refund.id);
    if (made !== undefined) return made;
  }
  try {
    return await port.refund({
      key: `refund-${refund.id}-create-1`,
      paymentRef: card.paymentRef,
      amountMinor: refund.amountMinor - refund.feeMinor,
      currency: refund.currency,
      refundId: refund.id,
    });
  } catch (error) {
    if (!(error instanceof ProcessorRefusal)) throw error;
    return { refused: error.code };
  }
}

async function writeRefund(deps: RefundDependencies, file: RefundFile, fact: RefundFact): Promise<void> {
  const { refund } = file;
  const at = deps.now();
  switch (fact.status) {
    case 'succeeded': {
      const confirmed = refundConfirmed(confirmationOf(file, fact.refundRef, at));
      return mustPost(deps, confirmed, [
        refundRider(refund, 'succeed', taken(fact.refundRef, at)),
        ...(refund.providerRef ? [] : cardRefunded(refund, at)),
      ]);
    }
    case 'failed':
      return undoRefund(deps, { file, reason: fact.failureReason ?? 'failed', refundRef: fact.refundRef });
    case 'pending':
      return notePending(deps, file, fact.refundRef);
  }
}

/** The card has been promised its money: the member is told now, whenever the bank is done. */
async function notePending(deps: RefundDependencies, file: RefundFile, refundRef: string): Promise<void> {
  const { refund } = file;
  const at = deps.now();
  if (!refund.providerRef) {
    return commitRiders(deps.pool, [refundRider(refund, 'send', taken(refundRef, at)), ...cardRefunded(refund, at)]);
  }
  const isOld = at.getTime() - refund.createdAt.getTime() > patienceMs;
  if (!isOld || refund.attentionReason) return;
  const reason = { attention_reason: 'the processor has been holding it for over a week', updated_at: at };
  return commitRiders(deps.pool, [refundRider(refund, 'send', reason)]);
}

/** A refund that did not last. */
export interface Undoing {
  readonly file: RefundFile;
  /** The processor's word. */
  readonly reason: string;
  readonly refundRef?: string;
  /** What else is written with it. */
  readonly more?: readonly Rider[];
}

/** Gives back exactly what was taken, early or late; who was promised the money is told. */
export async function undoRefund(deps: RefundDependencies, undoing: Undoing): Promise<void> {
  const { file, reason, more = [] } = undoing;
  const { refund, card } = file;
  const at = deps.now();
  const undone = refundUndone({
    refundId: refund.id,
    posted: postedOf(file, at),
    occurredAt: at.toISOString(),
    description: `Card refund failed: ${reason}`,
  });
  const refundRef = undoing.refundRef ?? refund.providerRef ?? null;
  const failed = { outcome: reason.slice(0, 64), provider_ref: refundRef, attention_reason: null, updated_at: at };
  await mustPost(deps, undone, [
    refundRider(refund, 'fail', failed),
    ...(refund.outcome === 'more_than_paid' ? [] : [refundedRider(card, -refund.amountMinor)]),
    ...more,
    ...(refund.providerRef ? cardRefundFailed(refund, reason, at) : []),
  ]);
}

/** What the processor's word changes beside the state. */
function taken(refundRef: string, at: Date) {
  return { provider_ref: refundRef, outcome: null, attention_reason: null, updated_at: at };
}
