import { defineEntity, p } from '@mikro-orm/core';
import { appendOnlyTriggers } from '../append-only.ts';
import type { LedgerTransactionId } from '../../domain/ids.ts';
import type { Side } from '../../domain/ledger-account.ts';
import type { EntryType } from '../../domain/ledger.ts';

const LedgerEntrySchema = defineEntity({
  name: 'LedgerEntry',
  tableName: 'ledger_entry',
  triggers: appendOnlyTriggers('ledger_entry'),
  uniques: [{ name: 'ledger_entry_transaction_id_position_unique', properties: ['transactionId', 'position'] }],
  indexes: [{ name: 'ledger_entry_account_id_recorded_at_seq_index', properties: ['accountId', 'recordedAt', 'seq'] }],
  properties: {
    accountId: p.bigint('number').primary(),
    seq: p.bigint('number').primary(),
    transactionId: p.string().$type<LedgerTransactionId>().length(30).collation('ascii_bin'),
    position: p.smallint(),
    side: p.string().$type<Side>().length(6).collation('ascii_bin'),
    type: p.string().$type<EntryType>().length(40),
    counterparty: p.string().length(160).collation('ascii_bin').nullable(),
    amountMinor: p.bigint('number'),
    balanceAfterMinor: p.bigint('number'),
    recordedAt: p.datetime(6),
  },
});
/** One leg of a transaction, in the order of its account (decisions D42). */
export class LedgerEntry extends LedgerEntrySchema.class {}
LedgerEntrySchema.setClass(LedgerEntry);
