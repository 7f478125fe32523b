import { numberOf, sqlTime, textOf, type SqlPool, type SqlRow } from './sql-pool.ts';

/** Who takes mails that are due: how many, and for how long they are theirs alone. */
export interface MailWish {
  readonly now: Date;
  readonly limit: number;
  readonly leaseMs: number;
}

/** Tables whose rows are sent by e-mail; they share the columns of sending. */
export type MailTable = 'notice' | 'organisation_letter';

/**
 * Of `due` rows of `table`, those that are ours now: each is taken by compare-and-set, so that two processes never hold
 * the same one, and a taker that dies leaves it due again after its lease.
 */
export async function leaseMails(
  pool: SqlPool,
  table: MailTable,
  { due, wish }: { readonly due: readonly SqlRow[]; readonly wish: MailWish },
): Promise<readonly SqlRow[]> {
  const at = sqlTime(wish.now.toISOString());
  const leasedUntil = sqlTime(new Date(wish.now.getTime() + wish.leaseMs).toISOString());
  const mine: SqlRow[] = [];
  for (const row of due) {
    const hit = await pool.run(
      `UPDATE ${table} SET attempts = attempts + 1, due_at = ?
       WHERE id = ? AND state = 'pending' AND attempts = ? AND due_at <= ?`,
      [leasedUntil, textOf(row, 'id'), numberOf(row, 'attempts'), at],
    );
    if (hit === 1) mine.push(row);
  }
  return mine;
}
