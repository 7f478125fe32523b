import { defineEntity, p } from '@mikro-orm/core';
import type { SettlementRunId } from '../../domain/ids.ts';
import type { SettlementDecision as Decision } from '../../domain/settlement/settlement-run.ts';

const SettlementDecisionSchema = defineEntity({
  name: 'SettlementDecision',
  tableName: 'settlement_decision',
  indexes: [{ name: 'settlement_decision_run_index', properties: ['runId', 'kind'] }],
  properties: {
    /** The request that asked for it, so that it is done once however often the activity is tried. */
    id: p.string().length(30).collation('ascii_bin').primary(),
    runId: p.string().$type<SettlementRunId>().length(30).collation('ascii_bin'),
    kind: p.string().$type<Decision['kind']>().length(16).collation('ascii_bin'),
    createdAt: p.datetime(6),
  },
});
/** What somebody decided about a run; the audit says who and why. */
export class SettlementDecision extends SettlementDecisionSchema.class {}
SettlementDecisionSchema.setClass(SettlementDecision);
