import { money, type Money } from '../../domain/money.ts';
import {
  currencyIn,
  moneyIn,
  numberIn,
  optionalTextIn,
  textIn,
  timeIn,
  type BookRow,
  type SqlReader,
} from '../../ledger/sql-reader.read.ts';
import { databaseTime } from '../../ledger/sql-text.ts';
import { holderIdSql } from '../book-balance.ts';
import type { Instants } from '../report-params.ts';

/** What administrators look through: their own corrections, or what organisations were settled. */
export const specificTypes = ['manual-adjustments', 'settlements'] as const;
export type SpecificType = (typeof specificTypes)[number];

/** A correction or settlement of one holder. */
export interface SpecificRow {
  /** ISO 8601 UTC with microseconds; with the next two it is the row's place in the list. */
  readonly recordedAt: string;
  readonly transactionId: string;
  readonly position: number;
  readonly reference: string;
  /** Who decided it; null for a run's own. */
  readonly administrator: string | null;
  readonly type: string;
  readonly holderId: string;
  readonly holderNo: number;
  readonly holderName: string;
  readonly description: string;
  /** Plus is to the holder. */
  readonly amount: Money;
  /** What went to the bank; null where nothing was to. */
  readonly payment: Money | null;
  /** What we kept, its tax included, and the tax in it. */
  readonly fee: Money | null;
  readonly tax: Money | null;
}

export interface SpecificQuery extends Instants {
  readonly type: SpecificType;
  readonly holder: 'member' | 'organisation';
  readonly currency: string;
  readonly asOf: string;
  /** The last row of the page before. */
  readonly after: SpecificPlace | null;
  readonly limit: number;
}
export type SpecificPlace = Pick<SpecificRow, 'recordedAt' | 'transactionId' | 'position'>;

/** The newest first, with names and payouts, in one statement (cobalt.md 3.5, W-40). */
export async function readSpecificTransactions(
  reader: SqlReader,
  query: SpecificQuery,
): Promise<readonly SpecificRow[]> {
  const { after } = query;
  const place = after === null ? [] : [databaseTime(after.recordedAt), after.transactionId, after.position];
  const rows = await reader.rows(
    `${selectSql(query)} ${after === null ? '' : beforePlaceSql}
     ORDER BY t.recorded_at DESC, t.id DESC, e.position DESC LIMIT ?`,
    [
      ...[query.holder, query.currency, databaseTime(query.from), databaseTime(query.before), databaseTime(query.asOf)],
      ...place,
      query.limit,
    ],
  );
  return rows.map(specificRow);
}

/** Rows of each holder that there are at all, for what is expected of a file. */
export async function countSpecificTransactions(reader: SqlReader, query: Omit<SpecificQuery, 'after' | 'limit'>) {
  const [row] = await reader.rows(`SELECT COUNT(*) AS rows_found FROM (${selectSql(query)}) found`, [
    ...[query.holder, query.currency, databaseTime(query.from), databaseTime(query.before), databaseTime(query.asOf)],
  ]);
  return row === undefined ? 0 : numberIn(row, 'rows_found');
}

const kindsOf: Readonly<Record<SpecificType, string>> = {
  'manual-adjustments': "'adjustment'",
  // A payout that was given up takes its settlement back, and belongs beside it.
  settlements: "'settlement', 'manual-settlement', 'payout-given-up'",
};

const beforePlaceSql = 'AND (t.recorded_at, t.id, e.position) < (?, ?, ?)';

/** The payout of a settlement is found by the settlement's op_key, also from the transaction that undoes it. */
function selectSql({ type, holder }: Pick<SpecificQuery, 'type' | 'holder'>): string {
  const name = holder === 'member' ? "CONCAT(h.first_name, ' ', h.last_name)" : 'h.name';
  return `SELECT t.recorded_at, t.id, e.position, t.reference, t.actor, e.type, h.id AS holder_id, h.no AS holder_no,
       ${name} AS holder_name, t.description, a.currency, IF(e.side = 'credit', 1, -1) AS sign, e.amount_minor,
       p.amount_minor AS payment_minor, p.fee_minor + p.tax_minor AS fee_minor, p.tax_minor
     FROM ledger_transaction t
     JOIN ledger_entry e ON e.transaction_id = t.id
     JOIN ledger_account a ON a.id = e.account_id AND a.kind = ? AND a.currency = ?
     JOIN ${holder} h ON h.id = ${holderIdSql}
     LEFT JOIN payout p ON p.settlement_op_key = COALESCE(t.reverses, t.op_key)
     WHERE t.kind IN (${kindsOf[type]}) AND t.recorded_at >= ? AND t.recorded_at < ? AND t.recorded_at <= ?`;
}

function specificRow(row: BookRow): SpecificRow {
  const sign = numberIn(row, 'sign');
  const settled = (column: string): Money | null =>
    row[column] === null ? null : money(-sign * numberIn(row, column), currencyIn(row));
  return {
    recordedAt: timeIn(row, 'recorded_at'),
    transactionId: textIn(row, 'id'),
    position: numberIn(row, 'position'),
    reference: textIn(row, 'reference'),
    administrator: optionalTextIn(row, 'actor'),
    type: textIn(row, 'type'),
    holderId: textIn(row, 'holder_id'),
    holderNo: numberIn(row, 'holder_no'),
    holderName: textIn(row, 'holder_name'),
    description: textIn(row, 'description'),
    amount: money(sign * moneyIn(row, 'amount_minor').amountMinor, currencyIn(row)),
    payment: settled('payment_minor'),
    fee: settled('fee_minor'),
    tax: settled('tax_minor'),
  };
}
