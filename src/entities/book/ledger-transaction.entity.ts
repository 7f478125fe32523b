import { defineEntity, p } from '@mikro-orm/core';
import { appendOnlyTriggers } from '../append-only.ts';
import type { LedgerTransactionId } from '../../domain/ids.ts';
import type { LedgerTransactionKind } from '../../domain/ledger.ts';

const LedgerTransactionSchema = defineEntity({
  name: 'LedgerTransaction',
  tableName: 'ledger_transaction',
  triggers: appendOnlyTriggers('ledger_transaction'),
  uniques: [
    { name: 'ledger_transaction_op_key_unique', properties: ['opKey'] },
    { name: 'ledger_transaction_reference_unique', properties: ['reference'] },
  ],
  indexes: [
    { name: 'ledger_transaction_recorded_at_id_index', properties: ['recordedAt', 'id'] },
    { name: 'ledger_transaction_sale_id_index', properties: ['saleId'] },
    { name: 'ledger_transaction_provider_ref_index', properties: ['providerRef'] },
  ],
  properties: {
    id: p.string().$type<LedgerTransactionId>().length(30).collation('ascii_bin').primary(),
    opKey: p.string().length(80).collation('ascii_bin'),
    contentHash: p.string().length(64).collation('ascii_bin'),
    kind: p.string().$type<LedgerTransactionKind>().length(40).collation('ascii_bin'),
    reference: p.string().length(14).collation('ascii_bin'),
    occurredAt: p.datetime(6),
    recordedAt: p.datetime(6),
    description: p.string().length(500),
    overdraftMinor: p.bigint('number').nullable(),
    organisationId: p.string().length(30).collation('ascii_bin').nullable(),
    memberId: p.string().length(30).collation('ascii_bin').nullable(),
    saleId: p.string().length(30).collation('ascii_bin').nullable(),
    refundId: p.string().length(30).collation('ascii_bin').nullable(),
    payoutId: p.string().length(30).collation('ascii_bin').nullable(),
    processorAccountId: p.string().length(30).collation('ascii_bin').nullable(),
    providerRef: p.string().length(120).collation('ascii_bin').nullable(),
    reverses: p.string().length(80).collation('ascii_bin').nullable(),
    actor: p.string().length(120).collation('ascii_bin').nullable(),
  },
});
/** A balanced set of entries for one business event; never changed (decisions D2, D42). */
export class LedgerTransaction extends LedgerTransactionSchema.class {}
LedgerTransactionSchema.setClass(LedgerTransaction);
