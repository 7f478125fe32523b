import { defineEntity, p } from '@mikro-orm/core';
import type { SettlementRunId } from '../../domain/ids.ts';

const SettlementApprovalSchema = defineEntity({
  name: 'SettlementApproval',
  tableName: 'settlement_approval',
  properties: {
    runId: p.string().$type<SettlementRunId>().length(30).collation('ascii_bin').primary(),
    planHash: p.string().length(64).collation('ascii_bin').primary(),
    person: p.string().length(120).collation('ascii_bin').primary(),
    createdAt: p.datetime(6),
  },
});
/** A person’s word for a plan, bound to what the plan says (decisions D26, D28). */
export class SettlementApproval extends SettlementApprovalSchema.class {}
SettlementApprovalSchema.setClass(SettlementApproval);
