import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { memberMoneyInvariants } from '../../src/entities/payments/member-money-invariants.ts';
import { saleInvariants } from '../../src/entities/counter/sale-invariants.ts';
import { settlementInvariants } from '../../src/entities/settlement/settlement-invariants.ts';
import { bookInvariants } from '../../src/ledger/invariants.ts';
import type { Counter } from './counter.ts';

/** One entry of the book, as tests compare it. */
export interface BookEntry {
  readonly kind: string;
  readonly account: string;
  readonly side: string;
  readonly amount: number;
  readonly type: string;
}

const entriesOf = `SELECT t.kind, a.code AS account, e.side, e.amount_minor AS amount, e.type
  FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
  WHERE t.sale_id = ? AND t.kind = ? ORDER BY t.recorded_at, t.id, e.position`;

/** What the book says of a sale itself, in order; processor fees apart. */
export function bookOf(counter: Counter, saleId: string): Promise<BookEntry[]> {
  return entries(counter, saleId, 'sale');
}

/** The processor fee of a sale, waited for: it is posted by a sweep. */
export async function feeOf(counter: Counter, saleId: string, withinMs = 20_000): Promise<BookEntry[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await entries(counter, saleId, 'processor-fee');
    if (found.length > 0 || Date.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function entries(counter: Counter, saleId: string, kind: string): Promise<BookEntry[]> {
  const connection = await createConnection({ uri: counter.databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(entriesOf, [saleId, kind]);
    return rows.map((row) => ({ ...row })) as BookEntry[];
  } finally {
    await connection.end();
  }
}

/** Every invariant of the book, of sales, members’ money and settlements holds; names the rows that break one. */
export async function expectBooksInOrder(databaseUrl: string): Promise<void> {
  const connection = await createConnection({ uri: databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    const invariants = [...bookInvariants, ...saleInvariants, ...memberMoneyInvariants, ...settlementInvariants];
    for (const { name, sql } of invariants) {
      const [rows] = await connection.query<RowDataPacket[]>(sql);
      if (rows.length > 0) throw new Error(`Broken: ${name}\n${JSON.stringify(rows.slice(0, 5), null, 1)}`);
    }
  } finally {
    await connection.end();
  }
}
