import { defineEntity, p } from '@mikro-orm/core';
import type { BankStatementFormat } from '../../domain/reconciliation/bank-statement.ts';
import type { BankStatementId } from '../../domain/ids.ts';

const BankStatementSchema = defineEntity({
  name: 'BankStatement',
  tableName: 'bank_statement',
  properties: {
    id: p.string().$type<BankStatementId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('bank_statement_no_unique'),
    /** Our own account there, as in `bank/<bankRef>/<CUR>`. */
    bankRef: p.string().length(64).collation('ascii_bin'),
    currency: p.string().length(3).collation('ascii_bin'),
    format: p.string().$type<BankStatementFormat>().length(12).collation('ascii_bin'),
    /** SHA-256 of the file: no statement is taken twice. */
    digest: p.string().length(64).collation('ascii_bin').unique('bank_statement_digest_unique'),
    openingMinor: p.bigint('number'),
    closingMinor: p.bigint('number'),
    fromDay: p.date(),
    toDay: p.date(),
    lineCount: p.integer(),
    matched: p.integer().default(0),
    actor: p.string().length(120).collation('ascii_bin'),
    createdAt: p.datetime(6),
  },
});
/** A bank's statement of one of our accounts. */
export class BankStatement extends BankStatementSchema.class {}
BankStatementSchema.setClass(BankStatement);
