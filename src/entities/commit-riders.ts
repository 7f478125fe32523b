import { DomainError } from '../domain/errors.ts';
import type { Rider } from '../ledger/riders.ts';
import { riderStatement } from '../ledger/rider-statements.ts';
import type { Sent, SqlPool, SqlTransaction } from './sql-pool.ts';

/**
 * Commits rows' changes that no posting carries, all or none. An update that hits no row means that somebody else
 * moved first: `conflict`, and nothing is kept.
 */
export async function commitRiders(pool: SqlPool, riders: readonly Rider[]): Promise<void> {
  if (riders.length === 0) return;
  await pool.transaction((transaction) => sendRiders(transaction, riders));
}

/** The same within a transaction that began with a decision of its own. */
export async function sendRiders(transaction: SqlTransaction, riders: readonly Rider[]): Promise<void> {
  const sent = await transaction.send(riders.map((rider) => ({ sql: riderStatement(rider), values: [] })));
  const missed = riders.find((rider, index) => 'update' in rider && hits(sent[index]) === 0);
  if (missed === undefined || !('update' in missed)) return;
  throw new DomainError('conflict', `${missed.update} ${JSON.stringify(missed.key)} was changed by somebody else.`);
}

function hits(sent: Sent | undefined): number {
  return sent !== undefined && 'affectedRows' in sent ? sent.affectedRows : 0;
}
