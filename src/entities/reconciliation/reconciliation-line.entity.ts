import { defineEntity, p } from '@mikro-orm/core';
import type { LedgerTransactionId, ProcessorAccountId } from '../../domain/ids.ts';

const ReconciliationLineSchema = defineEntity({
  name: 'ReconciliationLine',
  tableName: 'reconciliation_line',
  indexes: [
    { name: 'reconciliation_line_key_index', properties: ['processorAccountId', 'matchKey'] },
    { name: 'reconciliation_line_created_index', properties: ['processorAccountId', 'createdAt'] },
    { name: 'reconciliation_line_settled_index', properties: ['processorAccountId', 'isSettled'] },
  ],
  properties: {
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin').primary(),
    lineRef: p.string().length(120).collation('ascii_bin').primary(),
    sourceRef: p.string().length(120).collation('ascii_bin').nullable(),
    type: p.string().length(64).collation('ascii_bin'),
    currency: p.string().length(3).collation('ascii_bin'),
    amountMinor: p.bigint('number'),
    feeMinor: p.bigint('number'),
    /** The name under which the book should have its money. */
    matchKey: p.string().length(160).collation('ascii_bin'),
    /** By the processor's clock. */
    createdAt: p.datetime(6),
    /** The one transaction that it is. */
    transactionId: p.string().$type<LedgerTransactionId>().length(30).collation('ascii_bin').nullable(),
    /** Nothing about it is open: later runs need not look. */
    isSettled: p.boolean(),
  },
});
/** A line of a processor's books, as it was read. */
export class ReconciliationLine extends ReconciliationLineSchema.class {}
ReconciliationLineSchema.setClass(ReconciliationLine);
