import { isoTime, optionalTime, sqlTime, textOf, type SqlPool } from './sql-pool.ts';

/** An account whose processor events are to be read back, and from when on. */
export interface AccountToSweep {
  readonly processorAccountId: string;
  /** ISO 8601: how far earlier sweeps came, or when the oldest of what waits was made. */
  readonly readUntil: string;
  /** Nothing of it waits: what is found was made at the processor, such as a refund or a dispute. */
  readonly isQuiet: boolean;
}

/** Which accounts the sweeps have to look at; constant cost, whatever the number of sales (decisions D48, D49). */
export class AccountSweeps {
  readonly #pool: SqlPool;

  constructor(pool: SqlPool) {
    this.#pool = pool;
  }

  /** Accounts with sales that wait for their processor. */
  async withOpenSales(): Promise<readonly AccountToSweep[]> {
    const rows = await this.#pool.rows(
      `SELECT a.id, a.events_read_until, MIN(s.created_at) AS oldest FROM sale s
       JOIN processor_account a ON a.id = s.processor_account_id
       WHERE s.state IN ('dispatching', 'awaiting_card', 'declined', 'authorized', 'capturing', 'unresolved')
         AND a.provider = 'stripe'
       GROUP BY a.id, a.events_read_until`,
    );
    return rows.map((row) => ({
      processorAccountId: textOf(row, 'id'),
      readUntil: optionalTime(row, 'events_read_until') ?? isoTime(textOf(row, 'oldest')),
      isQuiet: false,
    }));
  }

  /**
   * Accounts that cards were charged or saved at, and that nobody has read since `before` (ISO 8601). Money may go back
   * there at any time, and the account of members' cards sells nothing by which it would be read.
   */
  async quietSince(before: string): Promise<readonly AccountToSweep[]> {
    const rows = await this.#pool.rows(
      `SELECT a.id, a.events_read_until, a.created_at FROM processor_account a
       WHERE a.provider = 'stripe' AND (a.events_read_until IS NULL OR a.events_read_until < ?)
         AND (EXISTS (SELECT 1 FROM card_transaction c WHERE c.processor_account_id = a.id)
           OR EXISTS (SELECT 1 FROM auto_top_up t WHERE t.processor_account_id = a.id))`,
      [sqlTime(before)],
    );
    return rows.map((row) => ({
      processorAccountId: textOf(row, 'id'),
      readUntil: optionalTime(row, 'events_read_until') ?? isoTime(textOf(row, 'created_at')),
      isQuiet: true,
    }));
  }

  /** Remembers that the events up to `until` (ISO 8601) are in the inbox; never goes back. */
  async readUntil(processorAccountId: string, until: string): Promise<void> {
    await this.#pool.run(
      `UPDATE processor_account SET events_read_until = ?
       WHERE id = ? AND (events_read_until IS NULL OR events_read_until < ?)`,
      [sqlTime(until), processorAccountId, sqlTime(until)],
    );
  }

  /**
   * Accounts with captures whose fee is not known, asked for again each time the wait has doubled, so that a fee which
   * never comes does not keep the sweep busy.
   */
  async withUnknownFees(now: string): Promise<readonly string[]> {
    const rows = await this.#pool.rows(
      `SELECT DISTINCT processor_account_id FROM card_transaction
       WHERE state = 'captured' AND balance_transaction_ref IS NULL AND charge_ref IS NOT NULL AND (fee_checked_at IS NULL
         OR TIMESTAMPDIFF(SECOND, captured_at, ?) >= 2 * TIMESTAMPDIFF(SECOND, captured_at, fee_checked_at))`,
      [sqlTime(now)],
    );
    return rows.map((row) => textOf(row, 'processor_account_id'));
  }
}
