import { estimatedCardFee, expectedSettlement, type CardCost } from '../../domain/cards/card-cost.ts';
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
import type { Instants } from '../report-params.ts';

/** Cobalt's names of a card payment that was paid (docs/glossary.md). */
export type PaidStatus = 'Succeeded' | 'Partial refund' | 'Refunded';

/** Somebody with a name to show. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** A card payment that was paid, whoever it was for. */
export interface CardPayment {
  readonly id: string;
  /** When the money was taken, ISO 8601 UTC with microseconds. */
  readonly capturedAt: string;
  readonly status: PaidStatus;
  readonly processorAccountId: string;
  readonly paymentRef: string;
  readonly chargeRef: string | null;
  readonly member: (Named & { readonly no: number }) | null;
  readonly amount: Money;
  /** Gross, refund fees included. */
  readonly refunded: Money;
  readonly description: string | null;
  readonly card: CardOfPayment;
  /** Whom the card was charged for: an organisation or another member, under a type, in full. */
  readonly linkedOrganisation: string | null;
  readonly linkedMember: string | null;
  readonly linkedType: string | null;
  readonly linkedAmount: Money | null;
  readonly receiptUrl: string | null;
}

export interface CardOfPayment {
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expMonth: number | null;
  readonly expYear: number | null;
}

export interface CardPaymentQuery extends Instants {
  readonly currency: string;
  readonly asOf: string;
  readonly after: CardPlace | null;
  readonly limit: number;
}
export type CardPlace = Pick<CardPayment, 'capturedAt' | 'id'>;

/** Card payments that were paid, the newest first, with all their names, in one statement (cobalt.md 3.5, W-40). */
export async function readCardPayments(reader: SqlReader, query: CardPaymentQuery): Promise<readonly CardPayment[]> {
  const { after } = query;
  const place = after === null ? [] : [databaseTime(after.capturedAt), after.id];
  const rows = await reader.rows(
    `${cardPaymentSql} WHERE c.captured_minor > 0 AND c.captured_at >= ? AND c.captured_at < ? AND c.captured_at <= ?
       AND c.currency = ? ${after === null ? '' : 'AND (c.captured_at, c.id) < (?, ?)'}
     ORDER BY c.captured_at DESC, c.id DESC LIMIT ?`,
    [
      databaseTime(query.from),
      databaseTime(query.before),
      databaseTime(query.asOf),
      query.currency,
      ...place,
      query.limit,
    ],
  );
  return rows.map(cardPayment);
}

/** How many there are. */
export async function countCardPayments(
  reader: SqlReader,
  query: Omit<CardPaymentQuery, 'after' | 'limit'>,
): Promise<number> {
  const [row] = await reader.rows(
    `SELECT COUNT(*) AS found FROM card_transaction c
     WHERE c.captured_minor > 0 AND c.captured_at >= ? AND c.captured_at < ? AND c.captured_at <= ? AND c.currency = ?`,
    [databaseTime(query.from), databaseTime(query.before), databaseTime(query.asOf), query.currency],
  );
  return row === undefined ? 0 : numberIn(row, 'found');
}

/** How a single card payment, or a few, are found. */
export type CardKey =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'ref'; readonly ref: string }
  | { readonly by: 'last4'; readonly last4: string; readonly range: Instants; readonly amountMinor: number };

/** Paid card payments that `key` names, the newest first; at most 50. */
export async function findCardPayments(reader: SqlReader, key: CardKey): Promise<readonly CardPayment[]> {
  const { where, values } = key.by === 'ref' ? await whereRef(reader, key.ref) : whereOf(key);
  const rows = await reader.rows(
    `${cardPaymentSql} WHERE c.captured_minor > 0 AND ${where} ORDER BY c.captured_at DESC, c.id DESC LIMIT 50`,
    values,
  );
  return rows.map(cardPayment);
}

interface Where {
  readonly where: string;
  readonly values: (string | number)[];
}

/** References are unique within a processor's account, which their indexes begin with. */
async function whereRef(reader: SqlReader, ref: string): Promise<Where> {
  const found = await reader.rows(
    `SELECT c.id FROM processor_account x JOIN card_transaction c ON c.processor_account_id = x.id AND c.charge_ref = ?
     UNION SELECT c.id FROM processor_account x JOIN card_transaction c ON c.processor_account_id = x.id AND c.payment_ref = ?`,
    [ref, ref],
  );
  const values = found.map((row) => textIn(row, 'id'));
  return { where: values.length === 0 ? 'FALSE' : `c.id IN (${values.map(() => '?').join(', ')})`, values };
}

function whereOf(key: Exclude<CardKey, { readonly by: 'ref' }>): Where {
  if (key.by === 'id') return { where: 'c.id = ?', values: [key.id] };
  return {
    where: 'c.captured_at >= ? AND c.captured_at < ? AND c.captured_minor = ? AND ? IN (u.last4, s.last4)',
    values: [databaseTime(key.range.from), databaseTime(key.range.before), key.amountMinor, key.last4],
  };
}

/** What cards cost by the setting that was in force at an instant; null before the first one. */
export async function readCardCost(reader: SqlReader, asOf: string): Promise<CardCost | null> {
  const [row] = await reader.rows(
    'SELECT card_cost_e4, card_percent_e4 FROM fee_setting WHERE created_at <= ? ORDER BY no DESC LIMIT 1',
    [databaseTime(asOf)],
  );
  if (row === undefined) return null;
  return { costE4: numberIn(row, 'card_cost_e4'), percentE4: numberIn(row, 'card_percent_e4') };
}

/** What is expected of the processor for `amount`; null where nobody set what cards cost. */
export function expectationOf(
  amount: Money,
  cost: CardCost | null,
): { readonly settlement: Money; readonly fee: Money } | null {
  if (cost === null) return null;
  return { settlement: expectedSettlement(amount, cost), fee: estimatedCardFee(amount, cost) };
}

/** A member's card is behind a top-up, which may be for a payment; a counter's is behind a sale. */
const cardPaymentSql = `SELECT c.id, c.captured_at, c.processor_account_id, c.payment_ref, c.charge_ref, c.currency,
    c.captured_minor, c.refunded_minor, m.id AS member_id, m.no AS member_no, CONCAT(m.first_name, ' ', m.last_name) AS member_name,
    COALESCE(t.description, s.description) AS description, COALESCE(u.brand, s.brand) AS brand,
    COALESCE(u.last4, s.last4) AS last4, u.exp_month, u.exp_year, COALESCE(o.name, po.name) AS linked_organisation,
    CONCAT(pm.first_name, ' ', pm.last_name) AS linked_member, IF(s.id IS NULL, p.type, 'Sale') AS linked_type,
    COALESCE(p.amount_minor, s.amount_minor) AS linked_minor, u.receipt_url
  FROM card_transaction c
  LEFT JOIN top_up u ON c.owner_kind = 'top_up' AND u.id = c.owner_id
  LEFT JOIN sale s ON c.owner_kind = 'sale' AND s.id = c.owner_id
  LEFT JOIN organisation o ON o.id = c.organisation_id
  LEFT JOIN member m ON m.id = u.member_id
  LEFT JOIN payment p ON p.id = u.payment_id
  LEFT JOIN organisation po ON p.payee_kind = 'organisation' AND po.id = p.payee_id
  LEFT JOIN member pm ON p.payee_kind = 'member' AND pm.id = p.payee_id
  LEFT JOIN ledger_transaction t ON t.op_key = CONVERT(CONCAT('card-in-', c.id) USING ascii) COLLATE ascii_bin`;

function cardPayment(row: BookRow): CardPayment {
  const [amount, refunded] = [moneyIn(row, 'captured_minor'), moneyIn(row, 'refunded_minor')];
  return {
    id: textIn(row, 'id'),
    capturedAt: timeIn(row, 'captured_at'),
    status: paidStatus(amount, refunded),
    processorAccountId: textIn(row, 'processor_account_id'),
    paymentRef: textIn(row, 'payment_ref'),
    chargeRef: optionalTextIn(row, 'charge_ref'),
    member: memberOf(row),
    amount,
    refunded,
    description: optionalTextIn(row, 'description'),
    card: cardOf(row),
    ...linkedOf(row),
    receiptUrl: optionalTextIn(row, 'receipt_url'),
  };
}

/** A function of what was taken and what went back. */
export function paidStatus(captured: Money, refunded: Money): PaidStatus {
  if (refunded.amountMinor === 0) return 'Succeeded';
  return refunded.amountMinor < captured.amountMinor ? 'Partial refund' : 'Refunded';
}

function memberOf(row: BookRow): CardPayment['member'] {
  if (row['member_id'] === null) return null;
  return { id: textIn(row, 'member_id'), no: numberIn(row, 'member_no'), name: textIn(row, 'member_name') };
}

function cardOf(row: BookRow): CardOfPayment {
  const count = (column: string): number | null => (row[column] === null ? null : numberIn(row, column));
  return {
    ...{ brand: optionalTextIn(row, 'brand'), last4: optionalTextIn(row, 'last4') },
    ...{ expMonth: count('exp_month'), expYear: count('exp_year') },
  };
}

function linkedOf(row: BookRow) {
  return {
    linkedOrganisation: optionalTextIn(row, 'linked_organisation'),
    linkedMember: optionalTextIn(row, 'linked_member'),
    linkedType: optionalTextIn(row, 'linked_type'),
    linkedAmount: row['linked_minor'] === null ? null : money(numberIn(row, 'linked_minor'), currencyIn(row)),
  };
}
