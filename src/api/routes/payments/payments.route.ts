import { z } from 'zod';
import { invariant } from '../../../domain/invariant.ts';
import type { Principal } from '../../../domain/principal.ts';
import { iouRouteCode, routeCodePattern } from '../../../domain/route-code.ts';
import {
  createPayment,
  cancelPayment,
  hintPayment,
  showPayment,
  type MemberMoneyParts,
  type Party,
  type PaymentWish,
} from '../../payments/payment-writing.ts';
import { paymentSchema } from '../../payments/payment-view.ts';
import { refusedField } from '../../refused-field.ts';
import { ownOrKeyed, route, type Route } from '../../route.ts';
import { id, idParam, positiveMoney, text } from '../../schemas.ts';

const tag = 'Payments';
const later = { description: 'Not known within the deadline: look again at `Location`', schema: paymentSchema };

/** Whom a member pays. */
export const payeeSchema = z.union([
  z.strictObject({ organisation: id('organisation') }),
  z.strictObject({ member: id('member') }),
]);

/** What both sides read beside a payment. */
export const entryTypeSchema = z.enum([
  'Club Payment',
  'Club Membership',
  'Entry to an event',
  'Member Transfer',
  'Miscellaneous',
]);

/** What a payment is asked for with. */
export const newPaymentSchema = z
  .strictObject({
    member: id('member').meta({ description: 'Who pays' }),
    to: payeeSchema.optional(),
    booking: z.literal('host').optional().meta({
      description: 'Instead of `to`: only hold the funds; you book within them at `…/bookings`, or release them',
    }),
    amount: positiveMoney,
    description: text(255),
    type: entryTypeSchema.optional(),
    session: text(120).optional(),
    event: text(120).optional(),
    paymentType: text(60).optional(),
    route: z
      .strictObject({
        code: z.string().regex(routeCodePattern).refine(isForHosts, 'is handled inside'),
        payload: text(120).optional(),
      })
      .optional()
      .meta({ description: 'Which callback hears of the outcome, and with what' }),
    returnUrl: z.url().max(500).optional(),
  })
  .refine(({ to, booking }) => (to === undefined) !== (booking === undefined), {
    message: 'must name whom to pay, or that you will book',
    path: ['to'],
  })
  .meta({ id: 'NewPayment' });

/** What is asked for, whoever is paid. */
export function wishOf(asked: z.output<typeof newPaymentSchema>): PaymentWish {
  return { ...asked, to: asked.to === undefined ? null : partyOf(asked.to) };
}

/** A payee as the book has it. */
export function partyOf(to: z.output<typeof payeeSchema>): Party {
  return 'member' in to ? { kind: 'member', id: to.member } : { kind: 'organisation', id: to.organisation };
}

/** Payments of members: from the balance, or by a checkout for what it lacks. */
export function paymentRoutes(parts: MemberMoneyParts): readonly Route[] {
  return [create(parts), get(parts), confirmed(parts), cancel(parts)];
}

function create(parts: MemberMoneyParts): Route {
  return route({
    method: 'post',
    path: '/v1/payments',
    tag,
    summary: 'Pay from a member’s balance, by card for what it lacks',
    description:
      '`status` says what to do: `paid`, or `checkout_required` with what the browser needs, or `pending`. What is refused is a 409 with the payment, and nothing was moved.',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'required',
    body: newPaymentSchema,
    responses: { 201: { description: 'Paid, or waiting for a card', schema: paymentSchema }, 202: later },
    handle: async ({ principal, write, body }) => {
      invariant(write !== null, 'A payment without a key');
      requireHostsWord(principal, body);
      return createPayment(parts, { principal, write, wish: wishOf(body) });
    },
  });
}

function get(parts: MemberMoneyParts): Route {
  return route({
    method: 'get',
    path: '/v1/payments/:id',
    tag,
    summary: 'Read a payment',
    policy: ownOrKeyed('payments.view'),
    params: idParam('payment'),
    responses: { 200: { description: 'The payment as it stands', schema: paymentSchema } },
    handle: ({ params }) => showPayment(parts, params.id),
  });
}

function confirmed(parts: MemberMoneyParts): Route {
  return route({
    method: 'post',
    path: '/v1/payments/:id/confirmed',
    tag,
    summary: 'Say that the browser has confirmed the card, so that we look sooner',
    description: 'Only a hint: what counts is what the processor says.',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'none',
    params: idParam('payment'),
    responses: { 200: { description: 'The payment as it stands', schema: paymentSchema } },
    handle: ({ params }) => hintPayment(parts, params.id),
  });
}

function cancel(parts: MemberMoneyParts): Route {
  return route({
    method: 'post',
    path: '/v1/payments/:id/cancel',
    tag,
    summary: 'Give an open checkout up, or funds back unbooked',
    description: 'Says truthfully who won: card money that was faster leaves the payment paid (409).',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'required',
    params: idParam('payment'),
    responses: { 200: { description: 'Canceled, or released', schema: paymentSchema }, 202: later },
    handle: async ({ params, write }) => {
      invariant(write !== null, 'A cancel without a key');
      return cancelPayment(parts, params.id, write);
    },
  });
}

/** A callback tells a host what was paid for, and bookings are the host's: a member's own word stands for neither. */
function requireHostsWord(
  { memberId }: Principal,
  { route: callback, booking }: Pick<z.output<typeof newPaymentSchema>, 'route' | 'booking'>,
): void {
  if (memberId === undefined || (callback === undefined && booking === undefined)) return;
  throw refusedField('forbidden', callback === undefined ? 'booking' : 'route', 'is for hosts');
}

/** An IOU is paid at its own address, where it is locked. */
function isForHosts(code: string): boolean {
  return code !== iouRouteCode;
}
