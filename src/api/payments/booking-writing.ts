import { DomainError } from '../../domain/errors.ts';
import { bookingId, paymentId, type BookingId } from '../../domain/ids.ts';
import type { PaymentEntryType } from '../../domain/payments/member-payment.ts';
import type { PaymentSnapshot } from '../../domain/payments/payment-snapshot.ts';
import type { Principal } from '../../domain/principal.ts';
import type { BookingFile } from '../../entities/payments/booking-rows.ts';
import { loadBooking } from '../../entities/payments/booking-rows.ts';
import type { StoredAnswer, WriteRequest } from '../../entities/idempotency.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { loadPaymentFile } from '../../entities/payments/payment-file.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import { sqlTime, type Statement } from '../../entities/sql-pool.ts';
import { beginOnce } from '../begin-once.ts';
import { requireParty, type MemberMoneyParts, type Party } from './payment-writing.ts';
import { problem } from '../problems.ts';
import { refusedField } from '../refused-field.ts';
import type { Answer } from '../route.ts';

/** One line of a booking; `amount` in minor units of the payment's currency. */
export interface BookingLineWish {
  readonly to: Party;
  readonly amount: number;
  readonly description?: string | undefined;
  readonly type?: PaymentEntryType | undefined;
  readonly session?: string | undefined;
  readonly event?: string | undefined;
  readonly paymentType?: string | undefined;
}

export interface BookingRequest {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly payment: string;
  readonly lines: readonly BookingLineWish[];
}

/** Books within the funds of a payment, all lines in one transaction or none (decisions D14). Once per key. */
export async function createBooking(parts: MemberMoneyParts, asked: BookingRequest): Promise<Answer> {
  const { payment } = await loadPaymentFile(parts, paymentId(asked.payment));
  if (payment.payeeKind !== 'host') throw new DomainError('payment_state_conflict', 'This payment books itself.');
  await requireLines(parts, asked, payment.memberId);
  const totalMinor = asked.lines.reduce((sum, { amount }) => sum + amount, 0);
  if (totalMinor > payment.amountMinor) {
    throw refusedField('amount_out_of_range', 'lines', `must be at most ${payment.amountMinor} together`);
  }
  const id = bookingId(newId('booking'));
  return beginOnce<PaymentSnapshot>(parts, {
    write: asked.write,
    resourceId: id,
    location: (resourceId) => `/v1/payments/${payment.id}/bookings/${resourceId}`,
    insert: insertBooking(id, asked, totalMinor),
    begin: (resourceId, updateId) => parts.messenger.bookPayment(payment.id, resourceId, updateId),
    render: (resourceId) => showBooking(parts, payment.id, resourceId),
    show: (resourceId) => showBooking(parts, payment.id, resourceId),
  });
}

/** A booking as it stands: 201 when it is booked, 409 when it never will be. Throws `not_found`. */
export async function showBooking(parts: MemberMoneyParts, payment: string, id: string): Promise<StoredAnswer> {
  const file = await loadBooking(parts, bookingId(id));
  const { state, outcome, paymentId: owner } = file.booking;
  if (owner !== payment) throw new DomainError('not_found', 'There is no such booking.');
  const view = bookingView(file);
  if (state === 'posted') return { status: 201, body: JSON.stringify(view) };
  const reason = outcome ?? 'not_booked';
  const refusal = problem('payment_state_conflict', `Nothing was booked: ${reason}.`, { reason, booking: view });
  return { status: refusal.status, body: JSON.stringify(refusal) };
}

function bookingView({ booking, lines }: BookingFile) {
  const { id, paymentId: payment, state, outcome } = booking;
  return {
    id,
    payment,
    state,
    outcome: outcome ?? null,
    total: booking.totalMinor,
    lines: lines.map((line) => ({
      to: { kind: line.payeeKind, id: line.payeeId },
      amount: line.amountMinor,
      type: line.type,
      description: line.description ?? null,
      session: line.sessionRef ?? null,
      event: line.eventRef ?? null,
      paymentType: line.paymentType ?? null,
    })),
  };
}

async function requireLines(
  parts: MemberMoneyParts,
  { principal, lines }: BookingRequest,
  payer: string,
): Promise<void> {
  const reads = scopedTo(unitOfWork(parts.orm), principal);
  const member = await reads.member(payer);
  if (member === null) throw new DomainError('not_found', 'There is no such payment.');
  for (const [index, { to }] of lines.entries()) {
    await requireParty(reads, { payer: member, to, field: `lines.${index}.` });
  }
}

function insertBooking(id: BookingId, { payment, lines }: BookingRequest, totalMinor: number): Statement[] {
  const at = sqlTime(new Date().toISOString());
  const booking = {
    sql: `INSERT INTO booking (id, payment_id, total_minor, state, created_at, updated_at) VALUES (?, ?, ?, 'created', ?, ?)`,
    values: [id, payment, totalMinor, at, at],
  };
  return [booking, ...lines.map((line, index) => insertLine(id, index, line))];
}

function insertLine(id: BookingId, index: number, line: BookingLineWish): Statement {
  const given = [line.session, line.event, line.paymentType].map((value) => value ?? null);
  return {
    sql: `INSERT INTO booking_line (booking_id, line_no, payee_kind, payee_id, amount_minor, description, type, session_ref, event_ref,
      payment_type) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    values: [
      ...[id, index, line.to.kind, line.to.id, line.amount, line.description ?? null],
      ...[line.type ?? 'Miscellaneous', ...given],
    ],
  };
}
