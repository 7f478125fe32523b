import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../domain/errors.ts';
import type { Rider } from '../ledger/riders.ts';

/**
 * Carries out rows' changes that no posting carries, in the caller's transaction. An update that hits no row means
 * that somebody else moved first: `conflict`, and nothing is kept.
 */
export async function applyRiders(em: SqlEntityManager, riders: readonly Rider[]): Promise<void> {
  for (const rider of riders) {
    if ('insert' in rider) await run(em, ...insertOf(rider));
    else if ((await run(em, ...updateOf(rider))) === 0) {
      throw new DomainError('conflict', `${rider.update} ${JSON.stringify(rider.key)} was changed by somebody else.`);
    }
  }
}

type Statement = readonly [sql: string, values: readonly unknown[]];

function insertOf(rider: Extract<Rider, { insert: string }>): Statement {
  const columns = Object.keys(rider.row);
  const places = columns.map(() => '?').join(', ');
  return [`INSERT INTO ${rider.insert} (${columns.join(', ')}) VALUES (${places})`, Object.values(rider.row)];
}

function updateOf(rider: Extract<Rider, { update: string }>): Statement {
  const versioned = rider.expectedVersion !== undefined;
  const set = [
    ...Object.keys(rider.set).map((column) => `${column} = ?`),
    ...(versioned ? ['version = version + 1'] : []),
  ];
  const key = { ...rider.key, ...(versioned ? { version: rider.expectedVersion } : {}) };
  const where = Object.keys(key).map((column) => `${column} = ?`);
  const sql = `UPDATE ${rider.update} SET ${set.join(', ')} WHERE ${where.join(' AND ')}`;
  return [sql, [...Object.values(rider.set), ...Object.values(key)]];
}

async function run(em: SqlEntityManager, sql: string, values: readonly unknown[]): Promise<number> {
  const result = await em
    .getConnection()
    .execute<{ affectedRows: number }>(sql, [...values], 'run', em.getTransactionContext());
  return result.affectedRows;
}
