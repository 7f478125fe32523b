import type { Currency } from '../domain/currency.ts';
import { money, subtract, type Money } from '../domain/money.ts';
import {
  currencyIn,
  moneyIn,
  numberIn,
  optionalTimeIn,
  type BookRow,
  type SqlReader,
} from '../ledger/sql-reader.read.ts';
import { databaseTime } from '../ledger/sql-text.ts';

/** A half-open range of recording: `from` and later, before `before`, and nothing recorded after `asOf`. All optional. */
export interface StatementRange {
  /** ISO 8601 UTC, as are the others. */
  readonly from?: string | undefined;
  readonly before?: string | undefined;
  readonly asOf?: string | undefined;
}

/**
 * The part of an account that a statement shows, as sequence numbers. Entries are never changed, so whoever reads up to
 * `lastSeq` sees the same rows, however long it takes and whatever is posted meanwhile.
 */
export interface StatementCut {
  readonly accountId: number;
  readonly currency: Currency;
  /** As the account stands now. */
  readonly balance: Money;
  readonly held: Money;
  /** Balance less holds. */
  readonly available: Money;
  /** When the account's newest entry of all was recorded; null without any. */
  readonly lastEntryAt: string | null;
  /** After the newest entry before the range ends; null when there is none. */
  readonly closingBalance: Money | null;
  /** Above `lastSeq` when the range holds nothing. */
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** Where `range` begins and ends in the account named `code`: one statement, by index. Null for an unknown account. */
export async function readStatementCut(
  reader: SqlReader,
  code: string,
  range: StatementRange,
): Promise<StatementCut | null> {
  const from = databaseTime(range.from ?? '1000-01-01T00:00:00Z');
  const before = databaseTime(range.before ?? endOfTime);
  const asOf = databaseTime(range.asOf ?? endOfTime);
  const [row] = await reader.rows(
    `SELECT a.id, a.currency, a.balance_minor, a.held_minor, a.entry_count, a.last_recorded_at,
       (SELECT e.seq FROM ledger_entry e WHERE e.account_id = a.id AND e.recorded_at >= ?
        ORDER BY e.account_id, e.recorded_at, e.seq LIMIT 1) AS first_seq,
       ${newest('seq')} AS last_seq, ${newest('balance_after_minor')} AS closing_minor
     FROM ledger_account a WHERE a.code = ?`,
    [from, before, asOf, before, asOf, code],
  );
  return row === undefined ? null : cutOf(row);
}

const endOfTime = '9999-12-31T00:00:00Z';

function newest(column: string): string {
  return `(SELECT e.${column} FROM ledger_entry e
    WHERE e.account_id = a.id AND e.recorded_at < ? AND e.recorded_at <= ?
    ORDER BY e.account_id DESC, e.recorded_at DESC, e.seq DESC LIMIT 1)`;
}

function cutOf(row: BookRow): StatementCut {
  const [balance, held] = [moneyIn(row, 'balance_minor'), moneyIn(row, 'held_minor')];
  const lastSeq = row['last_seq'] === null ? 0 : numberIn(row, 'last_seq');
  return {
    accountId: numberIn(row, 'id'),
    currency: currencyIn(row),
    ...{ balance, held, available: subtract(balance, held) },
    lastEntryAt: numberIn(row, 'entry_count') === 0 ? null : optionalTimeIn(row, 'last_recorded_at'),
    closingBalance: row['closing_minor'] === null ? null : money(numberIn(row, 'closing_minor'), currencyIn(row)),
    firstSeq: row['first_seq'] === null ? lastSeq + 1 : numberIn(row, 'first_seq'),
    lastSeq,
  };
}
