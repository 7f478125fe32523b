import { DomainError } from '../../domain/errors.ts';
import type { DifferenceKind, DifferenceState } from '../../domain/reconciliation/reconciliation.ts';
import { numberOf, optionalText, optionalTime, isoTime, textOf, type SqlPool, type SqlRow } from '../sql-pool.ts';

/** A difference as people read it; amounts are signed minor units, times ISO 8601 UTC. */
export interface ShownDifference {
  readonly id: string;
  readonly no: number;
  readonly place: string;
  readonly subject: string;
  readonly kind: DifferenceKind;
  readonly state: DifferenceState;
  readonly currency: string;
  readonly theirsMinor: number | null;
  readonly oursMinor: number | null;
  readonly theirsRef: string | null;
  readonly transactionId: string | null;
  readonly detail: string;
  readonly decision: string | null;
  readonly reason: string | null;
  readonly decidedBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
  readonly version: number;
}

export interface DifferenceQuery {
  readonly limit: number;
  /** The number of the last one of the page before. */
  readonly after: number | null;
  readonly state: DifferenceState | null;
  readonly kind: DifferenceKind | null;
  readonly place: string | null;
}

/** Differences in the order in which they were found. */
export async function listDifferences(pool: SqlPool, query: DifferenceQuery): Promise<readonly ShownDifference[]> {
  const { state, kind, place } = query;
  const rows = await pool.rows(
    `SELECT * FROM reconciliation_difference WHERE no > ? AND (? IS NULL OR state = ?) AND (? IS NULL OR kind = ?)
       AND (? IS NULL OR place = ?) ORDER BY no LIMIT ?`,
    [query.after ?? 0, state, state, kind, kind, place, place, query.limit],
  );
  return rows.map(shown);
}

/** The difference named `id`. Throws `not_found`. */
export async function loadDifference(pool: Pick<SqlPool, 'rows'>, id: string): Promise<ShownDifference> {
  const [row] = await pool.rows('SELECT * FROM reconciliation_difference WHERE id = ?', [id]);
  if (row === undefined) throw new DomainError('not_found', 'There is no such difference.');
  return shown(row);
}

function shown(row: SqlRow): ShownDifference {
  const optionalNumber = (column: string) => (row[column] === null ? null : numberOf(row, column));
  return {
    id: textOf(row, 'id'),
    no: numberOf(row, 'no'),
    place: textOf(row, 'place'),
    subject: textOf(row, 'subject'),
    kind: textOf(row, 'kind') as DifferenceKind,
    state: textOf(row, 'state') as DifferenceState,
    currency: textOf(row, 'currency'),
    theirsMinor: optionalNumber('theirs_minor'),
    oursMinor: optionalNumber('ours_minor'),
    theirsRef: optionalText(row, 'theirs_ref'),
    transactionId: optionalText(row, 'transaction_id'),
    detail: textOf(row, 'detail'),
    decision: optionalText(row, 'decision'),
    reason: optionalText(row, 'reason'),
    decidedBy: optionalText(row, 'decided_by'),
    createdAt: isoTime(textOf(row, 'created_at')),
    updatedAt: isoTime(textOf(row, 'updated_at')),
    closedAt: optionalTime(row, 'closed_at'),
    version: numberOf(row, 'version'),
  };
}
