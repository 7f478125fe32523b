import type { SqlEntityManager } from '@mikro-orm/sql';
import type { ReaderId } from '../domain/ids.ts';
import { Reader, type ReaderLeaseKind } from './reader.entity.ts';

export type LeaseOutcome =
  | { readonly kind: 'taken'; readonly reader: Reader }
  | { readonly kind: 'held'; readonly reader: Reader }
  | { readonly kind: 'removed' };

const takeIfFree = `UPDATE reader SET lease_kind = ?, lease_owner = ?, fence = fence + 1
  WHERE id = ? AND removed_at IS NULL AND lease_owner IS NULL`;

/**
 * Takes a reader for `owner` by compare-and-set, with the next fencing number. Taking it again as the same owner is
 * harmless; a reader held by somebody else stays theirs, however long (decisions D47). Call it within a transaction.
 */
export async function takeReader(
  em: SqlEntityManager,
  readerId: ReaderId,
  lease: { kind: ReaderLeaseKind; owner: string },
): Promise<LeaseOutcome> {
  await em.getConnection().execute(takeIfFree, [lease.kind, lease.owner, readerId], 'run', em.getTransactionContext());
  const reader = await em.findOneOrFail(Reader, { id: readerId }, { refresh: true });
  if (reader.leaseOwner === lease.owner) return { kind: 'taken', reader };
  return reader.removedAt ? { kind: 'removed' } : { kind: 'held', reader };
}
