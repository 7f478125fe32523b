import { sqlTime, textOf, type SqlPool, type SqlRow } from '../sql-pool.ts';

/** Sales and members' money that were written down and of which nothing came. */
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

  /** Members' payments, batches, chosen top-ups and refunds that were made before `before` and of which nothing came. */
  async moneyOlderThan(before: string, limit: number): Promise<UnbegunMoney> {
    const at = [sqlTime(before)];
    const old = `state = 'created' AND created_at < ?`;
    const [payments = [], batches = [], topUps = [], refunds = [], internalRefunds = [], corrections = []] =
      await this.#pool.rowSets([
        { sql: `SELECT id FROM payment WHERE ${old} AND batch_id IS NULL ORDER BY id LIMIT ${limit}`, values: at },
        {
          sql: `SELECT DISTINCT batch_id AS id FROM payment WHERE ${old} AND batch_id IS NOT NULL LIMIT ${limit}`,
          values: at,
        },
        { sql: `SELECT id FROM top_up WHERE ${old} AND kind = 'manual' ORDER BY id LIMIT ${limit}`, values: at },
        { sql: `SELECT id FROM refund WHERE ${old} ORDER BY id LIMIT ${limit}`, values: at },
        { sql: `SELECT id FROM internal_refund WHERE ${old} ORDER BY id LIMIT ${limit}`, values: at },
        { sql: `SELECT id FROM correction WHERE ${old} ORDER BY id LIMIT ${limit}`, values: at },
      ]);
    const ids = (rows: readonly SqlRow[]): string[] => rows.map((row) => textOf(row, 'id'));
    return {
      payments: ids(payments),
      batches: ids(batches),
      topUps: ids(topUps),
      refunds: ids(refunds),
      internalRefunds: ids(internalRefunds),
      corrections: ids(corrections),
    };
  }
}

/** Identifiers of what nobody began. */
export interface UnbegunMoney {
  readonly payments: readonly string[];
  readonly batches: readonly string[];
  readonly topUps: readonly string[];
  readonly refunds: readonly string[];
  readonly internalRefunds: readonly string[];
  readonly corrections: readonly string[];
}
