import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { invariant } from '../../../domain/invariant.ts';
import { batchAnswer, createBatch, forecast, type BatchParts } from '../../payments/payment-batch.ts';
import { paymentSchema } from '../../payments/payment-view.ts';
import { keyed, route, type Route } from '../../route.ts';
import { id, idParam } from '../../schemas.ts';
import { newPaymentSchema, wishOf } from './payments.route.ts';

const tag = 'Payments';
const batchSchema = z.object({ id: id('paymentBatch'), items: z.array(paymentSchema) }).meta({ id: 'PaymentBatch' });
/** A batch books at once: there is nothing to hold for. */
const item = newPaymentSchema.refine(({ to }) => to !== undefined, { message: 'must name whom to pay', path: ['to'] });
const body = z.strictObject({ payments: z.array(item).min(1).max(1_000) }).meta({ id: 'NewPaymentBatch' });
const forecastSchema = z.object({
  items: z.array(
    z.object({
      way: z.enum(['balance', 'auto_top_up', 'refused']),
      charge: z.object({ amount: z.int(), currency: z.string() }).nullable(),
      reason: z.string().nullable(),
    }),
  ),
});

/** Many payments in one call, without a checkout. */
export function paymentBatchRoutes(parts: BatchParts): readonly Route[] {
  return [create(parts), preview(parts), get(parts)];
}

function create(parts: BatchParts): Route {
  return route({
    method: 'post',
    path: '/v1/payment-batches',
    tag,
    summary: 'Pay many, from balances and automatic top-ups',
    description: 'Each item is paid or refused by itself, in order. Nothing is written when one could never be paid.',
    policy: keyed('platform', 'payments.use'),
    idempotency: 'required',
    body,
    responses: {
      201: { description: 'Each payment, paid or refused', schema: batchSchema },
      202: { description: 'Not all are known yet: look again at `Location`', schema: batchSchema },
    },
    handle: async ({ principal, write, body: { payments } }) => {
      invariant(write !== null, 'A batch without a key');
      return createBatch(parts, { principal, write, wishes: payments.map(wishOf) });
    },
  });
}

function preview(parts: BatchParts): Route {
  return route({
    method: 'post',
    path: '/v1/payment-batches/preview',
    tag,
    summary: 'Tell beforehand who can pay, and how',
    policy: keyed('platform', 'payments.view'),
    idempotency: 'none',
    body,
    responses: { 200: { description: 'Each item, in order', schema: forecastSchema } },
    handle: async ({ principal, body: { payments } }) => {
      const told = await forecast(parts, principal, payments.map(wishOf));
      const items = told.map(({ way, chargeMinor, reason }, index) => ({
        way,
        reason,
        charge: chargeMinor === null ? null : { amount: chargeMinor, currency: payments[index]?.amount.currency ?? '' },
      }));
      return { status: 200, body: { items } };
    },
  });
}

function get(parts: BatchParts): Route {
  return route({
    method: 'get',
    path: '/v1/payment-batches/:id',
    tag,
    summary: 'Read a batch',
    policy: keyed('platform', 'payments.view'),
    params: idParam('paymentBatch'),
    responses: { 200: { description: 'Each payment, in order', schema: batchSchema } },
    handle: async ({ params }) => {
      const answer = await batchAnswer(parts, params.id, 200);
      if (answer.body.includes('"items":[]')) throw new DomainError('not_found', 'There is no such batch.');
      return answer;
    },
  });
}
