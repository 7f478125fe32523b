import { parseCurrency } from '../domain/currency.ts';
import { DomainError } from '../domain/errors.ts';
import { isPaymentOver } from '../domain/member-payment.ts';
import { money } from '../domain/money.ts';
import type { PaymentSnapshot } from '../domain/payment-snapshot.ts';
import { commitRiders } from '../entities/commit-riders.ts';
import { paymentRider, paymentSnapshotOf } from '../entities/payment-changes.ts';
import type { Payment } from '../entities/payment.entity.ts';
import { outcomeRiders } from '../entities/payment-outcome.ts';
import { payment as paid } from '../ledger/postings/payment.ts';
import type { NewLedgerTransaction } from '../domain/ledger.ts';
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
  if (isPaymentOver(payment.state)) return { kind: 'settled', payment: paymentSnapshotOf(payment, file.topUp) };
  const at = deps.now();
  const onSuccess = paidRiders({ payment }, at);
  const result = await deps.poster.post(transactionOf(payment, at), { onSuccess });
  if (result.kind === 'posted') return settled(deps, payment.id);
  if (result.code === 'insufficient_funds') return { kind: 'short', payment: paymentSnapshotOf(payment, file.topUp) };
  // Somebody moved the row since it was read: the activity is tried again and reads it afresh.
  if (result.code === 'conflict') throw new DomainError('conflict', `Payment ${payment.id} changed while it was paid.`);
  await commitRiders(deps.pool, refusedRiders({ payment }, result.code, at));
  return settled(deps, payment.id);
}

/** The processor stayed silent while its answer mattered: what became of the checkout is not known. */
export async function losePayment(deps: PaymentDependencies, request: { paymentId: string }): Promise<PaymentSnapshot> {
  const { payment, topUp } = await openPayment(deps, request.paymentId);
  if (isPaymentOver(payment.state) || payment.state === 'unresolved') return paymentSnapshotOf(payment, topUp);
  await commitRiders(deps.pool, [paymentRider(payment, 'lose', { updated_at: deps.now() })]);
  return (await settled(deps, payment.id)).payment;
}

/** Ends a payment without money: nothing was booked, and whoever waits for it is told. */
export async function refusePayment(
  deps: PaymentDependencies,
  request: { paymentId: string; outcome: string },
): Promise<PaymentSnapshot> {
  const { payment, topUp } = await openPayment(deps, request.paymentId);
  if (isPaymentOver(payment.state)) return paymentSnapshotOf(payment, topUp);
  await commitRiders(deps.pool, refusedRiders({ payment }, request.outcome, deps.now()));
  return (await settled(deps, payment.id)).payment;
}

interface Paying {
  readonly payment: Payment;
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

/** The posting of a payment from balance. */
export function transactionOf(payment: Payment, at: Date): NewLedgerTransaction {
  return paid({
    id: payment.id,
    memberId: payment.memberId,
    to: { kind: payment.payeeKind, id: payment.payeeId },
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
