import {
  organisationId,
  processorAccountId,
  readerId,
  siteId,
  type ApiKeyId,
  type IdempotencyRequestId,
  type OrganisationId,
  type ProcessorAccountId,
  type ReaderId,
  type SaleId,
  type SiteId,
} from '../../domain/ids.ts';
import type { Scope } from '../../domain/principal.ts';
import type { CaptureMode, TipMode } from '../../domain/counter/sale.ts';
import { retryDeadlock } from '../deadlock.ts';
import { claimStatement, seenRequest, seenStatement, type SeenRequest, type WriteRequest } from '../idempotency.ts';
import type { SaleFacts } from './sale-facts.ts';
import {
  optionalText,
  sqlTime,
  textOf,
  type SqlPool,
  type SqlRow,
  type SqlValue,
  type Statement,
} from '../sql-pool.ts';

/** How a caller names a site: its identifier, its slug, or its number (decisions D62). */
export type SiteRef =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'slug'; readonly slug: string }
  | { readonly kind: 'no'; readonly no: number };

/** The counter at which a sale is asked for, as far as a sale must know it. */
export interface Counter {
  readonly siteId: SiteId;
  readonly siteName: string;
  readonly organisationId: OrganisationId;
  readonly organisationOpen: boolean;
  readonly processorAccountId: ProcessorAccountId;
  readonly currency: string;
  readonly captureMode: CaptureMode;
  readonly reader: { readonly id: ReaderId; readonly label: string; readonly removed: boolean } | null;
}

/** Everything that is needed to decide on a sale, read in one round trip. */
export interface Intake {
  readonly seen: SeenRequest | null;
  readonly counter: Counter | null;
}

export interface IntakeQuery {
  readonly scope: Scope;
  readonly site: SiteRef;
  readonly reader: string;
  readonly request: WriteRequest;
}

/** Reads what is known under the caller's key, and the counter, if it is within the caller's scope. */
export async function readIntake(pool: SqlPool, query: IntakeQuery): Promise<Intake> {
  const [seen, counters] = await pool.rowSets([seenStatement(query.request), counterStatement(query)]);
  const row = counters?.[0];
  return { seen: seenRequest(seen), counter: row === undefined ? null : counterOf(row) };
}

function counterStatement({ site, scope, reader }: IntakeQuery): Statement {
  const conditions = [`s.${site.kind} = ?`];
  const values: SqlValue[] = [reader, siteValue(site)];
  if (scope.organisationId !== null) {
    conditions.push('s.organisation_id = ?');
    values.push(scope.organisationId);
  }
  if (scope.siteId !== null) {
    conditions.push('s.id = ?');
    values.push(scope.siteId);
  }
  const sql = `SELECT s.id, s.name, s.organisation_id, s.processor_account_id, s.currency, s.capture_mode, o.status,
      r.id AS reader_id, r.label AS reader_label, r.removed_at
    FROM site s JOIN organisation o ON o.id = s.organisation_id LEFT JOIN reader r ON r.id = ? AND r.site_id = s.id
    WHERE ${conditions.join(' AND ')}`;
  return { sql, values };
}

function siteValue(site: SiteRef): SqlValue {
  switch (site.kind) {
    case 'id':
      return site.id;
    case 'slug':
      return site.slug;
    case 'no':
      return site.no;
  }
}

function counterOf(row: SqlRow): Counter {
  const reader = optionalText(row, 'reader_id');
  return {
    siteId: siteId(textOf(row, 'id')),
    siteName: textOf(row, 'name'),
    organisationId: organisationId(textOf(row, 'organisation_id')),
    organisationOpen: row['status'] === 'active',
    processorAccountId: processorAccountId(textOf(row, 'processor_account_id')),
    currency: textOf(row, 'currency'),
    captureMode: row['capture_mode'] === 'manual' ? 'manual' : 'automatic',
    reader:
      reader === null
        ? null
        : { id: readerId(reader), label: textOf(row, 'reader_label'), removed: row['removed_at'] !== null },
  };
}

/** A sale as it is asked for; amounts are minor units of `currency`. */
export interface NewSale {
  readonly id: SaleId;
  readonly counter: Counter;
  readonly readerId: ReaderId;
  readonly amountMinor: number;
  readonly tipMinor: number;
  readonly description: string | null;
  readonly captureMode: CaptureMode;
  readonly tipMode: TipMode;
  readonly apiKeyId: ApiKeyId;
  readonly keyName: string;
  readonly createdAt: string;
}

/**
 * Writes the caller's claim, the sale and its first event as one transaction in one packet: the intention stands
 * before the world is asked. Throws the duplicate-key error when the key was claimed meanwhile. Answers the facts that
 * never change.
 */
export async function insertSale(
  pool: SqlPool,
  claim: { readonly id: IdempotencyRequestId; readonly request: WriteRequest },
  sale: NewSale,
): Promise<SaleFacts> {
  const statements = [
    claimStatement(claim.id, claim.request, { resourceId: sale.id, createdAt: sale.createdAt }),
    saleStatement(sale),
    eventStatement(sale),
  ];
  // Callers with the same new key can deadlock in the unique index; whoever lost finds the winner's row next time.
  const [, no] = await retryDeadlock(() => pool.transact(statements));
  return {
    id: sale.id,
    no: no ?? 0,
    organisationId: sale.counter.organisationId,
    siteId: sale.counter.siteId,
    currency: sale.counter.currency,
    amountMinor: sale.amountMinor,
    description: sale.description,
    captureMode: sale.captureMode,
    tipMode: sale.tipMode,
    createdAt: sale.createdAt,
  };
}

function saleStatement(sale: NewSale): Statement {
  const at = sqlTime(sale.createdAt);
  return {
    sql: `INSERT INTO sale (id, organisation_id, site_id, processor_account_id, currency, amount_minor, tip_minor, description,
      collection, reader_id, capture_mode, tip_mode, actor, api_key_id, state, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'reader', ?, ?, ?, ?, ?, 'created', ?, ?)`,
    values: [
      sale.id,
      sale.counter.organisationId,
      sale.counter.siteId,
      sale.counter.processorAccountId,
      sale.counter.currency,
      sale.amountMinor,
      sale.tipMinor,
      sale.description,
      sale.readerId,
      sale.captureMode,
      sale.tipMode,
      sale.apiKeyId,
      sale.apiKeyId,
      at,
      at,
    ],
  };
}

function eventStatement(sale: NewSale): Statement {
  return {
    sql: `INSERT INTO sale_event (sale_id, occurred_at, what, why, state) VALUES (?, ?, 'created', ?, 'created')`,
    values: [sale.id, sqlTime(sale.createdAt), `by ${sale.keyName}`],
  };
}

/** Whether `reader` is one of the site's that was not removed. */
export async function hasReader(pool: SqlPool, siteId: string, reader: string): Promise<boolean> {
  const found = await pool.rows('SELECT 1 FROM reader WHERE id = ? AND site_id = ? AND removed_at IS NULL', [
    reader,
    siteId,
  ]);
  return found.length === 1;
}
