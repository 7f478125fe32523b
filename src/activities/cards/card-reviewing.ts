import { parseCurrency } from '../../domain/currency.ts';
import type { RefundFact } from '../../domain/payments/card-refund-port.ts';
import { cardTransactionId } from '../../domain/ids.ts';
import { money } from '../../domain/money.ts';
import { isTopUpOver } from '../../domain/cards/top-up.ts';
import { loadCardFile, type CardFile, type RefundFile } from '../../entities/cards/card-file.ts';
import {
  consoleRefundRiders,
  consoleRefundRow,
  saleRefundedRiders,
} from '../../entities/payments/console-refund-rider.ts';
import { lateCardMoney } from '../../entities/members/member-notices.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { cardColumns, topUpRider } from '../../entities/payments/payment-changes.ts';
import { Refund } from '../../entities/payments/refund.entity.ts';
import { lateMoney } from '../../ledger/postings/processor.ts';
import { consoleRefund } from '../../ledger/postings/refund.ts';
import { bookDisputes } from '../payments/dispute-booking.ts';
import { mustPost } from '../must-post.ts';
import { consoleRefundOf, ourRefund, type RefundDependencies } from '../payments/refund-desk.ts';
import { undoRefund } from '../payments/refund-sending.ts';

/**
 * Compares one card payment with the processor and books what is missing here: money that came after its top-up had
 * ended, refunds that somebody made at the processor, refunds that did not last, and disputes (W-19). Each under the
 * processor's own name for it, so that doing it again books nothing twice.
 */
export async function reviewCard(deps: RefundDependencies, request: { cardTransactionId: string }): Promise<void> {
  const id = cardTransactionId(request.cardTransactionId);
  await bookLateMoney(deps, await loadCardFile(deps, id));
  const { card, account } = await loadCardFile(deps, id);
  // What was only authorized goes back by itself, and the book never saw it.
  if (card.state !== 'captured') return;
  const port = deps.refundsAt(account);
  for (const fact of await port.refundsOf(card.paymentRef)) await bookRefund(deps, await loadCardFile(deps, id), fact);
  for (const fact of await port.disputesOf(card.paymentRef)) await bookDisputes(deps, id, fact);
}

/** The top-up was given up, and its card was charged all the same: the money is its member's (decisions D16). */
async function bookLateMoney(deps: RefundDependencies, { card, topUp, account }: CardFile): Promise<void> {
  if (topUp === null || !isTopUpOver(topUp.state) || card.state === 'captured') return;
  const fact = await deps.cardsAt(account).readPayment(card.paymentRef);
  if (fact.status !== 'captured') return;
  const at = deps.now();
  const transaction = lateMoney({
    processor: account,
    amount: money(fact.capturedMinor, parseCurrency(fact.currency)),
    occurredAt: at.toISOString(),
    description: `Late payment of top-up ${topUp.id}`,
    chargeRef: fact.chargeRef ?? fact.paymentRef,
    memberId: topUp.memberId,
    links: { processorAccountId: account.id },
  });
  await mustPost(deps, transaction, [
    topUpRider(topUp, 'arrive_late', { ...cardColumns(fact.card, fact.receiptUrl), updated_at: at }),
    {
      update: 'card_transaction',
      key: { id: card.id },
      expectedVersion: card.version,
      set: { state: 'captured', charge_ref: fact.chargeRef, captured_minor: fact.capturedMinor, captured_at: at },
    },
    lateCardMoney(topUp, fact.capturedMinor, at),
  ]);
}

async function bookRefund(deps: RefundDependencies, file: CardFile, fact: RefundFact): Promise<void> {
  const known = await refundRowOf(deps, file, fact);
  if (known === null) {
    // One of ours whose row is not here is somebody else's system under our account; a pending one tells again.
    if (fact.status === 'succeeded') await bookConsoleRefund(deps, file, fact);
    return;
  }
  // What is open is followed by its own workflow.
  if (known.state === 'succeeded' && fact.status === 'failed') await undo(deps, { ...file, refund: known }, fact);
}

async function refundRowOf({ orm }: RefundDependencies, { card }: CardFile, fact: RefundFact): Promise<Refund | null> {
  const em = unitOfWork(orm);
  const ours = ourRefund(fact.refundId);
  const named = ours === null ? null : await em.findOne(Refund, { id: ours, cardTransactionId: card.id });
  return named ?? em.findOne(Refund, { processorAccountId: card.processorAccountId, providerRef: fact.refundRef });
}

async function bookConsoleRefund(deps: RefundDependencies, file: CardFile, fact: RefundFact): Promise<void> {
  const at = deps.now();
  const row = consoleRefundRow(file, fact);
  await mustPost(deps, consoleRefund(consoleRefundOf(file, row, at)), consoleRefundRiders(file, row, at));
}

async function undo(deps: RefundDependencies, file: RefundFile, fact: RefundFact): Promise<void> {
  const { refund } = file;
  const isCounted = refund.outcome !== 'more_than_paid';
  const more = isCounted ? saleRefundedRiders(file, -refund.amountMinor, deps.now()) : [];
  await undoRefund(deps, { file, reason: fact.failureReason ?? 'failed', more });
}
