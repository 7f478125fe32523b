import { defineEntity, p } from '@mikro-orm/core';
import type { MemberId, PaymentBatchId, PaymentId } from '../../domain/ids.ts';
import type { PayeeKind, PaymentEntryType, PaymentMode, PaymentState } from '../../domain/payments/member-payment.ts';

const PaymentSchema = defineEntity({
  name: 'Payment',
  tableName: 'payment',
  indexes: [
    { name: 'payment_member_index', properties: ['memberId', 'id'] },
    { name: 'payment_state_index', properties: ['state', 'updatedAt'] },
    { name: 'payment_batch_index', properties: ['batchId'] },
  ],
  properties: {
    id: p.string().$type<PaymentId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('payment_no_unique'),
    memberId: p.string().$type<MemberId>().length(30).collation('ascii_bin'),
    payeeKind: p.string().$type<PayeeKind | 'host'>().length(16).collation('ascii_bin'),
    /** Null where the host books within the funds. */
    payeeId: p.string().length(30).collation('ascii_bin').nullable(),
    amountMinor: p.bigint('number'),
    /** What the host booked of it; null for a payment that was booked as it was asked for. */
    bookedMinor: p.bigint('number').nullable(),
    currency: p.string().length(3).collation('ascii_bin'),
    description: p.string().length(255),
    type: p.string().$type<PaymentEntryType>().length(20),
    sessionRef: p.string().length(120).nullable(),
    eventRef: p.string().length(120).nullable(),
    paymentType: p.string().length(60).nullable(),
    mode: p.string().$type<PaymentMode>().length(12).collation('ascii_bin'),
    /** The batch that it was asked for with. */
    batchId: p.string().$type<PaymentBatchId>().length(30).collation('ascii_bin').nullable(),
    routeCode: p.string().length(16).collation('ascii_bin').nullable(),
    routePayload: p.string().length(120).nullable(),
    returnUrl: p.string().length(500).nullable(),
    state: p.string().$type<PaymentState>().length(20).collation('ascii_bin'),
    outcome: p.string().length(40).collation('ascii_bin').nullable(),
    attentionReason: p.string().length(255).nullable(),
    actor: p.string().length(120).collation('ascii_bin'),
    /** For whom the actor said to act. */
    assertedActor: p.string().length(120).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** What a member wants to pay, to whom, and what became of it (cobalt.md 2.6, 2.7). */
export class Payment extends PaymentSchema.class {}
PaymentSchema.setClass(Payment);
