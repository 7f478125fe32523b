import { defineEntity, p } from '@mikro-orm/core';
import type { ReaderId, SaleId } from '../../domain/ids.ts';
import type { AttemptOutcome } from '../../domain/counter/sale.ts';

const SaleAttemptSchema = defineEntity({
  name: 'SaleAttempt',
  tableName: 'sale_attempt',
  properties: {
    saleId: p.string().$type<SaleId>().length(30).collation('ascii_bin').primary(),
    n: p.integer().unsigned(false).primary(),
    readerId: p.string().$type<ReaderId>().length(30).collation('ascii_bin').nullable(),
    fence: p.integer().unsigned().nullable(),
    providerKey: p.string().length(255).collation('ascii_bin'),
    outcome: p.string().$type<AttemptOutcome>().length(32).collation('ascii_bin').nullable(),
    declineCode: p.string().length(64).collation('ascii_bin').nullable(),
    chargeRef: p.string().length(120).collation('ascii_bin').nullable(),
    startedAt: p.datetime(6),
    endedAt: p.datetime(6).nullable(),
  },
});
/** One push of a sale to a reader, with the key it was sent under (decisions D45). */
export class SaleAttempt extends SaleAttemptSchema.class {}
SaleAttemptSchema.setClass(SaleAttempt);
