import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from 'mysql2/promise';
import { demoNames } from '../../workers/demo/seed.ts';
import { openDatabase } from '../support/database.ts';
import { forkWorker, killHard, openCounter, type Counter } from '../support/counter.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { until } from '../support/until.ts';

let counter: Counter;
let connection: Connection;
let worker: ChildProcess | undefined;

beforeAll(async () => {
  counter = await openCounter();
  connection = await openDatabase(counter.databaseUrl);
}, 60_000);
afterAll(async () => {
  if (worker !== undefined) await killHard(worker);
  await connection.end();
  await expectBooksInOrder(counter.databaseUrl);
  await counter.close();
});

/** The row of a sale that was given up without asking the processor, which our own code never does. */
const giveUp = (id: string) => `
  UPDATE sale SET state = 'canceled', version = version + 1 WHERE id = '${id}';
  INSERT INTO sale_event (sale_id, occurred_at, what, why, state)
    VALUES ('${id}', UTC_TIMESTAMP(6), 'canceled', 'by hand', 'canceled');
  UPDATE reader SET lease_kind = NULL, lease_owner = NULL WHERE lease_owner = '${id}'`;

const bookOf = `SELECT t.kind, a.code AS account, e.side, e.amount_minor AS amount
  FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
  WHERE t.sale_id = ? ORDER BY e.position`;

describe('money that comes when its sale is over', () => {
  it('is booked to suspense, once, and the sale asks for a person', async () => {
    const made = await counter.till.sell(2500, { captureMode: 'automatic' });
    const { id } = made.body;
    await counter.stopWorker();
    await connection.query(giveUp(id));
    await counter.control.webhooks.duplicate('*', 3);
    await counter.control.reader(demoNames.reader).tap('4242424242424242');
    worker = await forkWorker(counter);
    await until(async () => (await counter.till.show(id)).needsAttention, { withinMs: 30_000 });
    const [entries] = await connection.query(bookOf, [id]);
    expect(entries).toEqual([
      { kind: 'late-money', account: `processor/stripe/${demoNames.account}/AUD`, side: 'debit', amount: 2500 },
      { kind: 'late-money', account: 'suspense/unmatched/AUD', side: 'credit', amount: 2500 },
    ]);
  }, 60_000);
});
