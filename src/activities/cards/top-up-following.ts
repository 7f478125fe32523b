import { parseCurrency } from '../../domain/currency.ts';
import type { CardPaymentFact, WebCard } from '../../domain/cards/card-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { invariant } from '../../domain/invariant.ts';
import { isPaymentSettled } from '../../domain/payments/member-payment.ts';
import { money } from '../../domain/money.ts';
import type { TopUpSnapshot } from '../../domain/payments/payment-snapshot.ts';
import { isTopUpOver } from '../../domain/cards/top-up.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { cardColumns, paymentRider, topUpRider, topUpSnapshotOf } from '../../entities/payments/payment-changes.ts';
import type { TopUpFile } from '../../entities/payments/payment-file.ts';
import { outcomeRiders } from '../../entities/payments/payment-outcome.ts';
import type { PosterItem } from '../../ledger/poster-contract.ts';
import { cardIn } from '../../ledger/postings/processor.ts';
import type { Rider } from '../../ledger/riders.ts';
import { openTopUp, type PaymentDependencies } from '../payments/payment-desk.ts';
import { payingItem } from '../payments/payment-paying.ts';

/**
 * Looks what became of a top-up's card money and writes it: money that is there is booked, once, with the payment that
 * it was charged for if the balance covers it now; if not, it stays as credit and the payment fell short (WH-11, D16).
 */
export async function followTopUp(deps: PaymentDependencies, request: { topUpId: string }): Promise<TopUpSnapshot> {
  const file = await openTopUp(deps, request.topUpId);
  const { topUp } = file;
  if (isTopUpOver(topUp.state) || !topUp.paymentRef) return topUpSnapshotOf(topUp);
  const fact = await deps.cardsAt(file.account).readPayment(topUp.paymentRef);
  await write(deps, { file, fact, ending: 'expire' });
  return topUpSnapshotOf((await openTopUp(deps, request.topUpId)).topUp);
}

/** Gives an unpaid checkout up. Card money that was faster is booked instead. */
export async function withdrawTopUp(
  deps: PaymentDependencies,
  request: { topUpId: string; as: 'expire' | 'cancel' },
): Promise<TopUpSnapshot> {
  const file = await openTopUp(deps, request.topUpId);
  const { topUp } = file;
  if (isTopUpOver(topUp.state)) return topUpSnapshotOf(topUp);
  if (!topUp.paymentRef) throw new Error(`Whether top-up ${topUp.id} was offered is not known yet.`);
  const key = `top-up-${topUp.id}-cancel`;
  const fact = await deps.cardsAt(file.account).withdraw({ key, paymentRef: topUp.paymentRef });
  await write(deps, { file, fact, ending: request.as });
  return topUpSnapshotOf((await openTopUp(deps, request.topUpId)).topUp);
}

interface Seen {
  readonly file: TopUpFile;
  readonly fact: CardPaymentFact;
  /** What a payment that the processor calls canceled is to be called here. */
  readonly ending: 'expire' | 'cancel';
}

async function write(deps: PaymentDependencies, { file, fact, ending }: Seen): Promise<void> {
  const at = deps.now();
  switch (fact.status) {
    case 'captured':
      return bookCardMoney(deps, { file, fact });
    case 'canceled':
      return commitRiders(deps.pool, endRiders(file, ending, at));
    case 'pending':
      if (file.topUp.state === 'pending') return;
      return commitRiders(deps.pool, [topUpRider(file.topUp, 'confirm', { updated_at: at })]);
    case 'awaiting':
      return noteDecline(deps, file, fact);
  }
}

/** A declined card may be followed by another one: the checkout stays open, and its page can say why. */
async function noteDecline(
  deps: PaymentDependencies,
  { topUp }: TopUpFile,
  { decline }: CardPaymentFact,
): Promise<void> {
  const code = decline === null ? null : (decline.declineCode ?? decline.code);
  if (code === (topUp.failureCode ?? null)) return;
  const message = decline?.message.slice(0, 255) ?? null;
  const columns = { failure_code: code, failure_message: message, updated_at: deps.now() };
  await commitRiders(deps.pool, [topUpRider(topUp, 'offer', columns)]);
}

function endRiders({ topUp, payment }: TopUpFile, ending: 'expire' | 'cancel', at: Date): readonly Rider[] {
  const card: Rider = {
    update: 'card_transaction',
    key: { id: topUp.cardTransactionId },
    set: { state: 'canceled' },
  };
  const own = [topUpRider(topUp, ending, { updated_at: at }), card];
  if (payment === null || isPaymentSettled(payment.state)) return own;
  const outcome = ending === 'cancel' ? 'canceled' : 'checkout_expired';
  const ended = paymentRider(payment, ending, { outcome, updated_at: at });
  return [...own, ended, ...outcomeRiders({ payment }, 'Failure', at)];
}

/** Card money that is there, and what else is written with it. */
export interface CardMoney {
  readonly file: TopUpFile;
  readonly fact: CardPaymentFact;
  readonly more?: readonly Rider[];
}

/** Card money first; the payment is judged on what is there then. Both in one commit (decisions D5). */
export async function bookCardMoney(deps: PaymentDependencies, { file, fact, more = [] }: CardMoney): Promise<void> {
  const { topUp } = file;
  if (fact.currency !== topUp.currency) throw new Error(`Top-up ${topUp.id} was captured in ${fact.currency}.`);
  const [first] = await deps.poster.postGroup(bookedTogether({ file, fact, more }, deps.now()));
  invariant(first?.kind === 'posted' || first?.kind === 'refused', 'A posting is posted or refused.');
  if (first.kind === 'posted') return;
  if (first.code === 'conflict') throw new DomainError('conflict', `Top-up ${topUp.id} changed while it was booked.`);
  throw new Error(`The card money of top-up ${topUp.id} was refused: ${first.code}`);
}

function bookedTogether({ file, fact, more = [] }: CardMoney, at: Date): PosterItem[] {
  const { payment } = file;
  const riders = { onSuccess: [...cardRiders(file, fact, at), ...more] };
  const card: PosterItem = { kind: 'post', transaction: cardInOf(file, fact, at), riders };
  return payment === null || isPaymentSettled(payment.state) ? [card] : [card, linkedPayment(file, at)];
}

function linkedPayment({ payment }: TopUpFile, at: Date): PosterItem {
  invariant(payment !== null, 'A linked payment is there.');
  const shortOf = [
    paymentRider(payment, 'fall_short', { outcome: 'insufficient_funds', updated_at: at }),
    ...outcomeRiders({ payment }, 'Failure', at),
  ];
  return payingItem(payment, at, shortOf);
}

function cardRiders({ topUp }: TopUpFile, fact: CardPaymentFact, at: Date): readonly Rider[] {
  const columns = {
    ...cardColumns(fact.card, fact.receiptUrl),
    failure_code: null,
    failure_message: null,
    updated_at: at,
  };
  return [
    topUpRider(topUp, 'succeed', columns),
    {
      update: 'card_transaction',
      key: { id: topUp.cardTransactionId },
      set: { state: 'captured', charge_ref: fact.chargeRef, captured_minor: fact.capturedMinor, captured_at: at },
    },
  ];
}

const types = { auto: 'Auto Top Up', manual: 'Manual Top Up', payment: 'CC Payment' } as const;

function cardInOf({ topUp, account }: TopUpFile, fact: CardPaymentFact, at: Date) {
  return cardIn({
    processor: account,
    cardTransactionId: topUp.cardTransactionId,
    memberId: topUp.memberId,
    type: types[topUp.kind],
    amount: money(fact.capturedMinor, parseCurrency(topUp.currency)),
    occurredAt: at.toISOString(),
    description: cardWords(fact.card),
    links: {
      processorAccountId: account.id,
      ...(fact.chargeRef === null ? {} : { providerRef: fact.chargeRef }),
    },
  });
}

/** "Payment from visa card **** **** ***** 4242 Exp 12/28" (cobalt.md 2.3, 2.19). */
function cardWords(card: WebCard | null): string {
  if (card?.last4 === undefined || card.last4 === null) return 'Payment from card';
  const year = String(card.expYear ?? '').slice(-2);
  return `Payment from ${card.brand ?? ''} card **** **** ***** ${card.last4} Exp ${card.expMonth ?? ''}/${year}`;
}
