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

/** What a caller may ask for. Keys come from a small range, so that callers meet under one op_key. */
type Wish =
  | { readonly kind: 'pay'; readonly key: number; readonly from: number; readonly to: number; readonly amount: number }
  | { readonly kind: 'place'; readonly key: number; readonly amount: number }
  | { readonly kind: 'take'; readonly key: number; readonly amount: number }
  | { readonly kind: 'release'; readonly key: number };

const accountCount = 4;
const accountIndex = fc.nat(accountCount - 1);
const key = fc.nat(30);
const amount = fc.integer({ min: 1, max: 400 });
const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pay'), key, from: accountIndex, to: accountIndex, amount }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('place'), key, amount }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('take'), key, amount }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release'), key }) },
);
const callersOfOne = fc.array(fc.array(wish, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 });

/** Wishes as items; a hold's account follows from its key, so that whoever takes it finds it. */
function itemOf(wanted: Wish, run: string): PosterItem {
  const holder = member(`${run}-${wanted.key % accountCount}`);
  const holdOpKey = `${run}-hold-${wanted.key}`;
  switch (wanted.kind) {
    case 'pay': {
      const [from, to] = [member(`${run}-${wanted.from}`), member(`${run}-${wanted.to}`)];
      return {
        kind: 'post',
        transaction: transfer({ opKey: `${run}-pay-${wanted.key}`, from, to, amount: aud(wanted.amount) }),
      };
    }
    case 'place':
      return {
        kind: 'place',
        hold: { opKey: holdOpKey, account: holder, amount: aud(wanted.amount), description: 'hold' },
      };
    case 'take': {
      const payment = transfer({
        opKey: `${run}-take-${wanted.key}`,
        from: holder,
        to: organisation(run),
        amount: aud(wanted.amount),
      });
      return { kind: 'post', transaction: { ...payment, consumesHolds: [{ holdOpKey, amount: aud(wanted.amount) }] } };
    }
    case 'release':
      return { kind: 'release', release: { holdOpKey, account: holder, opKey: `${run}-release-${wanted.key}` } };
  }
}

interface Told {
  readonly item: PosterItem;
  readonly result: BookAnswer['result'];
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
    await fc.assert(
      fc.asyncProperty(callersOfOne, callersOfOne, async (first, second) => {
        const run = `run${(runNo += 1)}`;
        for (let n = 0; n < accountCount; n += 1) await give(book.poster, member(`${run}-${n}`), 1000);
        const orders = [first, second].map((callers) => callers.map((list) => list.map((one) => itemOf(one, run))));
        const answers = await Promise.all(
          orders.map((callers, index) => processes[index]!.run({ databaseUrl: book.database.url, callers })),
        );
        const told = answers.flatMap((list, index) =>
          list.map(({ caller, index: at, result }) => ({ item: orders[index]![caller]![at]!, result })),
        );
        await assertToldTheTruth(told, run);
        expect(await violations(book.database)).toEqual([]);
      }),
      { numRuns: 25 },
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
