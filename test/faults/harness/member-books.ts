import { createConnection, type Connection } from 'mysql2/promise';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';
import { feesBooked, sums, type Place } from './books.ts';

/** What processor and book both hold of members' card money, in minor units, all currencies added up. */
export interface MemberProof {
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  /** Payments that the processor captured. */
  readonly captures: number;
  /** Refunds that it made. */
  readonly refunds: number;
}

/**
 * After a fault to members' money: every invariant holds, no top-up has more than one payment at the processor and no
 * refund more than one there, and what was captured, given back and kept as fees is in the book to the cent.
 * @throws Error that says which side holds what
 */
export async function proveMemberBooks(place: Place): Promise<MemberProof> {
  const connection = await createConnection({ uri: place.databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    await feesBooked(place, connection, 30_000);
    let told = '';
    const agree = async (): Promise<boolean> => (told = await differences(place, connection)) === '';
    await until(agree, { withinMs: 15_000, everyMs: 100 }).catch(() => {
      throw new Error(`Processor and book differ: ${told}`);
    });
    await expectBooksInOrder(place.databaseUrl);
    await expectNoDoubles(place);
    return await figuresOf(place);
  } finally {
    await connection.end();
  }
}

async function differences({ control }: Place, connection: Connection): Promise<string> {
  const cardIn = await sums(connection, 'card-in', 'debit');
  const late = await sums(connection, 'late-money', 'debit');
  const back = await sums(connection, 'refund-confirmed', 'credit');
  const { by_currency: totals } = await control.counters();
  return Object.entries(totals)
    .flatMap(([code, { captured_minor: captured, refunded_minor: refunded }]) => {
      const booked = (cardIn.get(code) ?? 0) + (late.get(code) ?? 0);
      const given = back.get(code) ?? 0;
      return [
        ...(captured === booked ? [] : [`${code}: captured ${captured}, booked ${booked}`]),
        ...(refunded === given ? [] : [`${code}: refunded ${refunded}, booked ${given}`]),
      ];
    })
    .join('; ');
}

async function expectNoDoubles({ control }: Place): Promise<void> {
  const { by_metadata: each } = await control.counters();
  for (const [topUp, { intents, captures }] of Object.entries(each['top_up_id'] ?? {})) {
    if (intents > 1 || captures > 1) throw new Error(`${topUp} has ${intents} payments, ${captures} captured.`);
  }
  for (const [refund, made] of Object.entries(each['refund_id'] ?? {})) {
    const count = made.refunds + made.pending_refunds + made.failed_refunds;
    if (count > 1) throw new Error(`${refund} was made ${count} times at the processor.`);
  }
}

async function figuresOf({ control }: Place): Promise<MemberProof> {
  const { by_currency: totals, totals: all } = await control.counters();
  const currencies = Object.values(totals);
  return {
    capturedMinor: currencies.reduce((sum, { captured_minor: minor }) => sum + minor, 0),
    refundedMinor: currencies.reduce((sum, { refunded_minor: minor }) => sum + minor, 0),
    captures: all.captures,
    refunds: all.refunds,
  };
}
