import { defineEntity, p } from '@mikro-orm/core';
import type { ProcessorAccountId } from '../../domain/ids.ts';

const ReconciliationObjectSchema = defineEntity({
  name: 'ReconciliationObject',
  tableName: 'reconciliation_object',
  indexes: [{ name: 'reconciliation_object_created_index', properties: ['processorAccountId', 'createdAt'] }],
  properties: {
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin').primary(),
    objectRef: p.string().length(120).collation('ascii_bin').primary(),
    kind: p.string().$type<'charge' | 'refund' | 'dispute' | 'payout'>().length(12).collation('ascii_bin'),
    /** In our words. */
    status: p.string().length(24).collation('ascii_bin'),
    amountMinor: p.bigint('number'),
    currency: p.string().length(3).collation('ascii_bin'),
    createdAt: p.datetime(6),
    seenAt: p.datetime(6),
  },
});
/** A charge, refund, dispute or payout as the processor last told it. */
export class ReconciliationObject extends ReconciliationObjectSchema.class {}
ReconciliationObjectSchema.setClass(ReconciliationObject);
