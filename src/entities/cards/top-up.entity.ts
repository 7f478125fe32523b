import { defineEntity, p } from '@mikro-orm/core';
import type { CardTransactionId, MemberId, PaymentId, ProcessorAccountId, TopUpId } from '../../domain/ids.ts';
import type { TopUpKind, TopUpState } from '../../domain/cards/top-up.ts';

const TopUpSchema = defineEntity({
  name: 'TopUp',
  tableName: 'top_up',
  indexes: [
    { name: 'top_up_member_index', properties: ['memberId', 'id'] },
    { name: 'top_up_state_index', properties: ['state', 'updatedAt'] },
  ],
  uniques: [{ name: 'top_up_payment_unique', properties: ['paymentId'] }],
  properties: {
    id: p.string().$type<TopUpId>().length(30).collation('ascii_bin').primary(),
    memberId: p.string().$type<MemberId>().length(30).collation('ascii_bin'),
    kind: p.string().$type<TopUpKind>().length(12).collation('ascii_bin'),
    paymentId: p.string().$type<PaymentId>().length(30).collation('ascii_bin').nullable(),
    amountMinor: p.bigint('number'),
    currency: p.string().length(3).collation('ascii_bin'),
    state: p.string().$type<TopUpState>().length(20).collation('ascii_bin'),
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin'),
    paymentRef: p.string().length(120).collation('ascii_bin').nullable(),
    cardTransactionId: p.string().$type<CardTransactionId>().length(30).collation('ascii_bin'),
    /** The saved card that it was decided for. */
    customerRef: p.string().length(120).collation('ascii_bin').nullable(),
    paymentMethodRef: p.string().length(120).collation('ascii_bin').nullable(),
    autoAmountMinor: p.bigint('number').nullable(),
    needMinor: p.bigint('number').nullable(),
    balanceMinor: p.bigint('number').nullable(),
    branch: p.string().length(24).collation('ascii_bin').nullable(),
    failureCode: p.string().length(64).collation('ascii_bin').nullable(),
    failureMessage: p.string().length(255).nullable(),
    brand: p.string().length(32).collation('ascii_bin').nullable(),
    last4: p.string().length(4).collation('ascii_bin').nullable(),
    expMonth: p.integer().nullable(),
    expYear: p.integer().nullable(),
    receiptUrl: p.string().length(500).nullable(),
    attentionReason: p.string().length(255).nullable(),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** Card money on its way to a member's balance, with what its amount was decided from (cobalt.md 1.4, 2.2). */
export class TopUp extends TopUpSchema.class {}
TopUpSchema.setClass(TopUp);
