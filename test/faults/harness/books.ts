import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import type { ControlClient } from '../../../simulator/control-client.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

/** What both sides hold when a fault is over: equal to the cent, or `proveBooks` has thrown. */
export interface Proof {
  readonly sales: number;
  readonly posted: number;
  /** Minor units that the simulator captured and the book holds, all currencies added up. */
  readonly capturedMinor: number;
  readonly feesMinor: number;
}

/** A `Counter` of test/support is such a place, and so is a world of processes. */
export interface Place {
  readonly control: ControlClient;
  readonly databaseUrl: string;
}

/**
 * After a fault: every invariant holds, no sale was made, authorized or captured twice at the processor, and what its
 * counters say was captured, refunded and charged as fees is in the book, sale by sale and in all. Fees are waited
 * for, since a sweep posts them.
 * @throws Error that says which side holds what
 */
export async function proveBooks(place: Place, { feesWithinMs = 30_000 } = {}): Promise<Proof> {
  const connection = await createConnection({ uri: place.databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    await feesBooked(place, connection, feesWithinMs);
    await expectBooksInOrder(place.databaseUrl);
    return await compare(place, connection);
  } finally {
    await connection.end();
  }
}

/** Waits until the book holds every fee that the processor charged, by currency; a sweep posts them. */
export async function feesBooked({ control }: Place, connection: Connection, withinMs: number): Promise<void> {
  const differ = async (): Promise<string> => {
    const booked = await sums(connection, 'processor-fee', 'credit');
    const { by_currency: totals } = await control.counters();
    const wrong = Object.entries(totals).filter(([code, { fees_minor: fee }]) => fee !== (booked.get(code) ?? 0));
    return wrong.map(([code, { fees_minor: fee }]) => `${code}: processor ${fee}, book ${booked.get(code)}`).join('; ');
  };
  let told = '';
  await until(async () => (told = await differ()) === '', { withinMs, everyMs: 100 }).catch(async () => {
    const [open] = await connection.query<RowDataPacket[]>(
      'SELECT *, UTC_TIMESTAMP(6) AS now FROM card_transaction WHERE balance_transaction_ref IS NULL',
    );
    throw new Error(`Processor fees differ after ${withinMs} ms: ${told}; without a fee: ${JSON.stringify(open)}`);
  });
}

async function compare({ control }: Place, connection: Connection): Promise<Proof> {
  const [sales] = await connection.query<RowDataPacket[]>('SELECT id, state, captured_minor FROM sale');
  const { by_currency: totals, by_metadata: each } = await control.counters();
  for (const sale of sales) {
    const there = each['sale_id']?.[String(sale['id'])];
    const more = Math.max(there?.intents ?? 0, there?.authorizations ?? 0, there?.captures ?? 0);
    const taken = there?.captured_minor ?? 0;
    if (more > 1 || taken !== Number(sale['captured_minor'])) {
      throw new Error(`Sale and processor differ: ${JSON.stringify({ sale, there })}`);
    }
  }
  const booked = await sums(connection, 'sale', 'debit');
  for (const [code, { captured_minor: captured }] of Object.entries(totals)) {
    if (captured === (booked.get(code) ?? 0)) continue;
    throw new Error(`${code}: the processor captured ${captured} and the book holds ${booked.get(code) ?? 0}.`);
  }
  const all = Object.values(totals);
  return {
    sales: sales.length,
    posted: sales.filter((sale) => sale['state'] === 'posted').length,
    capturedMinor: all.reduce((sum, { captured_minor: minor }) => sum + minor, 0),
    feesMinor: all.reduce((sum, { fees_minor: minor }) => sum + minor, 0),
  };
}

/** What the processor's accounts were debited or credited with by one kind of transaction, by currency in lower case. */
export async function sums(
  connection: Connection,
  kind: string,
  side: 'debit' | 'credit',
): Promise<Map<string, number>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT LOWER(a.currency) AS currency, CAST(SUM(e.amount_minor) AS SIGNED) AS minor FROM ledger_transaction t
     JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
     WHERE t.kind = ? AND e.side = ? AND a.code LIKE 'processor/%' GROUP BY a.currency`,
    [kind, side],
  );
  return new Map(rows.map((row) => [String(row['currency']), Number(row['minor'])]));
}
