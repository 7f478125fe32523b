import { z } from 'zod';
import { invariant } from '../../../domain/invariant.ts';
import { createBooking, showBooking } from '../../payments/booking-writing.ts';
import type { MemberMoneyParts } from '../../payments/payment-writing.ts';
import { keyed, route, type Route } from '../../route.ts';
import { id, text } from '../../schemas.ts';
import { entryTypeSchema, partyOf, payeeSchema } from './payments.route.ts';

const tag = 'Payments';
const params = z.object({ id: id('payment') });
const lineSchema = z.object({
  to: z.object({ kind: z.enum(['member', 'organisation']), id: z.string() }),
  amount: z.int(),
  type: z.string(),
  description: z.string().nullable(),
  session: z.string().nullable(),
  event: z.string().nullable(),
  paymentType: z.string().nullable(),
});
const bookingSchema = z
  .object({
    id: id('booking'),
    payment: id('payment'),
    state: z.enum(['created', 'posted', 'refused']),
    outcome: z.string().nullable(),
    total: z.int(),
    lines: z.array(lineSchema),
  })
  .meta({ id: 'Booking' });

/** What hosts book within the funds of a payment (decisions D14). */
export function bookingRoutes(parts: MemberMoneyParts): readonly Route[] {
  return [create(parts), get(parts)];
}

function create(parts: MemberMoneyParts): Route {
  const line = z.strictObject({
    to: payeeSchema,
    amount: z.int().positive().meta({ description: 'Minor units of the payment’s currency' }),
    description: text(255).optional(),
    type: entryTypeSchema.optional(),
    session: text(120).optional(),
    event: text(120).optional(),
    paymentType: text(60).optional(),
  });
  return route({
    method: 'post',
    path: '/v1/payments/:id/bookings',
    tag,
    summary: 'Book within the funds of a payment, once',
    description: 'All lines in one transaction, for at most what was funded; what is left of it is the member’s again.',
    policy: keyed('platform', 'payments.use'),
    idempotency: 'required',
    params,
    body: z.strictObject({ lines: z.array(line).min(1).max(200) }).meta({ id: 'NewBooking' }),
    responses: {
      201: { description: 'Booked', schema: bookingSchema },
      202: { description: 'Not known within the deadline: look again at `Location`', schema: bookingSchema },
    },
    handle: async ({ principal, params: { id: payment }, body, write }) => {
      invariant(write !== null, 'A booking without a key');
      const lines = body.lines.map(({ to, ...one }) => ({ ...one, to: partyOf(to) }));
      return createBooking(parts, { principal, write, payment, lines });
    },
  });
}

function get(parts: MemberMoneyParts): Route {
  return route({
    method: 'get',
    path: '/v1/payments/:id/bookings/:booking',
    tag,
    summary: 'Read a booking',
    policy: keyed('platform', 'payments.view'),
    params: params.extend({ booking: id('booking') }),
    responses: { 200: { description: 'The booking', schema: bookingSchema } },
    handle: async ({ params: { id: payment, booking } }) => {
      const shown = await showBooking(parts, payment, booking);
      return { ...shown, status: shown.status === 201 ? 200 : shown.status };
    },
  });
}
