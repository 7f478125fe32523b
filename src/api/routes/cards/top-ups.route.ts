import { z } from 'zod';
import { invariant } from '../../../domain/invariant.ts';
import { topUpSchema } from '../../payments/payment-view.ts';
import { ownOrKeyed, route, type Route } from '../../route.ts';
import { idParam, positiveMoney } from '../../schemas.ts';
import { cancelTopUp, createTopUp, hintTopUp, showTopUp, type TopUpParts } from '../../cards/top-up-writing.ts';

const tag = 'Top-ups';
const later = { description: 'Not known within the deadline: look again at `Location`', schema: topUpSchema };

/** Card money for a member's balance. */
export function topUpRoutes(parts: TopUpParts): readonly Route[] {
  return [create(parts), get(parts), confirmed(parts), cancel(parts)];
}

function create(parts: TopUpParts): Route {
  return route({
    method: 'post',
    path: '/v1/members/:id/top-ups',
    tag,
    summary: 'Top a member’s balance up by card',
    description:
      'Exactly this amount is charged, whatever the balance is. Answers the checkout for the browser; with `card: saved` the member’s saved card is charged at once.',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'required',
    params: idParam('member'),
    body: z
      .strictObject({ amount: positiveMoney, card: z.enum(['new', 'saved']).default('new') })
      .meta({ id: 'NewTopUp' }),
    responses: { 201: { description: 'Waiting for a card, or charged', schema: topUpSchema }, 202: later },
    handle: async ({ principal, params, body, write }) => {
      invariant(write !== null, 'A top-up without a key');
      return createTopUp(parts, { principal, write, member: params.id, ...body });
    },
  });
}

function get(parts: TopUpParts): Route {
  return route({
    method: 'get',
    path: '/v1/top-ups/:id',
    tag,
    summary: 'Read a top-up',
    policy: ownOrKeyed('payments.view'),
    params: idParam('topUp'),
    responses: { 200: { description: 'The top-up as it stands', schema: topUpSchema } },
    handle: ({ params }) => showTopUp(parts, params.id),
  });
}

function confirmed(parts: TopUpParts): Route {
  return route({
    method: 'post',
    path: '/v1/top-ups/:id/confirmed',
    tag,
    summary: 'Say that the browser has confirmed the card, so that we look sooner',
    description: 'Only a hint: what counts is what the processor says.',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'none',
    params: idParam('topUp'),
    responses: { 200: { description: 'The top-up as it stands', schema: topUpSchema } },
    handle: ({ params }) => hintTopUp(parts, params.id),
  });
}

function cancel(parts: TopUpParts): Route {
  return route({
    method: 'post',
    path: '/v1/top-ups/:id/cancel',
    tag,
    summary: 'Give an open checkout up',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'required',
    params: idParam('topUp'),
    responses: { 200: { description: 'Canceled', schema: topUpSchema }, 202: later },
    handle: async ({ params, write }) => {
      invariant(write !== null, 'A cancel without a key');
      return cancelTopUp(parts, params.id, write);
    },
  });
}
