import { defineEntity, p } from '@mikro-orm/core';
import type { MemberId, ProcessorAccountId } from '../../domain/ids.ts';
import type { AutoTopUpState } from '../../domain/cards/auto-top-up.ts';

const AutoTopUpSchema = defineEntity({
  name: 'AutoTopUp',
  tableName: 'auto_top_up',
  uniques: [{ name: 'auto_top_up_customer_unique', properties: ['processorAccountId', 'customerRef'] }],
  properties: {
    memberId: p.string().$type<MemberId>().length(30).collation('ascii_bin').primary(),
    state: p.string().$type<AutoTopUpState>().length(16).collation('ascii_bin'),
    amountMinor: p.bigint('number').nullable(),
    chargeCapMinor: p.bigint('number').nullable(),
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin'),
    customerRef: p.string().length(120).collation('ascii_bin').nullable(),
    paymentMethodRef: p.string().length(120).collation('ascii_bin').nullable(),
    brand: p.string().length(32).collation('ascii_bin').nullable(),
    last4: p.string().length(4).collation('ascii_bin').nullable(),
    expMonth: p.integer().nullable(),
    expYear: p.integer().nullable(),
    refusals: p.integer().default(0),
    backOffUntil: p.datetime(6).nullable(),
    disabledReason: p.string().length(255).nullable(),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** How a member's balance is refilled by card: one customer at the processor per member for ever (decisions D9). */
export class AutoTopUp extends AutoTopUpSchema.class {}
AutoTopUpSchema.setClass(AutoTopUp);
