import { optionalText, numberOf, textOf, isoTime, type SqlPool, type SqlRow } from '../../entities/sql-pool.ts';

/** One settlement of one organisation, as finance looks back on it (cobalt.md 2.14, settlement history). */
export interface SettlementHistoryLine {
  readonly payoutId: string;
  readonly no: number;
  readonly settledAt: string;
  readonly period: string;
  readonly organisationId: string;
  readonly organisation: string;
  /** Never the whole account; null where nothing goes to a bank. */
  readonly bank: string | null;
  readonly currency: string;
  /** Below zero: what left the organisation's balance. */
  readonly debitMinor: number;
  /** What its bank gets. */
  readonly bankTransferMinor: number;
  readonly state: string;
}

export interface HistoryCut {
  /** Half-open, ISO 8601 UTC. */
  readonly from?: string | undefined;
  readonly before?: string | undefined;
  readonly organisation?: string | undefined;
  readonly after: string | null;
  readonly limit: number;
}

/** The newest first; `limit` at most. */
export async function readSettlementHistory(pool: SqlPool, cut: HistoryCut): Promise<readonly SettlementHistoryLine[]> {
  const conditions = [
    ['p.created_at >= ?', cut.from && sqlText(cut.from)],
    ['p.created_at < ?', cut.before && sqlText(cut.before)],
    ['p.organisation_id = ?', cut.organisation],
    ['p.id < ?', cut.after],
  ].flatMap(([sql, value]) => (typeof sql === 'string' && typeof value === 'string' ? [{ sql, value }] : []));
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
  const rows = await pool.rows(
    `SELECT p.id, p.no, p.created_at, p.period, p.organisation_id, o.name, b.masked, p.currency, p.settled_minor, p.amount_minor, p.state
     FROM payout p JOIN organisation o ON o.id = p.organisation_id LEFT JOIN bank_detail b ON b.id = p.bank_detail_id
     ${where} ORDER BY p.id DESC LIMIT ?`,
    [...conditions.map(({ value }) => value), cut.limit],
  );
  return rows.map(lineOf);
}

function lineOf(row: SqlRow): SettlementHistoryLine {
  return {
    payoutId: textOf(row, 'id'),
    no: numberOf(row, 'no'),
    settledAt: isoTime(textOf(row, 'created_at')),
    period: textOf(row, 'period'),
    organisationId: textOf(row, 'organisation_id'),
    organisation: textOf(row, 'name'),
    bank: optionalText(row, 'masked'),
    currency: textOf(row, 'currency'),
    debitMinor: -numberOf(row, 'settled_minor'),
    bankTransferMinor: numberOf(row, 'amount_minor'),
    state: textOf(row, 'state'),
  };
}

function sqlText(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '');
}
