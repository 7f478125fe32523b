import type { Money } from '../domain/money.ts';
import { money } from '../domain/money.ts';
import { currencyIn, moneyIn, numberIn, textIn, type BookRow, type SqlReader } from '../ledger/sql-reader.read.ts';
import { databaseTime } from '../ledger/sql-text.ts';
import { parseCurrency } from '../domain/currency.ts';

export type Holders = 'member' | 'organisation';

/** What a holder had strictly before an instant. */
export interface HolderBalance {
  readonly no: number;
  /** A member's first and last name, or the organisation's name alone. */
  readonly names: readonly string[];
  readonly balance: Money;
}

export interface BalancesQuery {
  readonly holders: Holders;
  readonly currency: string;
  /** ISO 8601 UTC; rows recorded at it do not count. */
  readonly before: string;
}

/** How many holders had a row by then, balances of zero counted, and their sum. */
export interface BalanceSum {
  readonly count: number;
  readonly sum: Money;
}

const batchSize = 5_000;

/** Balances of all holders with a row by then, by number, in batches of one statement each (W-40). */
export async function* balancesBefore(
  reader: SqlReader,
  query: BalancesQuery,
): AsyncGenerator<readonly HolderBalance[]> {
  let after = 0;
  for (;;) {
    const rows = await reader.rows(
      `SELECT h.no, ${namesOf[query.holders]}, a.currency, ${balanceSql} AS balance_minor
       FROM ${query.holders} h JOIN ledger_account a ON a.code = CONCAT('${query.holders}/', h.id, '/', ?)
       WHERE h.no > ? HAVING balance_minor IS NOT NULL ORDER BY h.no LIMIT ?`,
      [databaseTime(query.before), query.currency, after, batchSize],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(holderBalance);
    if (rows.length < batchSize) return;
    after = numberIn(last, 'no');
  }
}

/** Number and sum of the same balances, by one statement. */
export async function sumBefore(reader: SqlReader, query: BalancesQuery): Promise<BalanceSum> {
  const [row] = await reader.rows(
    `SELECT COUNT(b.balance_minor) AS holders, CAST(COALESCE(SUM(b.balance_minor), 0) AS SIGNED) AS sum_minor
     FROM (SELECT ${balanceSql} AS balance_minor FROM ledger_account a WHERE a.kind = ? AND a.currency = ?) b`,
    [databaseTime(query.before), query.holders, query.currency],
  );
  const currency = parseCurrency(query.currency);
  if (row === undefined) return { count: 0, sum: money(0, currency) };
  return { count: numberIn(row, 'holders'), sum: money(numberIn(row, 'sum_minor'), currency) };
}

const namesOf: Readonly<Record<Holders, string>> = {
  member: 'h.first_name, h.last_name',
  organisation: 'h.name',
};

/** One look into the index per account, whatever the length of its history. */
const balanceSql = `(SELECT e.balance_after_minor FROM ledger_entry e WHERE e.account_id = a.id AND e.recorded_at < ?
  ORDER BY e.account_id DESC, e.recorded_at DESC, e.seq DESC LIMIT 1)`;

function holderBalance(row: BookRow): HolderBalance {
  const names =
    row['name'] === undefined ? [textIn(row, 'first_name'), textIn(row, 'last_name')] : [textIn(row, 'name')];
  return { no: numberIn(row, 'no'), names, balance: moneyIn({ ...row, currency: currencyIn(row) }, 'balance_minor') };
}
