import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { demoNames } from '../../workers/demo/seed.ts';
import { openDatabase } from '../support/database.ts';
import { forkWorker, killHard, openCounter, type Counter } from '../support/counter.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { until } from '../support/until.ts';

let counter: Counter;

beforeAll(async () => {
  counter = await openCounter();
}, 60_000);
afterAll(async () => {
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
    const connection = await openDatabase(counter.databaseUrl);
    await connection.query(giveUp(id));
    await counter.control.webhooks.duplicate('*', 3);
    await counter.control.reader(demoNames.reader).tap('4242424242424242');
    const worker = await forkWorker(counter);
    await until(async () => (await counter.till.show(id)).needsAttention, { withinMs: 30_000 });
    const [entries] = await connection.query(bookOf, [id]);
    expect(entries).toEqual([
      { kind: 'late-money', account: `processor/stripe/${demoNames.account}/AUD`, side: 'debit', amount: 2500 },
      { kind: 'late-money', account: 'suspense/unmatched/AUD', side: 'credit', amount: 2500 },
    ]);
    await connection.end();
    await killHard(worker);
  }, 60_000);
});
