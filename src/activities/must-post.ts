import { DomainError } from '../domain/errors.ts';
import type { NewLedgerTransaction } from '../domain/ledger.ts';
import type { Poster } from '../ledger/poster-contract.ts';
import type { Rider } from '../ledger/riders.ts';

/**
 * Posts what has happened in the world already, so that the book has no say in it. Throws `conflict` when a row was moved
 * since it was read: the activity is tried again and reads it afresh.
 */
export async function mustPost(
  { poster }: { readonly poster: Poster },
  transaction: NewLedgerTransaction,
  onSuccess: readonly Rider[],
): Promise<void> {
  const result = await poster.post(transaction, { onSuccess });
  if (result.kind === 'posted') return;
  if (result.code === 'conflict') throw new DomainError('conflict', `${transaction.opKey} met another change.`);
  throw new Error(`The book refused ${transaction.opKey}: ${result.code}`);
}
