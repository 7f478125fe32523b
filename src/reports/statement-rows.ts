import { money, type Money } from '../domain/money.ts';
import { cardInOpKeyPrefix } from '../ledger/postings/processor.ts';
import {
  currencyIn,
  moneyIn,
  numberIn,
  optionalTextIn,
  timeIn,
  type BookRow,
  type SqlReader,
} from '../ledger/sql-reader.read.ts';
import { after, holderColumns, holderRowOf, holderTables, holderValues, type HolderRow } from './holder-rows.ts';

/** The card behind a row that brought card money. */
export interface StatementCard {
  readonly brand: string | null;
  readonly last4: string | null;
  readonly receiptUrl: string | null;
  readonly captured: Money;
  /** So far, fees that were kept included. */
  readonly refunded: Money;
  readonly capturedAt: Date;
}

/** One row of a member's statement. */
export interface StatementRow extends HolderRow {
  readonly card: StatementCard | null;
}

export interface StatementRowQuery {
  readonly accountId: number;
  readonly memberId: string;
  /** Both ends included. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly limit: number;
}

/** Rows of a member's account, the newest first, with names and cards: one statement, however many there are (W-40). */
export async function readStatementRows(reader: SqlReader, query: StatementRowQuery): Promise<readonly StatementRow[]> {
  const { accountId, memberId, firstSeq, lastSeq, limit } = query;
  const holder = holderValues({ kind: 'member', id: memberId });
  const rows = await reader.rows(rowsSql, [...holder, accountId, firstSeq, lastSeq, limit]);
  return rows.map(statementRow);
}

const rowsSql = `SELECT ${holderColumns},
    c.captured_minor, c.refunded_minor, c.captured_at, u.brand, u.last4, u.receipt_url
  FROM ${holderTables}
  LEFT JOIN card_transaction c ON c.id = ${after(cardInOpKeyPrefix, 't.op_key')} AND c.captured_at IS NOT NULL
  LEFT JOIN top_up u ON c.owner_kind = 'top_up' AND u.id = c.owner_id
  WHERE e.account_id = ? AND e.seq BETWEEN ? AND ?
  ORDER BY e.seq DESC LIMIT ?`;

function statementRow(row: BookRow): StatementRow {
  return { ...holderRowOf(row, 'member'), card: row['captured_minor'] === null ? null : cardIn(row) };
}

function cardIn(row: BookRow): StatementCard {
  return {
    brand: optionalTextIn(row, 'brand'),
    last4: optionalTextIn(row, 'last4'),
    receiptUrl: optionalTextIn(row, 'receipt_url'),
    captured: moneyIn(row, 'captured_minor'),
    refunded: money(numberIn(row, 'refunded_minor'), currencyIn(row)),
    capturedAt: new Date(timeIn(row, 'captured_at')),
  };
}
