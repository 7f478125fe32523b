import { defineEntity, p } from '@mikro-orm/core';
import type { Currency } from '../../domain/currency.ts';
import type { LedgerAccountKind, Side } from '../../domain/ledger-account.ts';

const LedgerAccountSchema = defineEntity({
  name: 'LedgerAccount',
  tableName: 'ledger_account',
  uniques: [{ name: 'ledger_account_code_unique', properties: ['code'] }],
  properties: {
    id: p.bigint('number').primary(),
    code: p.string().length(160).collation('ascii_bin'),
    kind: p.string().$type<LedgerAccountKind>().length(32).collation('ascii_bin'),
    currency: p.string().$type<Currency>().length(3).collation('ascii_bin'),
    normalSide: p.string().$type<Side>().length(6).collation('ascii_bin'),
    floorMinor: p.bigint('number').nullable(),
    balanceMinor: p.bigint('number').defaultRaw('0'),
    heldMinor: p.bigint('number').defaultRaw('0'),
    entryCount: p.bigint('number').defaultRaw('0'),
    lastRecordedAt: p.datetime(6).nullable(),
    openedAt: p.datetime(6),
    closedAt: p.datetime(6).nullable(),
  },
});
/** A place where value sits. Only the poster writes it (decisions D39). */
export class LedgerAccount extends LedgerAccountSchema.class {}
LedgerAccountSchema.setClass(LedgerAccount);
