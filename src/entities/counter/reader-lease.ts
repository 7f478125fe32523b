import { siteId, type ReaderId, type SiteId } from '../../domain/ids.ts';
import type { ReaderLeaseKind } from './reader.entity.ts';
import { numberOf, optionalText, textOf, type SqlRow, type SqlTransaction } from '../sql-pool.ts';

/** A reader as its lease has it. */
export interface LeasedReader {
  readonly siteId: SiteId;
  readonly fence: number;
  /** Who holds it now. */
  readonly leaseOwner: string | null;
}

export type LeaseOutcome =
  | { readonly kind: 'taken'; readonly reader: LeasedReader }
  | { readonly kind: 'held'; readonly reader: LeasedReader }
  | { readonly kind: 'removed' };

const takeIfFree = `UPDATE reader SET lease_kind = ?, lease_owner = ?, fence = fence + 1
  WHERE id = ? AND removed_at IS NULL AND lease_owner IS NULL`;
const readLease = 'SELECT site_id, fence, lease_owner, removed_at FROM reader WHERE id = ?';

/**
 * Takes a reader for `owner` by compare-and-set, with the next fencing number. Taking it again as the same owner is
 * harmless; a reader held by somebody else stays theirs, however long (decisions D47).
 */
export async function takeReader(
  transaction: SqlTransaction,
  readerId: ReaderId,
  lease: { kind: ReaderLeaseKind; owner: string },
): Promise<LeaseOutcome> {
  const [, rows] = await transaction.send([
    { sql: takeIfFree, values: [lease.kind, lease.owner, readerId] },
    { sql: readLease, values: [readerId] },
  ]);
  const row = Array.isArray(rows) ? (rows as readonly SqlRow[])[0] : undefined;
  if (row === undefined) throw new Error(`There is no reader ${readerId}.`);
  const leaseOwner = optionalText(row, 'lease_owner');
  const reader = { siteId: siteId(textOf(row, 'site_id')), fence: numberOf(row, 'fence'), leaseOwner };
  if (leaseOwner === lease.owner) return { kind: 'taken', reader };
  return row['removed_at'] === null ? { kind: 'held', reader } : { kind: 'removed' };
}
