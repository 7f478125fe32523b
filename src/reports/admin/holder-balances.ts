import type { Money } from '../../domain/money.ts';
import { money } from '../../domain/money.ts';
import { parseCurrency } from '../../domain/currency.ts';
import { moneyIn, numberIn, textIn, type BookRow, type SqlReader } from '../../ledger/sql-reader.read.ts';
import { databaseTime } from '../../ledger/sql-text.ts';
import { accountCodeSql, balanceSql } from '../book-balance.ts';

/** Which balances: at an instant (ISO 8601 UTC), in one currency. */
export interface BalancesCut {
  readonly asOf: string;
  readonly currency: string;
}

/** A page of holders, by their public number. */
export interface HoldersPage extends BalancesCut {
  /** The last number of the page before; 0 for the first. */
  readonly after: number;
  readonly limit: number;
}

export interface MemberBalanceRow {
  readonly id: string;
  readonly no: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly balance: Money;
}

export interface OrganisationBalanceRow {
  readonly id: string;
  readonly no: number;
  readonly name: string;
  readonly status: string;
  readonly balance: Money;
  /** What settlements leave on the account; zero in a currency that it is not settled in. */
  readonly float: Money;
}

/** Holders whose balance is not zero, and what they have together. */
export interface BalanceTotals {
  readonly count: number;
  readonly total: Money;
}

/** Members whose balance is not zero, below zero included, in one statement (cobalt.md 3.5, W-40). */
export async function readMemberBalances(reader: SqlReader, page: HoldersPage): Promise<readonly MemberBalanceRow[]> {
  const at = databaseTime(page.asOf);
  const rows = await reader.rows(
    `SELECT m.id, m.no, m.first_name, m.last_name, a.currency, ${balanceSql('<=')} AS balance_minor
     FROM member m JOIN ledger_account a ON a.code = ${accountCodeSql('member', 'm.id')}
     WHERE m.no > ? HAVING balance_minor <> 0 ORDER BY m.no LIMIT ?`,
    [at, at, page.currency, page.after, page.limit],
  );
  return rows.map((row) => ({
    ...{ id: textIn(row, 'id'), no: numberIn(row, 'no'), balance: moneyIn(row, 'balance_minor') },
    ...{ firstName: textIn(row, 'first_name'), lastName: textIn(row, 'last_name') },
  }));
}

/** Organisations whose balance is not zero, closed ones included, in one statement. */
export async function readOrganisationBalances(
  reader: SqlReader,
  page: HoldersPage,
): Promise<readonly OrganisationBalanceRow[]> {
  const at = databaseTime(page.asOf);
  const rows = await reader.rows(
    `SELECT o.id, o.no, o.name, o.status, a.currency, IF(o.currency = a.currency, o.float_minor, 0) AS float_minor,
       ${balanceSql('<=')} AS balance_minor
     FROM organisation o JOIN ledger_account a ON a.code = ${accountCodeSql('organisation', 'o.id')}
     WHERE o.no > ? HAVING balance_minor <> 0 ORDER BY o.no LIMIT ?`,
    [at, at, page.currency, page.after, page.limit],
  );
  return rows.map((row) => ({
    ...{ id: textIn(row, 'id'), no: numberIn(row, 'no'), name: textIn(row, 'name'), status: textIn(row, 'status') },
    ...{ balance: moneyIn(row, 'balance_minor'), float: moneyIn(row, 'float_minor') },
  }));
}

/** What all holders of a kind have, in one statement. */
export async function readBalanceTotals(
  reader: SqlReader,
  kind: 'member' | 'organisation',
  { asOf, currency }: BalancesCut,
): Promise<BalanceTotals> {
  const at = databaseTime(asOf);
  const [row] = await reader.rows(
    `SELECT CAST(COALESCE(SUM(balance_minor <> 0), 0) AS SIGNED) AS holders, CAST(COALESCE(SUM(balance_minor), 0) AS SIGNED) AS total_minor
     FROM (SELECT ${balanceSql('<=')} AS balance_minor FROM ledger_account a WHERE a.kind = ? AND a.currency = ?) balances`,
    [at, at, kind, currency],
  );
  return totalsOf(row, currency);
}

function totalsOf(row: BookRow | undefined, currency: string): BalanceTotals {
  const code = parseCurrency(currency);
  if (row === undefined) return { count: 0, total: money(0, code) };
  return { count: numberIn(row, 'holders'), total: money(numberIn(row, 'total_minor'), code) };
}
