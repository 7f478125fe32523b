import { defineEntity, p } from '@mikro-orm/core';
import type { SaleId } from '../../domain/ids.ts';
import type { SaleState } from '../../domain/counter/sale.ts';

const SaleEventSchema = defineEntity({
  name: 'SaleEvent',
  tableName: 'sale_event',
  indexes: [{ name: 'sale_event_sale_index', properties: ['saleId', 'no'] }],
  properties: {
    no: p.bigint('number').unsigned().primary().autoincrement(),
    saleId: p.string().$type<SaleId>().length(30).collation('ascii_bin'),
    occurredAt: p.datetime(6),
    what: p.string().length(32).collation('ascii_bin'),
    why: p.string().length(255).nullable(),
    state: p.string().$type<SaleState>().length(16).collation('ascii_bin'),
  },
});
/** One line of a sale's timeline: what happened, when and why. Only ever added to. */
export class SaleEvent extends SaleEventSchema.class {}
SaleEventSchema.setClass(SaleEvent);
