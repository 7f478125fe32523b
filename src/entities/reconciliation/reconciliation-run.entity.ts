import { defineEntity, p } from '@mikro-orm/core';
import type { ProcessorAccountId, ReconciliationRunId } from '../../domain/ids.ts';

export type ReconciliationRunState = 'running' | 'done';

const ReconciliationRunSchema = defineEntity({
  name: 'ReconciliationRun',
  tableName: 'reconciliation_run',
  indexes: [{ name: 'reconciliation_run_account_index', properties: ['processorAccountId', 'no'] }],
  properties: {
    id: p.string().$type<ReconciliationRunId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('reconciliation_run_no_unique'),
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin'),
    cause: p.string().$type<'schedule' | 'manual'>().length(12).collation('ascii_bin'),
    state: p.string().$type<ReconciliationRunState>().length(12).collation('ascii_bin'),
    /** Half-open, by the processor's clock. */
    fromAt: p.datetime(6),
    untilAt: p.datetime(6),
    /** How far it has come, day by day. */
    readUntil: p.datetime(6),
    linesRead: p.integer().default(0),
    claimsSeen: p.integer().default(0),
    feesPosted: p.integer().default(0),
    payoutsPosted: p.integer().default(0),
    matched: p.integer().default(0),
    opened: p.integer().default(0),
    closed: p.integer().default(0),
    startedBy: p.string().length(120).collation('ascii_bin'),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
  },
});
/** One comparison of a processor's books with ours, over one or more days. */
export class ReconciliationRun extends ReconciliationRunSchema.class {}
ReconciliationRunSchema.setClass(ReconciliationRun);
