import { presentedDescription } from '../../domain/ledger.ts';
import { negate, type Money } from '../../domain/money.ts';
import { moneyIn, numberIn, textIn, timeIn, type BookRow, type SqlReader } from '../../ledger/sql-reader.read.ts';
import { databaseTime } from '../../ledger/sql-text.ts';
import type { ReconciliationPeriod } from './reconciliation-period.ts';

/** A row of the reconciliation download, of whichever table. */
export interface ReconciliationRow {
  /** ISO 8601 UTC with microseconds. */
  readonly at: string;
  readonly table: 'Member' | 'Organisation' | 'Card';
  /** Whose row it is: the account's holder, or who paid or was paid by card. */
  readonly holder: string;
  readonly reference: string;
  readonly type: string;
  readonly description: string;
  readonly amount: Money;
  /** Null for card rows, which have none. */
  readonly balance: Money | null;
}

const batchSize = 2_000;

/** Rows of members and organisations, the oldest first; memory stays flat. */
export async function* bookRows(reader: SqlReader, period: ReconciliationPeriod): AsyncGenerator<ReconciliationRow> {
  let [at, id] = [databaseTime(period.from), ''];
  for (;;) {
    const found = await reader.rows(transactionsSql, [at, at, id, databaseTime(period.before), batchSize]);
    const last = found.at(-1);
    if (last === undefined) return;
    const next = [textIn(last, 'recorded_at'), textIn(last, 'id')] as const;
    const rows = await reader.rows(entriesSql, [at, at, id, next[0], next[0], next[1]]);
    for (const row of rows) yield bookRow(row);
    if (found.length < batchSize) return;
    [at, id] = next;
  }
}

/** Card payments that were ever paid, by the time of their capture, the oldest first; the type is Cobalt's status. */
export async function* cardRows(reader: SqlReader, period: ReconciliationPeriod): AsyncGenerator<ReconciliationRow> {
  let [at, id] = [databaseTime(period.from), ''];
  for (;;) {
    const rows = await reader.rows(cardsSql, [at, at, id, databaseTime(period.before), batchSize]);
    for (const row of rows) yield cardRow(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < batchSize) return;
    [at, id] = [textIn(last, 'captured_at'), textIn(last, 'id')];
  }
}

/** Both, in one order of time; where it is the same, the book comes first. */
export async function* reconciliationRows(
  reader: SqlReader,
  period: ReconciliationPeriod,
): AsyncGenerator<ReconciliationRow> {
  const [book, cards] = [bookRows(reader, period), cardRows(reader, period)];
  let [row, card] = [await book.next(), await cards.next()];
  while (row.done !== true || card.done !== true) {
    if (card.done === true || (row.done !== true && row.value.at <= card.value.at)) {
      if (row.done === true) return;
      yield row.value;
      row = await book.next();
    } else {
      yield card.value;
      card = await cards.next();
    }
  }
}

const afterCursor = '(t.recorded_at > ? OR (t.recorded_at = ? AND t.id > ?))';

const transactionsSql = `SELECT t.id, t.recorded_at FROM ledger_transaction t
  WHERE ${afterCursor} AND t.recorded_at < ? ORDER BY t.recorded_at, t.id LIMIT ?`;

const entriesSql = `SELECT t.recorded_at, t.reference, t.description, e.type, e.side, e.amount_minor,
    e.balance_after_minor, a.kind, a.currency,
    COALESCE(o.name, CONCAT(m.first_name, ' ', m.last_name), a.code) AS holder
  FROM ledger_transaction t
  JOIN ledger_entry e ON e.transaction_id = t.id
  JOIN ledger_account a ON a.id = e.account_id AND a.kind IN ('member', 'organisation')
  LEFT JOIN member m ON a.kind = 'member' AND m.id = SUBSTRING_INDEX(SUBSTRING_INDEX(a.code, '/', 2), '/', -1)
  LEFT JOIN organisation o ON a.kind = 'organisation'
    AND o.id = SUBSTRING_INDEX(SUBSTRING_INDEX(a.code, '/', 2), '/', -1)
  WHERE ${afterCursor} AND (t.recorded_at < ? OR (t.recorded_at = ? AND t.id <= ?))
  ORDER BY t.recorded_at, t.id, e.position`;

const cardsSql = `SELECT c.id, c.captured_at, c.currency, c.captured_minor, c.refunded_minor,
    COALESCE(c.charge_ref, c.payment_ref) AS reference,
    COALESCE(CONCAT(m.first_name, ' ', m.last_name), o.name, '') AS holder,
    COALESCE(s.description, CONCAT('Sale ', s.no), IF(u.kind = 'auto', 'Auto Top Up', 'Card payment')) AS description
  FROM card_transaction c
  LEFT JOIN top_up u ON c.owner_kind = 'top_up' AND u.id = c.owner_id
  LEFT JOIN member m ON m.id = u.member_id
  LEFT JOIN sale s ON c.owner_kind = 'sale' AND s.id = c.owner_id
  LEFT JOIN organisation o ON o.id = c.organisation_id
  WHERE c.state = 'captured' AND (c.captured_at > ? OR (c.captured_at = ? AND c.id > ?)) AND c.captured_at < ?
  ORDER BY c.captured_at, c.id LIMIT ?`;

function bookRow(row: BookRow): ReconciliationRow {
  const isMember = textIn(row, 'kind') === 'member';
  const amount = moneyIn(row, 'amount_minor');
  return {
    at: timeIn(row, 'recorded_at'),
    table: isMember ? 'Member' : 'Organisation',
    holder: textIn(row, 'holder'),
    reference: textIn(row, 'reference'),
    type: textIn(row, 'type'),
    description: presentedDescription({ kind: isMember ? 'member' : 'organisation' }, textIn(row, 'description')),
    amount: textIn(row, 'side') === 'credit' ? amount : negate(amount),
    balance: moneyIn(row, 'balance_after_minor'),
  };
}

function cardRow(row: BookRow): ReconciliationRow {
  return {
    at: timeIn(row, 'captured_at'),
    table: 'Card',
    holder: textIn(row, 'holder'),
    reference: textIn(row, 'reference'),
    type: cardStatus(numberIn(row, 'captured_minor'), numberIn(row, 'refunded_minor')),
    description: textIn(row, 'description'),
    amount: moneyIn(row, 'captured_minor'),
    balance: null,
  };
}

/** Cobalt's word for a paid card payment (docs/glossary.md). */
function cardStatus(capturedMinor: number, refundedMinor: number): string {
  if (refundedMinor <= 0) return 'Succeeded';
  return refundedMinor < capturedMinor ? 'Partial refund' : 'Refunded';
}
