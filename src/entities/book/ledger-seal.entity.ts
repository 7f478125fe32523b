import { defineEntity, p } from '@mikro-orm/core';
import { appendOnlyTriggers } from '../append-only.ts';
import type { LedgerTransactionId } from '../../domain/ids.ts';

const LedgerSealSchema = defineEntity({
  name: 'LedgerSeal',
  tableName: 'ledger_seal',
  triggers: appendOnlyTriggers('ledger_seal'),
  uniques: [{ name: 'ledger_seal_transaction_id_unique', properties: ['transactionId'] }],
  properties: {
    seq: p.bigint('number').autoincrement(false).primary(),
    transactionId: p.string().$type<LedgerTransactionId>().length(30).collation('ascii_bin'),
    hash: p.string().length(64).collation('ascii_bin'),
  },
});
/** One link of the hash chain over the transactions, in the order of discovery (decisions D43). */
export class LedgerSeal extends LedgerSealSchema.class {}
LedgerSealSchema.setClass(LedgerSeal);
