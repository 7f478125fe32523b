import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contentHashOf } from '../../src/ledger/canonical.ts';
import type { PosterItem } from '../../src/ledger/poster-contract.ts';
import {
  aud,
  give,
  member,
  openBook,
  organisation,
  posted,
  transfer,
  violations,
  type TestBook,
} from '../support/book.ts';
import type { BookAnswer } from '../support/book-process.ts';
import { startBookProcess, type BookProcess } from '../support/book-processes.ts';

let book: TestBook;
let processes: readonly BookProcess[];
beforeAll(async () => {
  book = await openBook();
  processes = await Promise.all([startBookProcess(), startBookProcess()]);
});
afterAll(async () => {
  await Promise.all(processes.map((one) => one.kill()));
  await book.close();
});

/**
 * What a caller may ask for. Keys come from a small range and say most of the content, so that callers meet under one
 * op_key, now and then with another content, and at one hold.
 */
type Wish =
  | { readonly kind: 'pay'; readonly key: number; readonly isOdd: boolean }
  | { readonly kind: 'place'; readonly key: number; readonly isOdd: boolean }
  | { readonly kind: 'take'; readonly key: number; readonly attempt: number; readonly amount: number }
  | { readonly kind: 'release'; readonly key: number; readonly attempt: number };

const accountCount = 3;
const isOdd = fc.nat(9).map((n) => n === 0);
const attempt = fc.nat(1);
const holdKey = fc.nat(5);
const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pay'), key: fc.nat(20), isOdd }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('place'), key: holdKey, isOdd }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('take'),
      key: holdKey,
      attempt,
      amount: fc.integer({ min: 1, max: 300 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release'), key: holdKey, attempt }) },
);
const callersOfOne = fc.array(fc.array(wish, { minLength: 4, maxLength: 15 }), { minLength: 2, maxLength: 6 });

/** Wishes as items; a hold's account follows from its key, so that whoever takes it finds it. */
function itemOf(wanted: Wish, run: string): PosterItem {
  const { key } = wanted;
  const holder = member(`${run}-${key % accountCount}`);
  const holdOpKey = `${run}-hold-${key}`;
  switch (wanted.kind) {
    case 'pay': {
      const to = member(`${run}-${(key + 1) % accountCount}`);
      const amount = aud(((key * 97) % 500) + (wanted.isOdd ? 2 : 1));
      return { kind: 'post', transaction: transfer({ opKey: `${run}-pay-${key}`, from: holder, to, amount }) };
    }
    case 'place': {
      const amount = aud(150 + key * 20 + (wanted.isOdd ? 1 : 0));
      return { kind: 'place', hold: { opKey: holdOpKey, account: holder, amount, description: 'hold' } };
    }
    case 'take': {
      const [amount, opKey] = [aud(wanted.amount), `${run}-take-${key}-${wanted.attempt}`];
      const payment = transfer({ opKey, from: holder, to: organisation(run), amount });
      return { kind: 'post', transaction: { ...payment, consumesHolds: [{ holdOpKey, amount }] } };
    }
    case 'release': {
      const opKey = `${run}-release-${key}-${wanted.attempt}`;
      return { kind: 'release', release: { holdOpKey, account: holder, opKey } };
    }
  }
}

interface Told {
  readonly item: PosterItem;
  readonly result: BookAnswer['result'];
}

function outcomeOf(result: BookAnswer['result']): string {
  if (result.kind === 'refused') return result.code;
  return 'replayed' in result && result.replayed ? `${result.kind} again` : result.kind;
}

/** Every op_key that somebody was told is posted stands once, with the content that was asked for; and no other. */
async function assertToldTheTruth(told: readonly Told[], run: string): Promise<void> {
  const rows = await book.database.query<Record<string, string>>(
    'SELECT id, op_key, content_hash FROM ledger_transaction WHERE op_key LIKE ?',
    [`${run}-%`],
  );
  const standing = new Map(rows.map((row) => [row['op_key'], row]));
  const toldPosted = new Set<string>();
  for (const { item, result } of told) {
    expect(result.kind).not.toBe('failed');
    if (item.kind !== 'post' || result.kind !== 'posted') continue;
    const row = standing.get(item.transaction.opKey);
    expect(row).toMatchObject({ id: result.transactionId, content_hash: contentHashOf(item.transaction) });
    toldPosted.add(item.transaction.opKey);
  }
  expect([...standing.keys()].sort()).toEqual([...toldPosted].sort());
}

describe('any interleaving of postings and holds by many callers in two processes', () => {
  it('leaves the books balanced, no balance below its floor, no chain broken, every op_key once', async () => {
    let runNo = 0;
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(callersOfOne, callersOfOne, async (first, second) => {
        const run = `run${(runNo += 1)}`;
        for (let n = 0; n < accountCount; n += 1) await give(book.poster, member(`${run}-${n}`), 600);
        const orders = [first, second].map((callers) => callers.map((list) => list.map((one) => itemOf(one, run))));
        const answers = await Promise.all(
          orders.map((callers, index) => processes[index]!.run({ databaseUrl: book.database.url, callers })),
        );
        const told = answers.flatMap((list, index) =>
          list.map(({ caller, index: at, result }) => ({ item: orders[index]![caller]![at]!, result })),
        );
        for (const { result } of told) seen.set(outcomeOf(result), (seen.get(outcomeOf(result)) ?? 0) + 1);
        await assertToldTheTruth(told, run);
        expect(await violations(book.database)).toEqual([]);
      }),
      { numRuns: 25 },
    );
    process.stdout.write(`two processes: ${JSON.stringify(Object.fromEntries([...seen].sort()))}\n`);
    // The callers did meet: under one op_key, about one hold, and about the last cent.
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining([
        ...['posted', 'posted again', 'held', 'held again', 'released', 'op_key_conflict'],
        ...['insufficient_funds', 'hold_not_found', 'hold_ended', 'hold_exceeded'],
      ]),
    );
  });
});

describe('64 writers', () => {
  it('[F21] in opposite order on two accounts see no deadlock', async () => {
    const [left, right] = [member('left'), member('right')];
    await Promise.all([give(book.poster, left, 1_000_000), give(book.poster, right, 1_000_000)]);
    const posters = Array.from({ length: 8 }, () => book.anotherPoster());
    const writers = Array.from({ length: 64 }, async (_, writer) => {
      const [from, to] = writer % 2 === 0 ? [left, right] : [right, left];
      for (let n = 0; n < 10; n += 1) {
        posted(await posters[writer % 8]!.post(transfer({ opKey: `w-${writer}-${n}`, from, to, amount: aud(1) })));
      }
    });
    await Promise.all(writers);
    expect(await book.account(left)).toEqual({ balance: 1_000_000, held: 0, entries: 641 });
    expect(await book.account(right)).toEqual({ balance: 1_000_000, held: 0, entries: 641 });
  });

  it('[F21] whose riders touch the same rows in opposite order see no deadlock', async () => {
    await book.database.query('CREATE TABLE ride_count (id INT PRIMARY KEY, touched VARCHAR(20) NULL)');
    await book.database.query('INSERT INTO ride_count VALUES (1, NULL), (2, NULL)');
    const posters = Array.from({ length: 8 }, () => book.anotherPoster());
    const writers = Array.from({ length: 64 }, async (_, writer) => {
      const ids = writer % 2 === 0 ? [1, 2] : [2, 1];
      const onSuccess = ids.map((id) => ({ update: 'ride_count', key: { id }, set: { touched: `by ${writer}` } }));
      const [from, to] = [member(writer % 2 === 0 ? 'left' : 'right'), organisation(`club-${writer}`)];
      for (let n = 0; n < 5; n += 1) {
        const transaction = transfer({ opKey: `rw-${writer}-${n}`, from, to, amount: aud(1) });
        posted(await posters[writer % 8]!.post(transaction, { onSuccess }));
      }
    });
    await Promise.all(writers);
    expect(await book.account(member('left'))).toMatchObject({ balance: 1_000_000 - 160 });
  });
});
