import { z } from 'zod';
import { invariant } from '../../../domain/invariant.ts';
import { createInternalRefund, showInternalRefund } from '../../organisations/internal-refund-writing.ts';
import type { RefundParts } from '../../payments/refund-writing.ts';
import { byPeople, keyed, route, type Route } from '../../route.ts';
import { currency, id, idParam, money, text } from '../../schemas.ts';

const tag = 'Refunds';
const internalRefundSchema = z
  .object({
    id: id('internalRefund'),
    organisation: id('organisation'),
    kind: z.enum(['session', 'event']),
    subject: z.string(),
    description: z.string(),
    state: z.enum(['created', 'posted', 'refused']),
    outcome: z.string().nullable(),
    lines: z.array(z.object({ member: id('member'), amount: money })),
  })
  .meta({ id: 'InternalRefund' });

/** What organisations give back to members' balances (cobalt.md 2.13). */
export function internalRefundRoutes(parts: RefundParts): readonly Route[] {
  return [create(parts), get(parts)];
}

function create(parts: RefundParts): Route {
  const line = z.strictObject({ member: id('member'), amount: z.int().positive() });
  return route({
    method: 'post',
    path: '/v1/internal-refunds',
    tag,
    summary: 'Give members back what they paid for a session or an event',
    description:
      'All lines or none. A session’s must be covered by the organisation’s balance; an event’s may go below zero, down to the deployment’s limit.',
    policy: byPeople('payments.refund', 'payments.manage.edit'),
    idempotency: 'required',
    body: z
      .strictObject({
        organisation: id('organisation'),
        kind: z.enum(['session', 'event']),
        subject: text(120).meta({ description: 'The session or event, as the host names it' }),
        currency,
        lines: z.array(line).min(1).max(500),
        description: text(80),
        cancelsIous: z
          .boolean()
          .default(false)
          .meta({ description: 'The session is cancelled: its open IOUs end with it' }),
      })
      .meta({ id: 'NewInternalRefund' }),
    responses: {
      201: { description: 'Booked', schema: internalRefundSchema },
      202: { description: 'Not known within the deadline: look again at `Location`', schema: internalRefundSchema },
    },
    handle: async ({ principal, body: wish, write }) => {
      invariant(write !== null, 'A refund without a key');
      return createInternalRefund(parts, { principal, write, wish });
    },
  });
}

function get(parts: RefundParts): Route {
  return route({
    method: 'get',
    path: '/v1/internal-refunds/:id',
    tag,
    summary: 'Read an internal refund',
    policy: keyed('organisation', 'payments.view', 'payments.manage.view'),
    params: idParam('internalRefund'),
    responses: { 200: { description: 'As it stands', schema: internalRefundSchema } },
    handle: ({ principal, params }) => showInternalRefund(parts, params.id, principal),
  });
}
