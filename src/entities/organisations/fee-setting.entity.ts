import { defineEntity, p } from '@mikro-orm/core';
import type { FeeSettingId } from '../../domain/ids.ts';

const FeeSettingSchema = defineEntity({
  name: 'FeeSetting',
  tableName: 'fee_setting',
  properties: {
    id: p.string().$type<FeeSettingId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('fee_setting_no_unique'),
    /** Hundredths of a percent of what is settled. */
    defaultFeeBp: p.integer(),
    /** What the processor is expected to take of a card payment: ten thousandths of the currency’s unit. */
    cardCostE4: p.bigint('number'),
    /** … and ten thousandths of a percent. */
    cardPercentE4: p.integer(),
    refundFeeBp: p.integer(),
    refundWeeks: p.integer(),
    actor: p.string().length(120).collation('ascii_bin'),
    assertedActor: p.string().length(120).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
  },
});
/** Fees of the whole deployment; only ever added to, and the newest one counts (cobalt.md 1.5). */
export class FeeSetting extends FeeSettingSchema.class {}
FeeSettingSchema.setClass(FeeSetting);
