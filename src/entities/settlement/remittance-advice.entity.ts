import { defineEntity, p } from '@mikro-orm/core';
import type { PayoutId } from '../../domain/ids.ts';

const RemittanceAdviceSchema = defineEntity({
  name: 'RemittanceAdvice',
  tableName: 'remittance_advice',
  properties: {
    payoutId: p.string().$type<PayoutId>().length(30).collation('ascii_bin').primary(),
    /** SHA-256 of the document, in hexadecimal. */
    digest: p.string().length(64).collation('ascii_bin'),
    content: p.blob().columnType('mediumblob'),
    createdAt: p.datetime(6),
  },
});
/** What an organisation was told of a payout, as PDF; issued once and never made again (decisions D35). */
export class RemittanceAdvice extends RemittanceAdviceSchema.class {}
RemittanceAdviceSchema.setClass(RemittanceAdvice);
