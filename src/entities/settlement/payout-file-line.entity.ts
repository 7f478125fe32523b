import { defineEntity, p } from '@mikro-orm/core';
import type { PayoutFileId, PayoutId } from '../../domain/ids.ts';

const PayoutFileLineSchema = defineEntity({
  name: 'PayoutFileLine',
  tableName: 'payout_file_line',
  indexes: [{ name: 'payout_file_line_file_index', properties: ['fileId'] }],
  properties: {
    payoutId: p.string().$type<PayoutId>().length(30).collation('ascii_bin').primary(),
    attemptNo: p.integer().primary(),
    fileId: p.string().$type<PayoutFileId>().length(30).collation('ascii_bin'),
    /** What the bank gives back with its word on it. */
    reference: p.string().length(35).collation('ascii_bin').unique('payout_file_line_reference_unique'),
  },
});
/** Which file an attempt to pay stands in: one, and no other. */
export class PayoutFileLine extends PayoutFileLineSchema.class {}
PayoutFileLineSchema.setClass(PayoutFileLine);
