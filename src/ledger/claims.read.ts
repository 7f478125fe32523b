import type { BookClaim } from '../domain/reconciliation/reconciliation.ts';
import {
  currencyIn,
  numberIn,
  optionalTextIn,
  textIn,
  timeIn,
  type BookRow,
  type SqlReader,
} from './sql-reader.read.ts';
import { databaseTime } from './sql-text.ts';

/** The accounts that one place keeps for us, in each of its currencies. */
export type PlaceAccounts = readonly number[];

/** Accounts whose codes begin with `prefix`, such as `processor/stripe/acct_1/`. */
export async function readPlaceAccounts(reader: SqlReader, prefix: string): Promise<PlaceAccounts> {
  const rows = await reader.rows('SELECT id FROM ledger_account WHERE code >= ? AND code < CONCAT(?, ?) ORDER BY id', [
    ...[prefix, prefix, '~'],
  ]);
  return rows.map((row) => numberIn(row, 'id'));
}

const columns = `t.id, t.op_key, t.kind AS transaction_kind, t.provider_ref, a.currency, e.account_id, e.seq,
  e.recorded_at, e.side, e.amount_minor`;
const pageSize = 5_000;
const chunkSize = 1_000;

/** What the book says happened there in a half-open range (ISO 8601 UTC), by `recorded_at`. Assets: plus is a debit. */
export async function readClaims(
  reader: SqlReader,
  accounts: PlaceAccounts,
  range: { readonly from: string; readonly until: string },
): Promise<readonly BookClaim[]> {
  const rows: BookRow[] = [];
  for (const account of accounts) {
    let after = 0;
    for (;;) {
      const page = await reader.rows(
        `SELECT ${columns} FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
         JOIN ledger_account a ON a.id = e.account_id
         WHERE e.account_id = ? AND e.recorded_at >= ? AND e.recorded_at < ? AND e.seq > ? ORDER BY e.seq LIMIT ${pageSize}`,
        [account, databaseTime(range.from), databaseTime(range.until), after],
      );
      rows.push(...page);
      if (page.length < pageSize) break;
      after = numberIn(page.at(-1) as BookRow, 'seq');
    }
  }
  return claimsOf(rows);
}

/** The same of transactions that are named, whenever they were recorded. */
export async function readClaimsBy(
  reader: SqlReader,
  accounts: PlaceAccounts,
  by: { readonly column: 'provider_ref' | 'id' | 'op_key'; readonly values: readonly string[] },
): Promise<readonly BookClaim[]> {
  if (accounts.length === 0) return [];
  const rows: BookRow[] = [];
  for (let at = 0; at < by.values.length; at += chunkSize) {
    const chunk = by.values.slice(at, at + chunkSize);
    const found = await reader.rows(
      `SELECT ${columns} FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id
       JOIN ledger_account a ON a.id = e.account_id
       WHERE t.${by.column} IN (${marks(chunk.length)}) AND e.account_id IN (${marks(accounts.length)})`,
      [...chunk, ...accounts],
    );
    rows.push(...found);
  }
  return claimsOf(rows);
}

/** Which of `opKeys` stand in the book. */
export async function readPostedOpKeys(reader: SqlReader, opKeys: readonly string[]): Promise<ReadonlySet<string>> {
  const posted = new Set<string>();
  for (let at = 0; at < opKeys.length; at += chunkSize) {
    const chunk = opKeys.slice(at, at + chunkSize);
    const rows = await reader.rows(
      `SELECT op_key FROM ledger_transaction WHERE op_key IN (${marks(chunk.length)})`,
      chunk,
    );
    for (const row of rows) posted.add(textIn(row, 'op_key'));
  }
  return posted;
}

/** One claim for each transaction and account; its entries there are summed. */
function claimsOf(rows: readonly BookRow[]): readonly BookClaim[] {
  const claims = new Map<string, BookClaim>();
  for (const row of rows) {
    const name = `${textIn(row, 'id')}/${numberIn(row, 'account_id')}`;
    const signed = textIn(row, 'side') === 'debit' ? numberIn(row, 'amount_minor') : -numberIn(row, 'amount_minor');
    const known = claims.get(name);
    claims.set(name, { ...(known ?? claimOf(row)), amountMinor: (known?.amountMinor ?? 0) + signed });
  }
  return [...claims.values()];
}

function claimOf(row: BookRow): Omit<BookClaim, 'amountMinor'> {
  return {
    transactionId: textIn(row, 'id'),
    opKey: textIn(row, 'op_key'),
    kind: textIn(row, 'transaction_kind'),
    providerRef: optionalTextIn(row, 'provider_ref'),
    currency: currencyIn(row),
    recordedAt: timeIn(row, 'recorded_at'),
  };
}

function marks(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ');
}
