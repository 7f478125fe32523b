import { defineEntity, p } from '@mikro-orm/core';
import type { BankDetailId, OrganisationId, PayoutId, SettlementItemId, SettlementRunId } from '../../domain/ids.ts';
import type { PayoutMethod } from '../../domain/settlement/payout.ts';
import type { SettlementItemState } from '../../domain/settlement/settlement.ts';

const SettlementItemSchema = defineEntity({
  name: 'SettlementItem',
  tableName: 'settlement_item',
  indexes: [{ name: 'settlement_item_state_index', properties: ['runId', 'state'] }],
  uniques: [{ name: 'settlement_item_run_unique', properties: ['runId', 'organisationId', 'currency'] }],
  properties: {
    id: p.string().$type<SettlementItemId>().length(30).collation('ascii_bin').primary(),
    runId: p.string().$type<SettlementRunId>().length(30).collation('ascii_bin'),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin'),
    currency: p.string().length(3).collation('ascii_bin'),
    period: p.string().length(7).collation('ascii_bin'),
    /** Organisation, period and currency while the item lives: nobody is settled twice for a month. Null once released. */
    claim: p.string().length(60).collation('ascii_bin').nullable().unique('settlement_item_claim_unique'),
    state: p.string().$type<SettlementItemState>().length(16).collation('ascii_bin'),
    outcome: p.string().length(64).collation('ascii_bin').nullable(),
    ledgerSeq: p.bigint('number'),
    balanceMinor: p.bigint('number'),
    floatMinor: p.bigint('number'),
    settledMinor: p.bigint('number'),
    overrideMinor: p.bigint('number').nullable(),
    overrideBy: p.string().length(120).collation('ascii_bin').nullable(),
    overrideReason: p.string().length(255).nullable(),
    feeBp: p.integer(),
    /** The fee setting or the override that the percentage is from. */
    feeVersion: p.string().length(60).collation('ascii_bin'),
    /** Without tax. */
    feeMinor: p.bigint('number'),
    taxMinor: p.bigint('number'),
    payoutMinor: p.bigint('number'),
    method: p.string().$type<PayoutMethod>().length(16).collation('ascii_bin'),
    bankDetailId: p.string().$type<BankDetailId>().length(30).collation('ascii_bin').nullable(),
    payoutId: p.string().$type<PayoutId>().length(30).collation('ascii_bin').nullable(),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** One organisation’s part of a run, frozen when it was planned (decisions D26). */
export class SettlementItem extends SettlementItemSchema.class {}
SettlementItemSchema.setClass(SettlementItem);
