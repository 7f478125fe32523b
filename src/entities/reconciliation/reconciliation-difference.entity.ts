import { defineEntity, p } from '@mikro-orm/core';
import type { LedgerTransactionId, ReconciliationDifferenceId } from '../../domain/ids.ts';
import type { Decision, DifferenceKind, DifferenceState } from '../../domain/reconciliation/reconciliation.ts';

const ReconciliationDifferenceSchema = defineEntity({
  name: 'ReconciliationDifference',
  tableName: 'reconciliation_difference',
  indexes: [
    { name: 'reconciliation_difference_state_index', properties: ['state', 'kind', 'no'] },
    { name: 'reconciliation_difference_place_index', properties: ['place', 'state'] },
  ],
  properties: {
    id: p.string().$type<ReconciliationDifferenceId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('reconciliation_difference_no_unique'),
    /** Whose books differ: a processor account's id, or the code of a bank account. */
    place: p.string().length(160).collation('ascii_bin'),
    subject: p.string().length(200).collation('ascii_bin'),
    kind: p.string().$type<DifferenceKind>().length(16).collation('ascii_bin'),
    state: p.string().$type<DifferenceState>().length(12).collation('ascii_bin'),
    /** Digest of place and subject, unless it is closed: one difference has one live row. */
    openKey: p.string().length(64).collation('ascii_bin').nullable().unique('reconciliation_difference_open_unique'),
    currency: p.string().length(3).collation('ascii_bin'),
    theirsMinor: p.bigint('number').nullable(),
    oursMinor: p.bigint('number').nullable(),
    theirsRef: p.string().length(160).collation('ascii_bin').nullable(),
    transactionId: p.string().$type<LedgerTransactionId>().length(30).collation('ascii_bin').nullable(),
    detail: p.string().length(255),
    decision: p.string().$type<Decision>().length(16).collation('ascii_bin').nullable(),
    reason: p.string().length(500).nullable(),
    decidedBy: p.string().length(120).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    closedAt: p.datetime(6).nullable(),
    version: p.integer().version(),
  },
});
/** Where another's books and ours do not agree, and what became of it. */
export class ReconciliationDifference extends ReconciliationDifferenceSchema.class {}
ReconciliationDifferenceSchema.setClass(ReconciliationDifference);
