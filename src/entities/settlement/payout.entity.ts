import { defineEntity, p } from '@mikro-orm/core';
import type { BankDetailId, OrganisationId, PayoutId, SettlementRunId } from '../../domain/ids.ts';
import type { PayoutMethod, PayoutState } from '../../domain/settlement/payout.ts';

const PayoutSchema = defineEntity({
  name: 'Payout',
  tableName: 'payout',
  indexes: [
    { name: 'payout_state_index', properties: ['state', 'method'] },
    { name: 'payout_run_index', properties: ['runId'] },
    { name: 'payout_organisation_index', properties: ['organisationId', 'id'] },
  ],
  properties: {
    id: p.string().$type<PayoutId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('payout_no_unique'),
    /** Null for a settlement that was recorded by hand. */
    runId: p.string().$type<SettlementRunId>().length(30).collation('ascii_bin').nullable(),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin'),
    period: p.string().length(7).collation('ascii_bin'),
    currency: p.string().length(3).collation('ascii_bin'),
    amountMinor: p.bigint('number'),
    settledMinor: p.bigint('number'),
    /** Without tax. */
    feeMinor: p.bigint('number'),
    taxMinor: p.bigint('number'),
    method: p.string().$type<PayoutMethod>().length(16).collation('ascii_bin'),
    state: p.string().$type<PayoutState>().length(16).collation('ascii_bin'),
    attemptNo: p.integer(),
    bankDetailId: p.string().$type<BankDetailId>().length(30).collation('ascii_bin').nullable(),
    settlementOpKey: p.string().length(80).collation('ascii_bin').unique('payout_settlement_unique'),
    outcome: p.string().length(255).nullable(),
    attentionReason: p.string().length(255).nullable(),
    /** The processor’s transfer of the last attempt, where it is paid so. */
    transferRef: p.string().length(120).collation('ascii_bin').nullable(),
    /** When the last attempt was taken for paid. */
    paidAt: p.datetime(6).nullable(),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** What an organisation is paid, from its settlement to the bank’s word (decisions D29). */
export class Payout extends PayoutSchema.class {}
PayoutSchema.setClass(Payout);
