import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { processorFee } from '../../src/ledger/postings/processor.ts';
import { bookInvariants } from '../../src/ledger/invariants.ts';
import { createSealer } from '../../src/ledger/seal.ts';
import { verify } from '../../workers/verification.ts';
import {
  aud,
  give,
  member,
  noon,
  openBook,
  organisation,
  posted,
  transfer,
  violations,
  type TestBook,
} from '../support/book.ts';

/** For every invariant, what breaks it. A query that cannot fail proves nothing. */
const plants: Readonly<Record<string, string>> = {
  'every transaction sums to zero in every currency':
    "UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE side = 'debit' LIMIT 1",
  'every transaction has entries':
    'DELETE FROM ledger_entry WHERE transaction_id = (SELECT MIN(id) FROM ledger_transaction)',
  'every entry belongs to a transaction and an account': 'DELETE FROM ledger_transaction LIMIT 1',
  'every entry has a side and an amount above zero': 'UPDATE ledger_entry SET amount_minor = 0 LIMIT 1',
  'every account balance is the sum of its entries':
    'UPDATE ledger_account SET balance_minor = balance_minor + 1 LIMIT 1',
  'every account agrees with its last entry': 'UPDATE ledger_account SET entry_count = entry_count + 1 LIMIT 1',
  'every balance-after follows from the entry before, without a gap and never back in time':
    "UPDATE ledger_entry SET recorded_at = '2000-01-01' WHERE seq = 2",
  'entries are recorded when their transaction is': "UPDATE ledger_transaction SET recorded_at = '2000-01-01' LIMIT 1",
  'no account was pushed below its floor except by a kind that may, or by a hold':
    "UPDATE ledger_transaction SET overdraft_minor = 0 WHERE kind = 'adjustment'",
  'every transaction may overdraw as far as its kind says':
    "UPDATE ledger_transaction SET overdraft_minor = NULL WHERE kind = 'payment' LIMIT 1",
  'what every account holds is the sum of its open holds':
    'UPDATE ledger_account SET held_minor = held_minor + 1 LIMIT 1',
  'every hold ended once, for no more than it held, by an act that is known':
    "UPDATE ledger_hold SET committed_minor = amount_minor + 1 WHERE state = 'committed'",
  'nothing was posted to a closed account': "UPDATE ledger_account SET closed_at = '2000-01-01' LIMIT 1",
  'every account is of a known kind, on its normal side, with its floor, named with its currency':
    "UPDATE ledger_account SET floor_minor = NULL WHERE kind = 'member'",
  'one transaction per kind and object of the provider':
    "UPDATE ledger_transaction SET provider_ref = 'txn_1' WHERE kind = 'processor-fee'",
};
const triggersName = 'what was posted is protected by its triggers';

let book: TestBook;
const triggers: string[] = [];
beforeAll(async () => {
  book = await openBook();
  const place = { provider: 'stripe', externalRef: 'acct_1' } as const;
  const pay = (opKey: string, amountMinor: number) =>
    transfer({ opKey, from: member('m'), to: organisation('o'), amount: aud(amountMinor) });
  await give(book.poster, member('m'), 1000);
  for (const n of [1, 2, 3]) {
    const fee = { processor: place, amount: aud(n), occurredAt: noon, description: 'fee' };
    posted(await book.poster.post(processorFee({ ...fee, balanceTransactionRef: `txn_${n}` })!));
    posted(await book.poster.post(pay(`pay-${n}`, 100)));
  }
  for (const n of [1, 2]) {
    await book.poster.placeHold({ opKey: `hold-${n}`, account: member('m'), amount: aud(200), description: 'hold' });
  }
  posted(await book.poster.post({ ...pay('take', 150), consumesHolds: [{ holdOpKey: 'hold-1', amount: aud(150) }] }));
  const overdraw = {
    opKey: 'over',
    from: member('m'),
    to: organisation('o'),
    amount: aud(900),
    kind: 'adjustment',
  } as const;
  posted(await book.poster.post(transfer(overdraw)));
  const sealer = createSealer({ databaseUrl: book.database.url });
  await sealer.seal();
  await sealer.close();
});
afterAll(async () => {
  await book.close();
});

async function dropTriggers(): Promise<void> {
  const rows = await book.database.query<Record<string, string>>('SHOW TRIGGERS');
  for (const { Trigger: name } of rows) {
    const [row] = await book.database.query<Record<string, string>>(`SHOW CREATE TRIGGER ${name!}`);
    triggers.push(row!['SQL Original Statement']!);
    await book.database.query(`DROP TRIGGER ${name!}`);
  }
}

async function restoreTriggers(): Promise<void> {
  for (const trigger of triggers.splice(0)) await book.database.query(trigger);
}

describe('the invariants of the book', () => {
  it('hold on a book with every kind of movement', async () => {
    expect(await violations(book.database)).toEqual([]);
  });

  it('each have something that breaks them', () => {
    expect([...Object.keys(plants), triggersName]).toEqual(bookInvariants.map((invariant) => invariant.name));
  });

  it.each(Object.entries(plants))('%s: a violation is found', async (name, plant) => {
    await dropTriggers();
    await book.database.query('START TRANSACTION');
    await book.database.query(plant);
    expect((await violations(book.database)).map((violation) => violation.name)).toContain(name);
    await book.database.query('ROLLBACK');
    await restoreTriggers();
  });

  it('find a trigger that is gone', async () => {
    await dropTriggers();
    expect(await violations(book.database)).toMatchObject([{ name: triggersName, rows: { length: 6 } }]);
    await restoreTriggers();
  });
});

describe('verify', () => {
  const run = promisify(execFile);
  const program = resolve(__dirname, '../../workers/verify.ts');
  const lines: string[] = [];
  const print = (line: string) => {
    lines.push(line);
  };

  it('says what it checked, and that all of it holds', async () => {
    expect(await verify(book.database.url, print)).toBe(true);
    expect(lines).toContain('          ledger_transaction: 9 rows');
    expect(lines.filter((line) => line.startsWith('ok ')).length).toBeGreaterThan(bookInvariants.length);
    expect(lines.at(-1)).toMatch(/^verified/);
  });

  it('names the first rows against an invariant, and the link at which the chain breaks', async () => {
    await dropTriggers();
    await book.database.query("UPDATE ledger_transaction SET description = 'changed' WHERE op_key = 'pay-2'");
    await book.database.query("UPDATE ledger_account SET held_minor = 7 WHERE code = 'organisation/o/AUD'");
    lines.length = 0;
    expect(await verify(book.database.url, print)).toBe(false);
    const text = lines.join('\n');
    expect(text).toContain('VIOLATED  what every account holds is the sum of its open holds: 1 rows against it');
    expect(text).toContain('organisation/o/AUD');
    expect(text).toMatch(/VIOLATED {2}the chain .* broken at sequence 5/);
    await expect(run(process.execPath, [program, '--database', book.database.url])).rejects.toMatchObject({ code: 1 });
    await book.database.query("UPDATE ledger_transaction SET description = 'pay-2' WHERE op_key = 'pay-2'");
    await book.database.query("UPDATE ledger_account SET held_minor = 0 WHERE code = 'organisation/o/AUD'");
    await restoreTriggers();
  });

  it('as a program takes the database from the environment and ends well', async () => {
    const { stdout } = await run(process.execPath, [program], {
      env: { ...process.env, DATABASE_URL: book.database.url },
    });
    expect(stdout.trim().split('\n').at(-1)).toMatch(/^verified/);
  });
});
