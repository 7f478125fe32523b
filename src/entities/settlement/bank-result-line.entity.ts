import { defineEntity, p } from '@mikro-orm/core';
import type { BankWord, BankWordOutcome } from '../../domain/settlement/bank-result.ts';
import type { BankResultId, PayoutId } from '../../domain/ids.ts';

const BankResultLineSchema = defineEntity({
  name: 'BankResultLine',
  tableName: 'bank_result_line',
  indexes: [{ name: 'bank_result_line_payout_index', properties: ['payoutId'] }],
  properties: {
    resultId: p.string().$type<BankResultId>().length(30).collation('ascii_bin').primary(),
    lineNo: p.integer().unsigned().primary(),
    payoutId: p.string().$type<PayoutId>().length(30).collation('ascii_bin'),
    attemptNo: p.integer(),
    result: p.string().$type<BankWord['result']>().length(12).collation('ascii_bin'),
    reason: p.string().length(120).nullable(),
    outcome: p.string().$type<BankWordOutcome>().length(12).collation('ascii_bin'),
  },
});
/** A bank’s word on one attempt, and what was done about it. */
export class BankResultLine extends BankResultLineSchema.class {}
BankResultLineSchema.setClass(BankResultLine);
