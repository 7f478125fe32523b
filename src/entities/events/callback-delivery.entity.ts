import { defineEntity, p } from '@mikro-orm/core';
import type { CallbackDeliveryId, PaymentId } from '../../domain/ids.ts';
import type { CallbackStatus } from '../../domain/route-code.ts';

/** `dead`: given up after three days; a person may send it again. */
export type CallbackDeliveryState = 'pending' | 'delivered' | 'dead';

const CallbackDeliverySchema = defineEntity({
  name: 'CallbackDelivery',
  tableName: 'callback_delivery',
  indexes: [{ name: 'callback_delivery_due_index', properties: ['state', 'dueAt'] }],
  uniques: [{ name: 'callback_delivery_payment_unique', properties: ['paymentId'] }],
  properties: {
    id: p.string().$type<CallbackDeliveryId>().length(30).collation('ascii_bin').primary(),
    routeCode: p.string().length(16).collation('ascii_bin'),
    paymentId: p.string().$type<PaymentId>().length(30).collation('ascii_bin'),
    status: p.string().$type<CallbackStatus>().length(12).collation('ascii_bin'),
    payload: p.text(),
    state: p.string().$type<CallbackDeliveryState>().length(12).collation('ascii_bin'),
    attempts: p.integer().default(0),
    lastError: p.string().length(255).nullable(),
    createdAt: p.datetime(6),
    dueAt: p.datetime(6).nullable(),
    settledAt: p.datetime(6).nullable(),
  },
});
/** One outcome of one payment on its way to the host (decisions D18). */
export class CallbackDelivery extends CallbackDeliverySchema.class {}
CallbackDeliverySchema.setClass(CallbackDelivery);
