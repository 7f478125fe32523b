import { isCurrency, type Currency } from '../domain/currency.ts';
import { invariant } from '../domain/invariant.ts';
import { accountKinds, type LedgerAccountKind } from '../domain/ledger-account.ts';
import { money, type Money } from '../domain/money.ts';

/**
 * Where the book is read: any pool that runs one statement with `?` for its values, in UTC, with times as text
 * (`2026-03-01 10:00:00.000000`) and whole numbers as numbers. Reads need no lock and never go through the poster.
 */
export interface SqlReader {
  rows(sql: string, values?: readonly (string | number | null)[]): Promise<readonly BookRow[]>;
}

/** A row as text and numbers. */
export type BookRow = Readonly<Record<string, string | number | null>>;

export function textIn(row: BookRow, column: string): string {
  const value = row[column];
  invariant(typeof value === 'string', `${column} is not text`);
  return value;
}

export function optionalTextIn(row: BookRow, column: string): string | null {
  return row[column] === null ? null : textIn(row, column);
}

export function numberIn(row: BookRow, column: string): number {
  const value = row[column];
  invariant(typeof value === 'number' && Number.isSafeInteger(value), `${column} is not a safe integer`);
  return value;
}

/** ISO 8601 UTC with microseconds. */
export function timeIn(row: BookRow, column: string): string {
  return `${textIn(row, column).replace(' ', 'T')}Z`;
}

export function optionalTimeIn(row: BookRow, column: string): string | null {
  return row[column] === null ? null : timeIn(row, column);
}

/** The amount in `column`, in the row's own `currency`. */
export function moneyIn(row: BookRow, column: string): Money {
  return money(numberIn(row, column), currencyIn(row));
}

export function currencyIn(row: BookRow): Currency {
  const code = textIn(row, 'currency');
  invariant(isCurrency(code), `The book holds an unknown currency: ${code}`);
  return code;
}

export function accountKindIn(row: BookRow): LedgerAccountKind {
  const kind = textIn(row, 'kind');
  invariant(Object.hasOwn(accountKinds, kind), `The book holds an unknown kind of account: ${kind}`);
  return kind as LedgerAccountKind;
}
