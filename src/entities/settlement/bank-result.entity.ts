import { defineEntity, p } from '@mikro-orm/core';
import type { BankResultFormat } from '../../domain/settlement/bank-result.ts';
import type { BankResultId } from '../../domain/ids.ts';

const BankResultSchema = defineEntity({
  name: 'BankResult',
  tableName: 'bank_result',
  properties: {
    id: p.string().$type<BankResultId>().length(30).collation('ascii_bin').primary(),
    /** SHA-256 of what the bank sent: the same file is taken once. */
    digest: p.string().length(64).collation('ascii_bin').unique('bank_result_digest_unique'),
    format: p.string().$type<BankResultFormat>().length(16).collation('ascii_bin'),
    words: p.integer(),
    actor: p.string().length(120).collation('ascii_bin'),
    createdAt: p.datetime(6),
  },
});
/** A bank’s file with what became of payouts (decisions D30). */
export class BankResult extends BankResultSchema.class {}
BankResultSchema.setClass(BankResult);
