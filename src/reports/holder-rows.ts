import { presentedDescription } from '../domain/ledger.ts';
import { negate, type Money } from '../domain/money.ts';
import { moneyIn, numberIn, optionalTextIn, textIn, timeIn, type BookRow } from '../ledger/sql-reader.read.ts';

/** Who has an account with us, and statements of it. */
export interface Holder {
  readonly kind: 'member' | 'organisation';
  readonly id: string;
}

/** Who stands on the other side of a row, with the name to show; `card` and the house's own places have none. */
export interface StatementCounterparty {
  readonly kind: string;
  readonly id: string | null;
  readonly name: string | null;
}

/** One row of a statement, as the holder of the account reads it. */
export interface HolderRow {
  /** Position within the account: order and cursor (decisions D6). */
  readonly seq: number;
  /** ISO 8601 UTC with microseconds. */
  readonly recordedAt: string;
  readonly counterparty: StatementCounterparty | null;
  /** 14 characters, as `7KQ2-X0AB-93TZ`. */
  readonly reference: string;
  readonly type: string;
  /** A member's: at most 80 characters (decisions D2). */
  readonly description: string;
  /** Plus is money in. */
  readonly amount: Money;
  readonly balanceAfter: Money;
}

/** The part of a counterparty or op_key after `prefix`, or NULL; an id to join by its primary key. */
export function after(prefix: string, column: string): string {
  return `CASE WHEN LEFT(${column}, ${prefix.length}) = '${prefix}' THEN SUBSTRING(${column}, ${prefix.length + 1}) END`;
}

/** What `holderRowOf` reads, from `holderTables`; a statement with both takes `holderValues` first. */
export const holderColumns = `e.seq, e.recorded_at, e.type, e.side, e.amount_minor, e.balance_after_minor, a.currency,
    COALESCE(e.counterparty, CONCAT('organisation/', NULLIF(t.organisation_id, ?)), CONCAT('member/', NULLIF(t.member_id, ?))) AS counterparty,
    t.reference, t.description, o.name AS organisation_name, m.first_name, m.last_name`;

/**
 * Entries with their transactions and who stands on the other side, named. Where the entry names nobody, what the
 * transaction belongs to does: the organisation, else the member, but never the holder.
 */
export const holderTables = `ledger_entry e
  JOIN ledger_account a ON a.id = e.account_id
  JOIN ledger_transaction t ON t.id = e.transaction_id
  LEFT JOIN organisation o ON o.id =
    IF(e.counterparty IS NULL, NULLIF(t.organisation_id, ?), ${after('organisation/', 'e.counterparty')})
  LEFT JOIN member m ON m.id =
    IF(e.counterparty IS NULL, IF(NULLIF(t.organisation_id, ?) IS NULL, NULLIF(t.member_id, ?), NULL),
    ${after('member/', 'e.counterparty')})`;

/** The values of `holderTables` alone. */
export function holderTableValues({ kind, id }: Holder): readonly string[] {
  const [organisation, member] = kind === 'organisation' ? [id, ''] : ['', id];
  return [organisation, organisation, member];
}

/** The values of `holderColumns` and `holderTables`, in their order. */
export function holderValues(holder: Holder): readonly string[] {
  const [organisation = '', , member = ''] = holderTableValues(holder);
  return [organisation, member, ...holderTableValues(holder)];
}

/** A row of `holderColumns`. */
export function holderRowOf(row: BookRow, kind: Holder['kind']): HolderRow {
  const amount = moneyIn(row, 'amount_minor');
  return {
    seq: numberIn(row, 'seq'),
    recordedAt: timeIn(row, 'recorded_at'),
    counterparty: counterpartyIn(row),
    reference: textIn(row, 'reference'),
    type: textIn(row, 'type'),
    description: presentedDescription({ kind }, textIn(row, 'description')),
    amount: textIn(row, 'side') === 'credit' ? amount : negate(amount),
    balanceAfter: moneyIn(row, 'balance_after_minor'),
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
