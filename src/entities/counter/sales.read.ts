import type { Scope } from '../../domain/principal.ts';
import type { SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import type { SaleState } from '../../domain/counter/sale.ts';
import { seenRequest, seenStatement, type SeenRequest, type WriteRequest } from '../idempotency.ts';
import { saleColumns, saleFactsOf, saleSnapshotOf, type SaleFacts } from './sale-facts.ts';
import {
  isoTime,
  numberOf,
  optionalText,
  sqlTime,
  textOf,
  type SqlPool,
  type SqlRow,
  type SqlValue,
  type Statement,
} from '../sql-pool.ts';

/** A sale as its row stands. */
export interface SaleRow {
  readonly facts: SaleFacts;
  readonly snapshot: SaleSnapshot;
  readonly ledgerTransactionId: string | null;
}

/** One line of a sale's timeline; `no` grows and is what a listener resumes from. */
export interface SaleEventRow {
  readonly no: number;
  readonly saleId: string;
  readonly what: string;
  readonly why: string | null;
  readonly state: SaleState;
  readonly at: string;
}

export interface SaleFilter {
  readonly siteId?: string | undefined;
  readonly readerId?: string | undefined;
  readonly state?: SaleState | undefined;
  readonly needsAttention?: boolean | undefined;
  /** Half-open range of creation, ISO 8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The last sale of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** A sale within the caller's scope, or null: a foreign one is as good as none (decisions D54). */
export async function findSale(pool: SqlPool, scope: Scope, id: string): Promise<SaleRow | null> {
  const { sql, values } = saleStatement(scope, id);
  return saleRow((await pool.rows(sql, values))[0]);
}

/** A sale and what is known under the caller's key, in one round trip. */
export async function findSaleAndRequest(
  pool: SqlPool,
  query: { readonly scope: Scope; readonly id: string; readonly request: WriteRequest },
): Promise<{ readonly sale: SaleRow | null; readonly seen: SeenRequest | null }> {
  const [seen, sales] = await pool.rowSets([seenStatement(query.request), saleStatement(query.scope, query.id)]);
  return { sale: saleRow(sales?.[0]), seen: seenRequest(seen) };
}

/** Sales within the caller's scope, the newest first; one more than `limit` when there are further ones. */
export async function listSales(pool: SqlPool, scope: Scope, filter: SaleFilter): Promise<readonly SaleRow[]> {
  const where = new Conditions(scope);
  where.add('site_id = ?', filter.siteId);
  where.add('reader_id = ?', filter.readerId);
  where.add('state = ?', filter.state);
  where.add('created_at >= ?', filter.from === undefined ? undefined : sqlTime(filter.from));
  where.add('created_at < ?', filter.to === undefined ? undefined : sqlTime(filter.to));
  where.add('id < ?', filter.before);
  if (filter.needsAttention !== undefined) where.add(`attention_reason IS ${filter.needsAttention ? 'NOT ' : ''}NULL`);
  const sql = `SELECT ${saleColumns} FROM sale${where.clause()} ORDER BY id DESC LIMIT ?`;
  const rows = await pool.rows(sql, [...where.values, filter.limit + 1]);
  return rows.map((row) => saleRow(row)).filter((row) => row !== null);
}

/** What happened to a sale after event `after`, oldest first. */
export async function saleEvents(pool: SqlPool, saleId: string, after: number): Promise<readonly SaleEventRow[]> {
  return saleEventsOfMany(pool, new Map([[saleId, after]]));
}

/** What happened to several sales, each after its own last known event, in one query. */
export async function saleEventsOfMany(
  pool: SqlPool,
  afterBySale: ReadonlyMap<string, number>,
): Promise<readonly SaleEventRow[]> {
  if (afterBySale.size === 0) return [];
  const condition = [...afterBySale].map(() => '(sale_id = ? AND no > ?)').join(' OR ');
  const rows = await pool.rows(
    `SELECT no, sale_id, what, why, state, occurred_at FROM sale_event WHERE ${condition} ORDER BY no`,
    [...afterBySale].flat(),
  );
  return rows.map(eventRow);
}

function saleStatement(scope: Scope, id: string): Statement {
  const where = new Conditions(scope);
  where.add('id = ?', id);
  return { sql: `SELECT ${saleColumns} FROM sale${where.clause()}`, values: where.values };
}

function saleRow(row: SqlRow | undefined): SaleRow | null {
  if (row === undefined) return null;
  return {
    facts: saleFactsOf(row),
    snapshot: saleSnapshotOf(row),
    ledgerTransactionId: optionalText(row, 'ledger_transaction_id'),
  };
}

function eventRow(row: SqlRow): SaleEventRow {
  return {
    no: numberOf(row, 'no'),
    saleId: textOf(row, 'sale_id'),
    what: textOf(row, 'what'),
    why: optionalText(row, 'why'),
    state: textOf(row, 'state') as SaleState,
    at: isoTime(textOf(row, 'occurred_at')),
  };
}

/** Conditions that begin with the caller's scope, so that no query can be written without it. */
class Conditions {
  readonly values: SqlValue[] = [];
  readonly #texts: string[] = [];

  constructor(scope: Scope) {
    this.add('organisation_id = ?', scope.organisationId ?? undefined);
    this.add('site_id = ?', scope.siteId ?? undefined);
  }

  /** Adds `text`, with its value if it has a place for one; an absent value adds nothing. */
  add(text: string, value?: SqlValue): void {
    if (text.includes('?')) {
      if (value === undefined) return;
      this.values.push(value);
    }
    this.#texts.push(text);
  }

  clause(): string {
    return this.#texts.length === 0 ? '' : ` WHERE ${this.#texts.join(' AND ')}`;
  }
}
