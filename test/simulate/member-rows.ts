import { openDatabase } from '../support/database.ts';
import type { Counter } from '../support/counter.ts';

/** Rows of one query on the system's database. */
export async function ask<T>(counter: Counter, sql: string, values: readonly string[]): Promise<T[]> {
  const connection = await openDatabase(counter.databaseUrl);
  try {
    const [rows] = await connection.query(sql, [...values]);
    return rows as T[];
  } finally {
    await connection.end();
  }
}

/** A card payment of a member. */
export interface CardPayment {
  readonly topUp: string;
  readonly paymentRef: string;
}

/** The member's newest card money that came; undefined when there was none. */
export async function newestCard(counter: Counter, member: string): Promise<CardPayment | undefined> {
  const [card] = await ask<CardPayment>(
    counter,
    `SELECT id AS topUp, payment_ref AS paymentRef FROM top_up
     WHERE member_id = ? AND state IN ('succeeded', 'late') ORDER BY id DESC LIMIT 1`,
    [member],
  );
  return card;
}

/** The saved card as the processor knows it; null without one. */
export async function savedCard(counter: Counter, member: string): Promise<string | null> {
  const sql = 'SELECT payment_method_ref AS ref FROM auto_top_up WHERE member_id = ?';
  return (await ask<{ ref: string | null }>(counter, sql, [member]))[0]?.ref ?? null;
}
