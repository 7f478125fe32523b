import { sqlTime, textOf, type SqlPool } from './sql-pool.ts';

/** Sales that were written down and of which nothing came. */
export class UnbegunSales {
  readonly #pool: SqlPool;

  constructor(pool: SqlPool) {
    this.#pool = pool;
  }

  /** Ids of sales still `created` that were made before `before` (ISO 8601), the oldest first. */
  async olderThan(before: string, limit: number): Promise<readonly string[]> {
    const rows = await this.#pool.rows(
      `SELECT id FROM sale WHERE state = 'created' AND created_at < ? ORDER BY id LIMIT ${limit}`,
      [sqlTime(before)],
    );
    return rows.map((row) => textOf(row, 'id'));
  }
}
