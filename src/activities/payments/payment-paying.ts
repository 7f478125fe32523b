import { parseCurrency } from '../../domain/currency.ts';
import { DomainError } from '../../domain/errors.ts';
import { isPaymentSettled } from '../../domain/payments/member-payment.ts';
import { invariant } from '../../domain/invariant.ts';
import { memberAccount } from '../../domain/ledger-account.ts';
import { money } from '../../domain/money.ts';
import type { PaymentSnapshot } from '../../domain/payments/payment-snapshot.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { paymentRider, paymentSnapshotOf } from '../../entities/payments/payment-changes.ts';
import type { Payment } from '../../entities/payments/payment.entity.ts';
import { outcomeRiders } from '../../entities/payments/payment-outcome.ts';
import type { NewHold, PosterItem } from '../../ledger/poster-contract.ts';
import { payment as paid } from '../../ledger/postings/payment.ts';
import type { Rider } from '../../ledger/riders.ts';
import type { NewLedgerTransaction } from '../../domain/ledger.ts';
import { openPayment, type PaymentDependencies } from './payment-desk.ts';

/** `short`: the balance does not cover it, and nothing moved. */
export interface PayOutcome {
  readonly kind: 'settled' | 'short';
  readonly payment: PaymentSnapshot;
}

/**
 * Pays from the balance if it covers the payment: the book decides under its lock, so two payments at once can never
 * spend the same money (W-03). Asking again finds it paid.
 */
export async function payFromBalance(deps: PaymentDependencies, request: { paymentId: string }): Promise<PayOutcome> {
  const file = await openPayment(deps, request.paymentId);
  const { payment } = file;
  if (isPaymentSettled(payment.state)) return { kind: 'settled', payment: paymentSnapshotOf(payment, file.topUp) };
  const at = deps.now();
  const [result] = await deps.poster.postGroup([payingItem(payment, at)]);
  if (result?.kind !== 'refused') return settled(deps, payment.id);
  if (result.code === 'insufficient_funds') return { kind: 'short', payment: paymentSnapshotOf(payment, file.topUp) };
  // Somebody moved the row since it was read: the activity is tried again and reads it afresh.
  if (result.code === 'conflict') throw new DomainError('conflict', `Payment ${payment.id} changed while it was paid.`);
  await commitRiders(deps.pool, refusedRiders({ payment }, result.code, at));
  return settled(deps, payment.id);
}

/** The processor stayed silent while its answer mattered: what became of the checkout is not known. */
export async function losePayment(deps: PaymentDependencies, request: { paymentId: string }): Promise<PaymentSnapshot> {
  const { payment, topUp } = await openPayment(deps, request.paymentId);
  if (isPaymentSettled(payment.state) || payment.state === 'unresolved') return paymentSnapshotOf(payment, topUp);
  await commitRiders(deps.pool, [paymentRider(payment, 'lose', { updated_at: deps.now() })]);
  return (await settled(deps, payment.id)).payment;
}

/** Ends a payment without money: nothing was booked, and whoever waits for it is told. */
export async function refusePayment(
  deps: PaymentDependencies,
  request: { paymentId: string; outcome: string },
): Promise<PaymentSnapshot> {
  const { payment, topUp } = await openPayment(deps, request.paymentId);
  if (isPaymentSettled(payment.state)) return paymentSnapshotOf(payment, topUp);
  await commitRiders(deps.pool, refusedRiders({ payment }, request.outcome, deps.now()));
  return (await settled(deps, payment.id)).payment;
}

interface Paying {
  readonly payment: Payment;
}

/**
 * What pays a payment in the book: its transaction, or the hold that its host books within (decisions D14). `onRefusal`
 * is written when the balance does not cover it.
 */
export function payingItem(payment: Payment, at: Date, onRefusal: readonly Rider[] = []): PosterItem {
  if (payment.payeeKind !== 'host') {
    const riders = { onSuccess: paidRiders({ payment }, at), onRefusal };
    return { kind: 'post', transaction: transactionOf(payment, at), riders };
  }
  const funded = paymentRider(payment, 'fund', { outcome: null, attention_reason: null, updated_at: at });
  const riders = { onSuccess: [funded, ...outcomeRiders({ payment }, 'Success', at)], onRefusal };
  return { kind: 'place', hold: holdOf(payment), riders };
}

/** The hold that keeps a payment's funds. */
function holdOf(payment: Payment): NewHold {
  const currency = parseCurrency(payment.currency);
  return {
    opKey: paymentHoldOpKey(payment.id),
    account: memberAccount(payment.memberId, currency),
    amount: money(payment.amountMinor, currency),
    description: payment.description,
  };
}

/** Names the hold of a payment. */
export function paymentHoldOpKey(paymentId: string): string {
  return `payment-${paymentId}-hold`;
}

/** What commits with the money of a payment: its row's end, and word of it. */
export function paidRiders({ payment }: Paying, at: Date) {
  return [
    paymentRider(payment, 'pay', { outcome: null, attention_reason: null, updated_at: at }),
    ...outcomeRiders({ payment }, 'Success', at),
  ];
}

/** What is written of a payment that ends without money. */
export function refusedRiders({ payment }: Paying, outcome: string, at: Date) {
  return [paymentRider(payment, 'refuse', { outcome, updated_at: at }), ...outcomeRiders({ payment }, 'Failure', at)];
}

/** The posting of a payment from balance. Throws for one whose host books within its funds. */
export function transactionOf(payment: Payment, at: Date): NewLedgerTransaction {
  const { payeeKind: kind, payeeId: id } = payment;
  invariant(kind !== 'host' && id !== null && id !== undefined, `Payment ${payment.id} pays nobody yet.`);
  return paid({
    id: payment.id,
    memberId: payment.memberId,
    to: { kind, id },
    type: payment.type,
    amount: money(payment.amountMinor, parseCurrency(payment.currency)),
    occurredAt: at.toISOString(),
    description: payment.description,
  });
}

async function settled(deps: PaymentDependencies, id: string): Promise<PayOutcome> {
  const { payment, topUp } = await openPayment(deps, id);
  return { kind: 'settled', payment: paymentSnapshotOf(payment, topUp) };
}
