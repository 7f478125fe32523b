import { presentedDescription } from '../domain/ledger.ts';
import { money, negate, type Money } from '../domain/money.ts';
import { cardInOpKeyPrefix } from '../ledger/postings/processor.ts';
import {
  currencyIn,
  moneyIn,
  numberIn,
  optionalTextIn,
  textIn,
  timeIn,
  type BookRow,
  type SqlReader,
} from '../ledger/sql-reader.read.ts';

/** Who stands on the other side of a row, with the name to show; `card` and the house's own places have none. */
export interface StatementCounterparty {
  readonly kind: string;
  readonly id: string | null;
  readonly name: string | null;
}

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
export interface StatementRow {
  /** Position within the account: order and cursor (decisions D6). */
  readonly seq: number;
  /** ISO 8601 UTC with microseconds. */
  readonly recordedAt: string;
  readonly counterparty: StatementCounterparty | null;
  /** 14 characters, as `7KQ2-X0AB-93TZ`. */
  readonly reference: string;
  readonly type: string;
  /** At most 80 characters (decisions D2). */
  readonly description: string;
  /** Plus is money in. */
  readonly amount: Money;
  readonly balanceAfter: Money;
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
  const rows = await reader.rows(rowsSql, [
    query.memberId,
    query.memberId,
    query.accountId,
    query.firstSeq,
    query.lastSeq,
    query.limit,
  ]);
  return rows.map(statementRow);
}

/** The part of a counterparty or op_key after `prefix`, or NULL; an id to join by its primary key. */
function after(prefix: string, column: string): string {
  return `CASE WHEN LEFT(${column}, ${prefix.length}) = '${prefix}' THEN SUBSTRING(${column}, ${prefix.length + 1}) END`;
}

/** Where the entry names nobody, what the transaction belongs to does: the organisation, else another member. */
const rowsSql = `SELECT e.seq, e.recorded_at, e.type, e.side, e.amount_minor, e.balance_after_minor, a.currency,
    COALESCE(e.counterparty, CONCAT('organisation/', t.organisation_id), CONCAT('member/', NULLIF(t.member_id, ?))) AS counterparty,
    t.reference, t.description, o.name AS organisation_name, m.first_name, m.last_name,
    c.captured_minor, c.refunded_minor, c.captured_at, u.brand, u.last4, u.receipt_url
  FROM ledger_entry e
  JOIN ledger_account a ON a.id = e.account_id
  JOIN ledger_transaction t ON t.id = e.transaction_id
  LEFT JOIN organisation o ON o.id =
    IF(e.counterparty IS NULL, t.organisation_id, ${after('organisation/', 'e.counterparty')})
  LEFT JOIN member m ON m.id = IF(e.counterparty IS NULL, IF(t.organisation_id IS NULL, NULLIF(t.member_id, ?), NULL),
    ${after('member/', 'e.counterparty')})
  LEFT JOIN card_transaction c ON c.id = ${after(cardInOpKeyPrefix, 't.op_key')} AND c.captured_at IS NOT NULL
  LEFT JOIN top_up u ON c.owner_kind = 'top_up' AND u.id = c.owner_id
  WHERE e.account_id = ? AND e.seq BETWEEN ? AND ?
  ORDER BY e.seq DESC LIMIT ?`;

function statementRow(row: BookRow): StatementRow {
  const amount = moneyIn(row, 'amount_minor');
  return {
    seq: numberIn(row, 'seq'),
    recordedAt: timeIn(row, 'recorded_at'),
    counterparty: counterpartyIn(row),
    reference: textIn(row, 'reference'),
    type: textIn(row, 'type'),
    description: presentedDescription({ kind: 'member' }, textIn(row, 'description')),
    amount: textIn(row, 'side') === 'credit' ? amount : negate(amount),
    balanceAfter: moneyIn(row, 'balance_after_minor'),
    card: row['captured_minor'] === null ? null : cardIn(row),
  };
}

function counterpartyIn(row: BookRow): StatementCounterparty | null {
  const counterparty = optionalTextIn(row, 'counterparty');
  if (counterparty === null) return null;
  const [kind = '', id] = counterparty.split('/', 2);
  return { kind, id: id ?? null, name: nameIn(row, kind) };
}

function nameIn(row: BookRow, kind: string): string | null {
  if (kind === 'organisation') return optionalTextIn(row, 'organisation_name');
  if (kind !== 'member' || row['first_name'] === null) return null;
  return `${textIn(row, 'first_name')} ${textIn(row, 'last_name')}`;
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
