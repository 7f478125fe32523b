import { defineEntity, p } from '@mikro-orm/core';
import type { SettlementRunId } from '../../domain/ids.ts';
import type { SettlementRunState } from '../../domain/settlement/settlement.ts';

const SettlementRunSchema = defineEntity({
  name: 'SettlementRun',
  tableName: 'settlement_run',
  indexes: [{ name: 'settlement_run_period_index', properties: ['zone', 'period'] }],
  properties: {
    id: p.string().$type<SettlementRunId>().length(30).collation('ascii_bin').primary(),
    /** Where messages about it go. */
    workflowId: p.string().length(255).collation('ascii_bin'),
    no: p.integer().unsigned().autoincrement().unique('settlement_run_no_unique'),
    zone: p.string().length(64).collation('ascii_bin'),
    /** The local month that is settled, as `2026-10`. */
    period: p.string().length(7).collation('ascii_bin'),
    /** The end of that month in the zone. */
    referenceAt: p.datetime(6),
    cause: p.string().$type<'schedule' | 'manual'>().length(12).collation('ascii_bin'),
    state: p.string().$type<SettlementRunState>().length(24).collation('ascii_bin'),
    /** Who has less than planned is settled with what is there, instead of not at all (decisions D27). */
    capsShort: p.boolean(),
    approvalsWanted: p.integer(),
    planHash: p.string().length(64).collation('ascii_bin').nullable(),
    attentionReason: p.string().length(255).nullable(),
    /** Who has money and is not in the plan, and why: JSON. */
    leftOutJson: p.text().columnType('mediumtext').nullable(),
    /** When nobody can approve it any more. */
    expiresAt: p.datetime(6).nullable(),
    startedBy: p.string().length(120).collation('ascii_bin'),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** One settlement of a zone’s organisations for one month; a later run of the month settles who was left out (decisions D24). */
export class SettlementRun extends SettlementRunSchema.class {}
SettlementRunSchema.setClass(SettlementRun);
