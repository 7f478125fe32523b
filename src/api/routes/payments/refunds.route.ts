import { z } from 'zod';
import { invariant } from '../../../domain/invariant.ts';
import { keyed, ownOrKeyed, route, type Route } from '../../route.ts';
import {
  cardOf,
  obstacleOf,
  offerOf,
  refundByAdministrator,
  refundByMember,
  showRefund,
  type RefundParts,
} from '../../payments/refund-writing.ts';
import { listDisputes, listRefunds } from '../../payments/refund-lists.ts';
import { disputeSchema, refundOfferSchema, refundSchema } from '../../payments/refund-view.ts';
import { id, idParam, listOf, pageOf, positiveMoney, text } from '../../schemas.ts';

const tag = 'Refunds';
const later = { description: 'Not known within the deadline: look again at `Location`', schema: refundSchema };
const made = { description: 'The account is debited and the processor has it', schema: refundSchema };

/** Card money that goes back to its card (cobalt.md 2.12). */
export function refundRoutes(parts: RefundParts): readonly Route[] {
  return [
    offer(parts),
    byMember(parts),
    ofMember(parts),
    byAdministrator(parts),
    list(parts),
    get(parts),
    disputes(parts),
  ];
}

function offer(parts: RefundParts): Route {
  return route({
    method: 'get',
    path: '/v1/top-ups/:id/refund',
    tag,
    summary: 'Tell what a member would get back of their card money, or why not',
    policy: ownOrKeyed('payments.view'),
    params: idParam('topUp'),
    responses: { 200: { description: 'What would go back now', schema: refundOfferSchema } },
    handle: async ({ principal, params }) => {
      const file = await cardOf(parts, { principal, topUp: params.id });
      const rules = await parts.refundRules();
      const { amount, toCard, fee } = offerOf(rules, file);
      const reason = obstacleOf(rules, file);
      const { currency } = amount;
      const body = {
        topUp: params.id,
        eligible: reason === null,
        reason,
        amount: { amount: amount.amountMinor, currency },
        fee: { amount: fee, currency },
        toCard: { amount: toCard.amountMinor, currency },
      };
      return { status: 200, body };
    },
  });
}

function byMember(parts: RefundParts): Route {
  return route({
    method: 'post',
    path: '/v1/members/:id/refunds',
    tag,
    summary: 'Give a member all that is left of a card payment back, less the fee',
    description:
      'The whole rest is taken from the balance first. `refund_refused` names the reason: `no_receipt`, `already_refunded`, `insufficient_funds`, `processor_short`, `too_old`.',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'required',
    params: idParam('member'),
    body: z.strictObject({ topUp: id('topUp') }).meta({ id: 'NewMemberRefund' }),
    responses: { 201: made, 202: later },
    handle: async ({ principal, params, body, write }) => {
      invariant(write !== null, 'A refund without a key');
      const wish = { principal, write, topUp: body.topUp, description: 'Card refund' };
      return refundByMember(parts, { ...wish, member: params.id });
    },
  });
}

function ofMember(parts: RefundParts): Route {
  return route({
    method: 'get',
    path: '/v1/members/:id/refunds',
    tag,
    summary: 'List a member’s refunds, those under way included',
    policy: ownOrKeyed('payments.view'),
    params: idParam('member'),
    query: z.strictObject(pageOf('refund')),
    responses: { 200: { description: 'A page of refunds', schema: listOf(refundSchema) } },
    handle: async ({ principal, params, query }) => listRefunds(parts, principal, { ...query, member: params.id }),
  });
}

function byAdministrator(parts: RefundParts): Route {
  return route({
    method: 'post',
    path: '/v1/refunds',
    tag,
    summary: 'Give any part of a member’s card payment back',
    description: 'Without fee and without limits of age and balance; the balance may fall below zero. Audited.',
    policy: keyed('platform', 'payments.refund'),
    idempotency: 'required',
    body: z
      .strictObject({ topUp: id('topUp'), amount: positiveMoney, description: text(80) })
      .meta({ id: 'NewRefund' }),
    responses: { 201: made, 202: later },
    handle: async ({ principal, body, write }) => {
      invariant(write !== null, 'A refund without a key');
      return refundByAdministrator(parts, { principal, write, ...body });
    },
  });
}

function list(parts: RefundParts): Route {
  const states = ['created', 'reserved', 'pending', 'succeeded', 'refused', 'failed', 'unresolved'] as const;
  return route({
    method: 'get',
    path: '/v1/refunds',
    tag,
    summary: 'List refunds',
    policy: keyed('platform', 'payments.view'),
    query: z.strictObject({ ...pageOf('refund'), state: z.enum(states).optional() }),
    responses: { 200: { description: 'A page of refunds', schema: listOf(refundSchema) } },
    handle: async ({ principal, query }) => listRefunds(parts, principal, query),
  });
}

function get(parts: RefundParts): Route {
  return route({
    method: 'get',
    path: '/v1/refunds/:id',
    tag,
    summary: 'Read a refund',
    policy: ownOrKeyed('payments.view'),
    params: idParam('refund'),
    responses: { 200: { description: 'The refund as it stands', schema: refundSchema } },
    handle: ({ params }) => showRefund(parts, params.id),
  });
}

function disputes(parts: RefundParts): Route {
  return route({
    method: 'get',
    path: '/v1/disputes',
    tag,
    summary: 'List what banks claim back',
    policy: keyed('platform', 'payments.view'),
    query: z.strictObject({
      ...pageOf('dispute'),
      state: z.enum(['inquiry', 'open', 'won', 'lost']).optional(),
    }),
    responses: { 200: { description: 'A page of disputes', schema: listOf(disputeSchema) } },
    handle: async ({ principal, query }) => listDisputes(parts, principal, query),
  });
}
