import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { give, member, noon, openBook, organisation, posted, type TestBook } from './book.ts';

/** A row of the posting table: what it is called, its posting, its op_key, and its legs with amounts by hand. */
export type PostingRow = readonly [
  row: string,
  make: () => NewLedgerTransaction | null,
  opKey: string,
  legs: readonly string[],
];

export const at = { occurredAt: noon, description: 'd' };
export const stripePlace = { provider: 'stripe', externalRef: 'acct_1' } as const;

/** A book whose members m1, m2 and organisation o1 have plenty, for the file that calls this. */
export function bookOfPlenty(): { readonly book: TestBook } {
  const held: { book: TestBook } = { book: undefined as never };
  beforeAll(async () => {
    held.book = await openBook();
    for (const id of ['m1', 'm2']) await give(held.book.poster, member(id), 1_000_000);
    await give(held.book.poster, organisation('o1'), 1_000_000);
  });
  afterAll(async () => {
    await held.book.close();
  });
  return held;
}

/** One test per row: the legs are those of the table, and the posting stands once however often it is asked for. */
export function provesRows(plenty: { readonly book: TestBook }, rows: readonly PostingRow[]): void {
  it.each(rows)('%s debits and credits what the table says, once', async (_row, make, opKey, expected) => {
    const transaction = make()!;
    expect(transaction.opKey).toBe(opKey);
    expect(lines(transaction)).toEqual(expected);
    posted(await plenty.book.poster.post(transaction));
    expect(posted(await plenty.book.poster.post(transaction)).replayed).toBe(true);
  });
}

function lines({ legs }: NewLedgerTransaction): string[] {
  return legs.map((leg) => `${leg.side} ${leg.account.code.replace('/AUD', '')} ${leg.amount.amountMinor} ${leg.type}`);
}
