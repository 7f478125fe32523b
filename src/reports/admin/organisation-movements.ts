import { parseCurrency, type Currency } from '../../domain/currency.ts';
import { add, money, type Money } from '../../domain/money.ts';
import { numberIn, textIn, type BookRow, type SqlReader } from '../../ledger/sql-reader.read.ts';
import { databaseTime, literals } from '../../ledger/sql-text.ts';
import { accountCodeSql, balanceSql, type Edge } from '../book-balance.ts';
import type { Instants } from '../report-params.ts';

/**
 * What a movement was for. Each counts once, for the first of these that it is: settlement, adjustment, membership, event,
 * session, other (decisions D22).
 */
export const movementKinds = ['event', 'session', 'membership', 'other', 'adjustment', 'settlement'] as const;
export type MovementKind = (typeof movementKinds)[number];

/** What an organisation's account did within a range: opening and all movements make closing. */
export interface Movements {
  readonly opening: Money;
  readonly closing: Money;
  readonly by: Readonly<Record<MovementKind, Money>>;
}
export interface OrganisationMovements extends Movements {
  readonly id: string;
  readonly no: number;
  readonly name: string;
  readonly status: string;
}

export interface MovementCut extends Instants {
  readonly currency: string;
  readonly asOf: string;
}

export interface MovementPage extends MovementCut {
  readonly after: number;
  readonly limit: number;
}

interface Found {
  readonly rows: readonly OrganisationMovements[];
  /** The number of the last organisation that was looked at; null at the end. */
  readonly lastNo: number | null;
}

/**
 * Organisations with what they had and what moved, two statements for a page (cobalt.md 3.8, W-40). Closed ones are there
 * when anything moved or is left (decisions D22), so that a page can be shorter than its limit.
 */
export async function readOrganisationMovements(reader: SqlReader, page: MovementPage): Promise<Found> {
  const currency = parseCurrency(page.currency);
  const [start, end] = [edgeOf(page.from, page.asOf), edgeOf(page.before, page.asOf)];
  const found = await reader.rows(
    `SELECT o.id, o.no, o.name, o.status, o.currency, CAST(COALESCE(a.id, 0) AS SIGNED) AS account_id,
       ${balanceSql(start.edge)} AS opening_minor, ${balanceSql(end.edge)} AS closing_minor
     FROM organisation o LEFT JOIN ledger_account a ON a.code = ${accountCodeSql('organisation', 'o.id')}
     WHERE o.no > ? ORDER BY o.no LIMIT ?`,
    [start.at, start.at, end.at, end.at, currency, page.after, page.limit],
  );
  const accounts = found.map((row) => numberIn(row, 'account_id')).filter((id) => id > 0);
  const sums = await readSums(reader, page, accounts);
  const rows = found
    .map((row) => movementsOf(row, sums.get(numberIn(row, 'account_id')) ?? nothing, currency))
    .filter((row, index) => isShown(row, found[index]));
  const last = found.length < page.limit ? undefined : found.at(-1);
  return { rows, lastNo: last === undefined ? null : numberIn(last, 'no') };
}

/** All of `rows` together. */
export function totalMovements(rows: readonly Movements[], currency: string): Movements {
  const none = money(0, parseCurrency(currency));
  const total = (amountOf: (row: Movements) => Money): Money =>
    rows.reduce((sum, row) => add(sum, amountOf(row)), none);
  return {
    opening: total((row) => row.opening),
    closing: total((row) => row.closing),
    by: byKind((kind) => total((row) => row.by[kind])),
  };
}

/** Before `instant`, but nothing after `asOf`. */
function edgeOf(instant: string, asOf: string): { readonly edge: Edge; readonly at: string } {
  const [at, last] = [databaseTime(instant), databaseTime(asOf)];
  return at <= last ? { edge: '<', at } : { edge: '<=', at: last };
}

type Sums = Readonly<Record<MovementKind, number>>;
const nothing: Sums = { event: 0, session: 0, membership: 0, other: 0, adjustment: 0, settlement: 0 };

/** Of these accounts, by account and kind. */
async function readSums(reader: SqlReader, cut: MovementCut, accounts: readonly number[]): Promise<Map<number, Sums>> {
  if (accounts.length === 0) return new Map();
  const rows = await reader.rows(
    `SELECT e.account_id, ${kindSql} AS movement, CAST(SUM(IF(e.side = 'credit', e.amount_minor, -e.amount_minor)) AS SIGNED) AS moved_minor
     FROM ledger_entry e ${movementJoins}
     WHERE e.account_id IN (${literals(accounts)}) AND e.recorded_at >= ? AND e.recorded_at < ? AND e.recorded_at <= ?
     GROUP BY e.account_id, movement`,
    [databaseTime(cut.from), databaseTime(cut.before), databaseTime(cut.asOf)],
  );
  const sums = new Map<number, Sums>();
  for (const row of rows) {
    const account = numberIn(row, 'account_id');
    const kind = textIn(row, 'movement') as MovementKind;
    sums.set(account, { ...(sums.get(account) ?? nothing), [kind]: numberIn(row, 'moved_minor') });
  }
  return sums;
}

/** The payment behind an entry, or the line of a host's booking: its legs stand two by two in the order of its lines. */
const paymentIdSql = "CASE WHEN LEFT(t.op_key, 8) = 'payment-' THEN SUBSTRING(t.op_key, 9) END";
const movementJoins = `JOIN ledger_transaction t ON t.id = e.transaction_id
  LEFT JOIN payment p ON p.id = ${paymentIdSql}
  LEFT JOIN booking_line l ON l.booking_id = ${paymentIdSql} AND l.line_no = e.position DIV 2`;

const kindSql = `CASE
  WHEN e.type = 'Settlement' THEN 'settlement'
  WHEN e.type = 'Manual Adjustment' THEN 'adjustment'
  WHEN e.type = 'Club Membership' THEN 'membership'
  WHEN COALESCE(l.event_ref, p.event_ref) IS NOT NULL OR e.type = 'Entry to an event' OR t.kind = 'event-refund' THEN 'event'
  WHEN COALESCE(l.session_ref, p.session_ref) IS NOT NULL OR t.kind = 'session-refund' THEN 'session'
  ELSE 'other' END`;

function movementsOf(row: BookRow, sums: Sums, currency: Currency): OrganisationMovements {
  return {
    ...{ id: textIn(row, 'id'), no: numberIn(row, 'no'), name: textIn(row, 'name'), status: textIn(row, 'status') },
    opening: money(numberIn(row, 'opening_minor'), currency),
    closing: money(numberIn(row, 'closing_minor'), currency),
    by: byKind((kind) => money(sums[kind], currency)),
  };
}

/** An active organisation is shown in its own currency though nothing moved. */
function isShown(row: OrganisationMovements, found: BookRow | undefined): boolean {
  const moved = [row.opening, row.closing, ...Object.values(row.by)].some(({ amountMinor }) => amountMinor !== 0);
  return moved || (row.status === 'active' && found?.['currency'] === row.opening.currency);
}

function byKind(amountOf: (kind: MovementKind) => Money): Record<MovementKind, Money> {
  return Object.fromEntries(movementKinds.map((kind) => [kind, amountOf(kind)])) as Record<MovementKind, Money>;
}
