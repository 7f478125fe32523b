import type { LedgerAccountRef } from '../domain/ledger-account.ts';
import { zero, type Money } from '../domain/money.ts';
import { readBalance } from '../ledger/balance.read.ts';
import { moneyIn, optionalTimeIn, type SqlReader } from '../ledger/sql-reader.read.ts';
import { databaseTime } from '../ledger/sql-text.ts';

/** Whose balance it is. */
export type HolderAccount = Pick<LedgerAccountRef, 'code' | 'currency'>;

/** What the holder of an account had at an instant. */
export interface HolderBalance {
  readonly balance: Money;
  /** Balance less holds; known of now only. */
  readonly available: Money | null;
  readonly held: Money | null;
  /** When the entry that left this balance was recorded, ISO 8601 UTC with microseconds; null before the first. */
  readonly lastEntryAt: string | null;
}

/** The balance as it stands now: nothing and no date for a holder to whom nothing was ever posted. */
export async function readHolderBalance(reader: SqlReader, { code, currency }: HolderAccount): Promise<HolderBalance> {
  const now = await readBalance(reader, code);
  if (now === null)
    return { balance: zero(currency), available: zero(currency), held: zero(currency), lastEntryAt: null };
  const { balance, available, held, lastEntryAt } = now;
  return { balance, available, held, lastEntryAt };
}

/** An instant, ISO 8601 UTC, and whether what was recorded at that very instant counts. */
export interface BalanceInstant {
  readonly at: string;
  readonly isInclusive: boolean;
}

/** The balance at an instant, by the time of recording, found by index whatever the length of the history. */
export async function readHolderBalanceAt(
  reader: SqlReader,
  { code, currency }: HolderAccount,
  { at, isInclusive }: BalanceInstant,
): Promise<HolderBalance> {
  const [row] = await reader.rows(
    `SELECT a.currency, e.balance_after_minor, e.recorded_at FROM ledger_account a
     JOIN ledger_entry e ON e.account_id = a.id
     WHERE a.code = ? AND e.recorded_at ${isInclusive ? '<=' : '<'} ?
     ORDER BY e.account_id DESC, e.recorded_at DESC, e.seq DESC LIMIT 1`,
    [code, databaseTime(at)],
  );
  const balance = row === undefined ? zero(currency) : moneyIn(row, 'balance_after_minor');
  const lastEntryAt = row === undefined ? null : optionalTimeIn(row, 'recorded_at');
  return { balance, available: null, held: null, lastEntryAt };
}
