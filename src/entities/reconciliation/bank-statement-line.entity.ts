import { defineEntity, p } from '@mikro-orm/core';
import type { BankStatementId, LedgerTransactionId, PayoutId } from '../../domain/ids.ts';

const BankStatementLineSchema = defineEntity({
  name: 'BankStatementLine',
  tableName: 'bank_statement_line',
  properties: {
    statementId: p.string().$type<BankStatementId>().length(30).collation('ascii_bin').primary(),
    lineNo: p.integer().unsigned().primary(),
    bookedOn: p.date(),
    /** Plus is money to us. */
    amountMinor: p.bigint('number'),
    reference: p.string().length(140),
    description: p.string().length(500),
    /** The payout that its reference names. */
    payoutId: p.string().$type<PayoutId>().length(30).collation('ascii_bin').nullable(),
    /** The one transaction of the book that it is. */
    transactionId: p
      .string()
      .$type<LedgerTransactionId>()
      .length(30)
      .collation('ascii_bin')
      .nullable()
      .unique('bank_statement_line_transaction_unique'),
  },
});
/** A line of a bank's statement. */
export class BankStatementLine extends BankStatementLineSchema.class {}
BankStatementLineSchema.setClass(BankStatementLine);
