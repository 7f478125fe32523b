import { parseCurrency } from '../../domain/currency.ts';
import { DomainError } from '../../domain/errors.ts';
import { bookingId } from '../../domain/ids.ts';
import { memberAccount } from '../../domain/ledger-account.ts';
import type { PaymentSnapshot } from '../../domain/payments/payment-snapshot.ts';
import { money } from '../../domain/money.ts';
import { bookingRider, loadBooking, type BookingFile } from '../../entities/payments/booking-rows.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { paymentRider, paymentSnapshotOf } from '../../entities/payments/payment-changes.ts';
import type { Payment } from '../../entities/payments/payment.entity.ts';
import { hostBooking } from '../../ledger/postings/payment.ts';
import { openPayment, type PaymentDependencies } from './payment-desk.ts';
import { paymentHoldOpKey } from './payment-paying.ts';

/** Books what a host wants within the funds of a payment, in one transaction; what is left of the hold is free again. */
export async function bookFunds(
  deps: PaymentDependencies,
  request: { paymentId: string; bookingId: string },
): Promise<PaymentSnapshot> {
  const { payment } = await openPayment(deps, request.paymentId);
  const file = await loadBooking(deps, bookingId(request.bookingId));
  if (file.booking.state !== 'created') return snapshot(deps, payment.id);
  if (payment.state !== 'funded') return refuse(deps, file, `payment_${payment.state}`);
  if (file.booking.totalMinor > payment.amountMinor) return refuse(deps, file, 'booking_exceeds_funds');
  const at = deps.now();
  const { totalMinor } = file.booking;
  const onSuccess = [
    paymentRider(payment, 'pay', { outcome: null, booked_minor: totalMinor, updated_at: at }),
    bookingRider(file.booking, { state: 'posted', updated_at: at }),
  ];
  const result = await deps.poster.post(transactionOf(payment, file, at), { onSuccess });
  if (result.kind === 'posted') return snapshot(deps, payment.id);
  if (result.code === 'conflict')
    throw new DomainError('conflict', `Payment ${payment.id} changed while it was booked.`);
  return refuse(deps, file, result.code);
}

/** Gives the funds of a payment back to its member: the host does not want them, or was not heard of in time. */
export async function releaseFunds(
  deps: PaymentDependencies,
  request: { paymentId: string; outcome: string },
): Promise<PaymentSnapshot> {
  const { payment } = await openPayment(deps, request.paymentId);
  if (payment.state !== 'funded') return snapshot(deps, payment.id);
  const at = deps.now();
  const release = {
    holdOpKey: paymentHoldOpKey(payment.id),
    account: memberAccount(payment.memberId, parseCurrency(payment.currency)),
    opKey: `payment-${payment.id}-release`,
  };
  const onSuccess = [paymentRider(payment, 'release', { outcome: request.outcome, updated_at: at })];
  const result = await deps.poster.releaseHold(release, { onSuccess });
  if (result.kind !== 'refused') return snapshot(deps, payment.id);
  throw new DomainError('conflict', `The hold of payment ${payment.id} was not released: ${result.code}`);
}

async function refuse(deps: PaymentDependencies, { booking }: BookingFile, outcome: string): Promise<PaymentSnapshot> {
  const set = { state: 'refused', outcome: outcome.slice(0, 40), updated_at: deps.now() } as const;
  await commitRiders(deps.pool, [bookingRider(booking, set)]);
  return snapshot(deps, booking.paymentId);
}

function transactionOf(payment: Payment, { booking, lines }: BookingFile, at: Date) {
  const currency = parseCurrency(payment.currency);
  return hostBooking({
    id: payment.id,
    memberId: payment.memberId,
    lines: lines.map((line) => ({
      to: { kind: line.payeeKind, id: line.payeeId },
      amount: money(line.amountMinor, currency),
      type: line.type,
    })),
    occurredAt: at.toISOString(),
    description: payment.description,
    consumesHolds: [{ holdOpKey: paymentHoldOpKey(payment.id), amount: money(booking.totalMinor, currency) }],
  });
}

async function snapshot(deps: PaymentDependencies, id: string): Promise<PaymentSnapshot> {
  const { payment, topUp } = await openPayment(deps, id);
  return paymentSnapshotOf(payment, topUp);
}
