import { z } from 'zod';
import type { CallbackDelivery } from '../../entities/events/callback-delivery.entity.ts';
import type { CallbackEndpoint } from '../../entities/events/callback-endpoint.entity.ts';
import { id, time } from '../schemas.ts';

/** Where a route code is delivered, as the platform sees it. */
export const callbackEndpointSchema = z
  .object({
    id: id('callbackEndpoint'),
    routeCode: z.string(),
    url: z.string(),
    secretRefs: z.array(z.string()).meta({ description: 'Where the secrets are found, never the secrets' }),
    createdAt: time,
  })
  .meta({ id: 'CallbackEndpoint' });

/** A row as `callbackEndpointSchema` has it. */
export function callbackEndpointView(row: CallbackEndpoint): z.input<typeof callbackEndpointSchema> {
  const { id, routeCode, url } = row;
  return { id, routeCode, url, secretRefs: row.secretRefs.split(','), createdAt: row.createdAt.toISOString() };
}

/** One outcome of one payment on its way to the host. */
export const callbackDeliverySchema = z
  .object({
    id: id('callbackDelivery').meta({ description: 'The `webhook-id` of every attempt' }),
    routeCode: z.string(),
    payment: id('payment'),
    status: z.enum(['Success', 'Failure']),
    state: z.enum(['pending', 'delivered', 'dead']),
    attempts: z.int(),
    lastError: z.string().nullable(),
    dueAt: time.nullable().meta({ description: 'When it is sent next' }),
    createdAt: time,
    settledAt: time.nullable(),
  })
  .meta({ id: 'CallbackDelivery' });

/** A row as `callbackDeliverySchema` has it. */
export function callbackDeliveryView(row: CallbackDelivery): z.input<typeof callbackDeliverySchema> {
  const { id, routeCode, status, state, attempts } = row;
  return {
    id,
    routeCode,
    payment: row.paymentId,
    status,
    state,
    attempts,
    lastError: row.lastError ?? null,
    dueAt: row.dueAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    settledAt: row.settledAt?.toISOString() ?? null,
  };
}
