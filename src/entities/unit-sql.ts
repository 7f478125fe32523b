import type { SqlEntityManager } from '@mikro-orm/sql';
import type { SqlPool, SqlRow, SqlValue, Statement } from './sql-pool.ts';

/** Reads by plain SQL within the transaction of `em`, as the pool's `rows` reads outside of it. */
export function rowsIn(em: SqlEntityManager): Pick<SqlPool, 'rows'> {
  return {
    async rows(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]> {
      return em.execute<SqlRow[]>(sql, [...(values ?? [])]);
    },
  };
}

/** Runs a statement within the transaction of `em`; answers how many rows it touched. */
export async function runIn(em: SqlEntityManager, { sql, values }: Statement): Promise<number> {
  const done: { affectedRows: number } = await em.execute(sql, [...values], 'run');
  return done.affectedRows;
}
