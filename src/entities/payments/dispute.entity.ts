import { defineEntity, p } from '@mikro-orm/core';
import type { CardTransactionId, DisputeId, ProcessorAccountId } from '../../domain/ids.ts';
import type { DisputeFact } from '../../domain/payments/card-refund-port.ts';

const DisputeSchema = defineEntity({
  name: 'Dispute',
  tableName: 'dispute',
  indexes: [
    { name: 'dispute_card_index', properties: ['cardTransactionId'] },
    { name: 'dispute_state_index', properties: ['state', 'updatedAt'] },
  ],
  uniques: [{ name: 'dispute_provider_unique', properties: ['processorAccountId', 'providerRef'] }],
  properties: {
    id: p.string().$type<DisputeId>().length(30).collation('ascii_bin').primary(),
    cardTransactionId: p.string().$type<CardTransactionId>().length(30).collation('ascii_bin'),
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin'),
    providerRef: p.string().length(120).collation('ascii_bin'),
    amountMinor: p.bigint('number'),
    currency: p.string().length(3).collation('ascii_bin'),
    reason: p.string().length(64).collation('ascii_bin'),
    state: p.string().$type<DisputeFact['status']>().length(16).collation('ascii_bin'),
    evidenceDueAt: p.datetime(6).nullable(),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** A bank's claim for its customer's money, as the processor tells it; the book has what it moved. */
export class Dispute extends DisputeSchema.class {}
DisputeSchema.setClass(Dispute);
