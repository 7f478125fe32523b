import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { canonicalForms, genesisHash, verifyChain } from '../../src/ledger/chain.read.ts';
import { createSealer, type Sealer } from '../../src/ledger/seal.ts';
import { aud, member, openBook, stripe, transfer, type TestBook } from '../support/book.ts';

let book: TestBook;
let sealer: Sealer;
beforeAll(async () => {
  book = await openBook();
  sealer = createSealer({ databaseUrl: book.database.url, batchSize: 7 });
});
afterAll(async () => {
  await sealer.close();
  await book.close();
});

const post = async (from: number, to: number) => {
  for (let n = from; n < to; n += 1) {
    await book.poster.post(
      transfer({ opKey: `seal-${n}`, from: stripe(), to: member(`m${n % 3}`), amount: aud(n + 1), kind: 'card-in' }),
    );
  }
};
/** Looks behind the triggers, as somebody with the database's password would. */
async function tamper(sql: string, undo: string, check: () => Promise<void>): Promise<void> {
  const tables = ['ledger_transaction', 'ledger_entry', 'ledger_seal'];
  const triggers: string[] = [];
  for (const table of tables) {
    for (const event of ['update', 'delete']) {
      const [row] = await book.database.query<Record<string, string>>(`SHOW CREATE TRIGGER ${table}_refuses_${event}`);
      triggers.push(row!['SQL Original Statement']!);
      await book.database.query(`DROP TRIGGER ${table}_refuses_${event}`);
    }
  }
  await book.database.query(sql);
  await check();
  await book.database.query(undo);
  for (const trigger of triggers) await book.database.query(trigger);
}

describe('the chain', () => {
  it('is empty, whole and at its beginning before anything is sealed', async () => {
    expect(await verifyChain(book.reader)).toEqual({
      sealedCount: 0,
      headHash: genesisHash,
      unsealedCount: 0,
      broken: null,
    });
  });

  it('takes in everything that was posted, once, in batches', async () => {
    await post(0, 20);
    expect((await verifyChain(book.reader)).unsealedCount).toBe(20);
    expect(await sealer.seal()).toBe(20);
    expect(await sealer.seal()).toBe(0);
    await post(20, 25);
    expect(await sealer.seal()).toBe(5);
    expect(await verifyChain(book.reader, 4)).toMatchObject({ sealedCount: 25, unsealedCount: 0, broken: null });
  });

  it('hashes the documented form: anybody can recompute it from the rows', async () => {
    const [first] = await book.database.query<Record<string, string>>('SELECT * FROM ledger_seal WHERE seq = 1');
    const id = first!['transaction_id']!;
    const [t] = await book.database.query<Record<string, string>>('SELECT * FROM ledger_transaction WHERE id = ?', [
      id,
    ]);
    const { op_key, content_hash, kind, reference, occurred_at, recorded_at, description } = t!;
    const nulls = Array.from({ length: 9 }, () => null);
    const columns = [id, op_key, content_hash, kind, reference, occurred_at, recorded_at, description, '0', ...nulls];
    const entries = [
      ['processor/stripe/acct_1/AUD', '1', '0', 'debit', 'Miscellaneous', null, '1', '1', recorded_at],
      ['member/m0/AUD', '1', '1', 'credit', 'Miscellaneous', null, '1', '1', recorded_at],
    ];
    const form = JSON.stringify([1, columns, entries]);
    expect((await canonicalForms(book.reader, [id])).get(id)).toBe(form);
    expect(first!['hash']).toBe(
      createHash('sha256')
        .update(`${'0'.repeat(64)}\n${form}`)
        .digest('hex'),
    );
  });

  it('is sealed by one process at a time, and nothing twice', async () => {
    await post(25, 60);
    const others = Array.from({ length: 4 }, () => createSealer({ databaseUrl: book.database.url, batchSize: 3 }));
    const counts = await Promise.all(others.map((other) => other.seal()));
    await Promise.all(others.map((other) => other.close()));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(35);
    expect(counts.filter((count) => count > 0)).toHaveLength(1);
    expect((await verifyChain(book.reader)).sealedCount).toBe(60);
  });

  const at = (seq: number) => `(SELECT transaction_id FROM (SELECT * FROM ledger_seal) AS s WHERE seq = ${seq})`;
  it.each([
    [
      'an amount',
      13,
      `UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE transaction_id = ${at(13)} AND position = 0`,
      `UPDATE ledger_entry SET amount_minor = amount_minor - 1 WHERE transaction_id = ${at(13)} AND position = 0`,
    ],
    [
      'a letter of a description',
      1,
      `UPDATE ledger_transaction SET description = UPPER(description) WHERE id = ${at(1)}`,
      `UPDATE ledger_transaction SET description = LOWER(description) WHERE id = ${at(1)}`,
    ],
    [
      'a microsecond',
      60,
      `UPDATE ledger_transaction SET recorded_at = recorded_at + INTERVAL 1 MICROSECOND WHERE id = ${at(60)}`,
      `UPDATE ledger_transaction SET recorded_at = recorded_at - INTERVAL 1 MICROSECOND WHERE id = ${at(60)}`,
    ],
    [
      'a link that was added',
      30,
      `UPDATE ledger_transaction SET actor = '' WHERE id = ${at(30)}`,
      `UPDATE ledger_transaction SET actor = NULL WHERE id = ${at(30)}`,
    ],
    [
      'the account of an entry',
      2,
      `UPDATE ledger_entry SET account_id = account_id + 100, seq = seq + 1000 WHERE transaction_id = ${at(2)} AND position = 1`,
      `UPDATE ledger_entry SET account_id = account_id - 100, seq = seq - 1000 WHERE transaction_id = ${at(2)} AND position = 1`,
    ],
    [
      'a hash',
      44,
      'UPDATE ledger_seal SET hash = REVERSE(hash) WHERE seq = 44',
      'UPDATE ledger_seal SET hash = REVERSE(hash) WHERE seq = 44',
    ],
    [
      'a sequence number',
      59,
      'UPDATE ledger_seal SET seq = 99 WHERE seq = 59',
      'UPDATE ledger_seal SET seq = 59 WHERE seq = 99',
    ],
  ])('[F26] names the first link that does not follow when somebody changed %s', async (_what, seq, sql, undo) => {
    await tamper(sql, undo, async () => {
      expect((await verifyChain(book.reader, 11)).broken?.seq).toBe(seq);
    });
    expect((await verifyChain(book.reader)).broken).toBeNull();
  });

  it('[F26] names the sequence of every one of many random changes of one digit', async () => {
    for (const seq of [5, 17, 28, 33, 41, 52]) {
      const digit = `SUBSTRING(content_hash, ${seq}, 1)`;
      const flipped = `INSERT(content_hash, ${seq}, 1, IF(${digit} = '0', '1', '0'))`;
      const [row] = await book.database.query<Record<string, string>>(
        `SELECT content_hash FROM ledger_transaction WHERE id = ${at(seq)}`,
      );
      const undo = `UPDATE ledger_transaction SET content_hash = '${row!['content_hash']!}' WHERE id = ${at(seq)}`;
      await tamper(`UPDATE ledger_transaction SET content_hash = ${flipped} WHERE id = ${at(seq)}`, undo, async () => {
        expect((await verifyChain(book.reader)).broken).toMatchObject({ seq });
      });
    }
  });
});
