import { defineEntity, p } from '@mikro-orm/core';
import type { CardTransactionId, OrganisationId, ProcessorAccountId } from '../../domain/ids.ts';

export type CardTransactionState = 'open' | 'captured' | 'canceled';

const CardTransactionSchema = defineEntity({
  name: 'CardTransaction',
  tableName: 'card_transaction',
  indexes: [
    { name: 'card_transaction_owner_index', properties: ['ownerId'] },
    { name: 'card_transaction_captured_index', properties: ['capturedAt', 'id'] },
    { name: 'card_transaction_fee_index', properties: ['state', 'balanceTransactionRef', 'capturedAt'] },
  ],
  uniques: [
    { name: 'card_transaction_payment_unique', properties: ['processorAccountId', 'paymentRef'] },
    { name: 'card_transaction_charge_unique', properties: ['processorAccountId', 'chargeRef'] },
  ],
  properties: {
    id: p.string().$type<CardTransactionId>().length(30).collation('ascii_bin').primary(),
    /** Null for a member's own card money. */
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin').nullable(),
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin'),
    ownerKind: p.string().length(16).collation('ascii_bin'),
    ownerId: p.string().length(30).collation('ascii_bin'),
    paymentRef: p.string().length(120).collation('ascii_bin'),
    chargeRef: p.string().length(120).collation('ascii_bin').nullable(),
    currency: p.string().length(3).collation('ascii_bin'),
    capturedMinor: p.bigint('number').defaultRaw('0'),
    refundedMinor: p.bigint('number').defaultRaw('0'),
    disputedMinor: p.bigint('number').defaultRaw('0'),
    state: p.string().$type<CardTransactionState>().length(16).collation('ascii_bin'),
    /** The processor's balance line of the capture; null until its fee is posted (decisions D7). */
    balanceTransactionRef: p.string().length(120).collation('ascii_bin').nullable(),
    feeMinor: p.bigint('number').nullable(),
    capturedAt: p.datetime(6).nullable(),
    feeCheckedAt: p.datetime(6).nullable(),
    createdAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** A payment at a processor, whoever it belongs to: sales now, payments, top-ups and refunds later (decisions D44). */
export class CardTransaction extends CardTransactionSchema.class {}
CardTransactionSchema.setClass(CardTransaction);
