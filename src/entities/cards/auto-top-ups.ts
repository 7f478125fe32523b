import type { ProcessorAccountId } from '../../domain/ids.ts';
import { AutoTopUp } from './auto-top-up.entity.ts';
import { unitOfWork, type Orm } from '../orm.ts';
import { sqlTime, type SqlPool, type SqlValue } from '../sql-pool.ts';

/** Members' automatic top-ups as the API reads and sets them; charges are the workflow's. */
export class AutoTopUps {
  readonly #orm: Orm;
  readonly #pool: SqlPool;

  constructor(orm: Orm, pool: SqlPool) {
    this.#orm = orm;
    this.#pool = pool;
  }

  /** Null when the member never asked for one. */
  async find(memberId: string): Promise<AutoTopUp | null> {
    return unitOfWork(this.#orm).findOne(AutoTopUp, { memberId: memberId as AutoTopUp['memberId'] });
  }

  /** Makes the member's row, off and with the default amount; one that is there stays as it is (W-34). */
  async ensure(memberId: string, made: { account: ProcessorAccountId; amountMinor: number }): Promise<void> {
    await this.#pool.run(
      `INSERT INTO auto_top_up (member_id, state, amount_minor, processor_account_id, updated_at) VALUES (?, 'off', ?, ?, ?)
       ON DUPLICATE KEY UPDATE amount_minor = COALESCE(amount_minor, VALUES(amount_minor))`,
      [memberId, made.amountMinor, made.account, now()],
    );
  }

  /** Remembers the member's customer, once for ever. */
  async keepCustomer(memberId: string, customerRef: string): Promise<void> {
    await this.#pool.run('UPDATE auto_top_up SET customer_ref = ? WHERE member_id = ? AND customer_ref IS NULL', [
      customerRef,
      memberId,
    ]);
  }

  /** Changes columns of the member's own choice, or of its state from one of `from`; answers whether it was there. */
  async change(
    memberId: string,
    set: Readonly<Record<string, SqlValue>>,
    from?: readonly AutoTopUp['state'][],
  ): Promise<boolean> {
    const columns = Object.keys(set).map((column) => `${column} = ?`);
    const states = from === undefined ? '' : ` AND state IN (${from.map(() => '?').join(', ')})`;
    const touched = await this.#pool.run(
      `UPDATE auto_top_up SET ${[...columns, 'updated_at = ?', 'version = version + 1'].join(', ')} WHERE member_id = ?${states}`,
      [...Object.values(set), now(), memberId, ...(from ?? [])],
    );
    return touched === 1;
  }
}

function now(): string {
  return sqlTime(new Date().toISOString());
}
