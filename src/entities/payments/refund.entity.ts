import { defineEntity, p } from '@mikro-orm/core';
import type {
  CardTransactionId,
  MemberId,
  OrganisationId,
  ProcessorAccountId,
  RefundId,
  SaleId,
  TopUpId,
} from '../../domain/ids.ts';
import type { RefundRequester, RefundState } from '../../domain/payments/refund.ts';

const RefundSchema = defineEntity({
  name: 'Refund',
  tableName: 'refund',
  indexes: [
    { name: 'refund_card_index', properties: ['cardTransactionId'] },
    { name: 'refund_member_index', properties: ['memberId', 'id'] },
    { name: 'refund_state_index', properties: ['state', 'updatedAt'] },
  ],
  uniques: [{ name: 'refund_provider_unique', properties: ['processorAccountId', 'providerRef'] }],
  properties: {
    id: p.string().$type<RefundId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('refund_no_unique'),
    cardTransactionId: p.string().$type<CardTransactionId>().length(30).collation('ascii_bin'),
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin'),
    /** Whose money goes back: a member's, or an organisation's for a sale. */
    memberId: p.string().$type<MemberId>().length(30).collation('ascii_bin').nullable(),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin').nullable(),
    topUpId: p.string().$type<TopUpId>().length(30).collation('ascii_bin').nullable(),
    saleId: p.string().$type<SaleId>().length(30).collation('ascii_bin').nullable(),
    /** The full amount: what the card gets, and the fee. */
    amountMinor: p.bigint('number'),
    feeMinor: p.bigint('number'),
    taxMinor: p.bigint('number'),
    currency: p.string().length(3).collation('ascii_bin'),
    requestedBy: p.string().$type<RefundRequester>().length(16).collation('ascii_bin'),
    actor: p.string().length(120).collation('ascii_bin'),
    description: p.string().length(80),
    state: p.string().$type<RefundState>().length(16).collation('ascii_bin'),
    outcome: p.string().length(64).collation('ascii_bin').nullable(),
    attentionReason: p.string().length(255).nullable(),
    providerRef: p.string().length(120).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** Card money that goes back to its card (cobalt.md 2.12). */
export class Refund extends RefundSchema.class {}
RefundSchema.setClass(Refund);
