import type { LedgerAccountKind, Side } from '../domain/ledger-account.ts';
import { subtract, zero, type Money } from '../domain/money.ts';
import { databaseTime } from './sql-text.ts';
import {
  accountKindIn,
  currencyIn,
  moneyIn,
  numberIn,
  optionalTimeIn,
  textIn,
  timeIn,
  type BookRow,
  type SqlReader,
} from './sql-reader.read.ts';

/** An account as it stands now. */
export interface AccountBalance {
  readonly code: string;
  readonly kind: LedgerAccountKind;
  readonly normalSide: Side;
  /** On the account's normal side: a member's or organisation's balance above zero is what we owe them. */
  readonly balance: Money;
  readonly held: Money;
  /** What can be spent: balance less holds. */
  readonly available: Money;
  readonly entryCount: number;
  /** When the newest entry was recorded, ISO 8601 UTC with microseconds; null without any. */
  readonly lastEntryAt: string | null;
  /** ISO 8601 UTC. */
  readonly openedAt: string;
  readonly closedAt: string | null;
}

/** One page of accounts, and the cursor of the next. */
export interface AccountPage {
  readonly accounts: readonly AccountBalance[];
  readonly nextCursor: number | null;
}

export interface AccountQuery {
  /** Only codes that begin with this, such as `organisation/org_…/`. */
  readonly codePrefix?: string | undefined;
  readonly kind?: LedgerAccountKind | undefined;
  readonly cursor?: number | undefined;
  readonly limit: number;
}

/** The account named `code` as it stands now, or null when nothing was ever posted or held there. One row read. */
export async function readBalance(reader: SqlReader, code: string): Promise<AccountBalance | null> {
  const [row] = await reader.rows(`SELECT ${columns} FROM ledger_account WHERE code = ?`, [code]);
  return row === undefined ? null : accountBalance(row);
}

/**
 * What the account named `code` held at the instant `at` (ISO 8601 UTC), by `recorded_at`: the balance after its newest
 * entry at or before the instant, found by index whatever the length of the history. Null for an unknown account.
 */
export async function readBalanceAt(reader: SqlReader, code: string, at: string): Promise<Money | null> {
  const [row] = await reader.rows(
    `SELECT a.currency, (SELECT e.balance_after_minor FROM ledger_entry e
       WHERE e.account_id = a.id AND e.recorded_at <= ?
       ORDER BY e.account_id DESC, e.recorded_at DESC, e.seq DESC LIMIT 1) AS balance_minor
     FROM ledger_account a WHERE a.code = ?`,
    [databaseTime(at), code],
  );
  if (row === undefined) return null;
  return row['balance_minor'] === null ? zero(currencyIn(row)) : moneyIn(row, 'balance_minor');
}

/** Accounts in the order in which they were opened. */
export async function readAccounts(reader: SqlReader, query: AccountQuery): Promise<AccountPage> {
  const prefix = query.codePrefix ?? '';
  const kind = query.kind ?? null;
  const rows = await reader.rows(
    `SELECT ${columns} FROM ledger_account
     WHERE id > ? AND code >= ? AND code < CONCAT(?, '~') AND (? IS NULL OR kind = ?) ORDER BY id LIMIT ?`,
    // Codes are ASCII, and nothing in them sorts after a tilde: a range of the index instead of a look at every code.
    [query.cursor ?? 0, prefix, prefix, kind, kind, query.limit + 1],
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    accounts: page.map(accountBalance),
    nextCursor: rows.length > query.limit && last !== undefined ? numberIn(last, 'id') : null,
  };
}

const columns = `id, code, kind, currency, normal_side, balance_minor, held_minor, entry_count, last_recorded_at, opened_at,
  closed_at`;

function accountBalance(row: BookRow): AccountBalance {
  const balance = moneyIn(row, 'balance_minor');
  const held = moneyIn(row, 'held_minor');
  return {
    code: textIn(row, 'code'),
    kind: accountKindIn(row),
    normalSide: textIn(row, 'normal_side') === 'debit' ? 'debit' : 'credit',
    balance,
    held,
    available: subtract(balance, held),
    entryCount: numberIn(row, 'entry_count'),
    lastEntryAt: numberIn(row, 'entry_count') === 0 ? null : optionalTimeIn(row, 'last_recorded_at'),
    openedAt: timeIn(row, 'opened_at'),
    closedAt: optionalTimeIn(row, 'closed_at'),
  };
}
