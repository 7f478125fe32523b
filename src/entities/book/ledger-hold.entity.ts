import { defineEntity, p } from '@mikro-orm/core';
import type { LedgerHoldId } from '../../domain/ids.ts';

const LedgerHoldSchema = defineEntity({
  name: 'LedgerHold',
  tableName: 'ledger_hold',
  uniques: [{ name: 'ledger_hold_op_key_unique', properties: ['opKey'] }],
  indexes: [
    { name: 'ledger_hold_account_id_state_index', properties: ['accountId', 'state'] },
    { name: 'ledger_hold_state_expires_at_index', properties: ['state', 'expiresAt'] },
  ],
  properties: {
    id: p.string().$type<LedgerHoldId>().length(30).collation('ascii_bin').primary(),
    opKey: p.string().length(80).collation('ascii_bin'),
    contentHash: p.string().length(64).collation('ascii_bin'),
    accountId: p.bigint('number').unsigned(),
    amountMinor: p.bigint('number'),
    committedMinor: p.bigint('number').defaultRaw('0'),
    state: p.string().$type<'placed' | 'committed' | 'released'>().length(10).collation('ascii_bin'),
    description: p.string().length(500),
    placedAt: p.datetime(6),
    expiresAt: p.datetime(6).nullable(),
    endedAt: p.datetime(6).nullable(),
    endedBy: p.string().length(80).collation('ascii_bin').nullable(),
  },
});
/** Money of an account set aside; committed once, in whole or part, or released (decisions D43). */
export class LedgerHold extends LedgerHoldSchema.class {}
LedgerHoldSchema.setClass(LedgerHold);
