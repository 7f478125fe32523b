import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { organisationId, payoutFileId } from '../../src/domain/ids.ts';
import { newId } from '../../src/entities/new-id.ts';
import { createOrm, type Orm } from '../../src/entities/orm.ts';
import { settlementInvariants } from '../../src/entities/settlement/settlement-invariants.ts';
import { openBook, type TestBook } from '../support/book.ts';
import { plannedPayout } from '../support/payouts.ts';

/** For every invariant, what breaks it. A query that cannot fail proves nothing. */
const plants: Readonly<Record<string, readonly string[]>> = {
  'every posted settlement has its payout, of the figures that were planned unless it was capped': [
    'DELETE FROM payout LIMIT 1',
    "UPDATE payout SET run_id = NULL WHERE state = 'planned'",
    "UPDATE payout SET amount_minor = amount_minor - 1, fee_minor = fee_minor + 1 WHERE state = 'planned'",
    "UPDATE settlement_item SET outcome = 'capped', settled_minor = settled_minor - 1 LIMIT 1",
  ],
  'what is settled is payout, fee and tax, for every organisation': [
    'UPDATE payout SET tax_minor = tax_minor + 1 LIMIT 1',
    'UPDATE settlement_item SET tax_minor = tax_minor + 1 LIMIT 1',
    'UPDATE payout SET amount_minor = settled_minor + 1, fee_minor = -1, tax_minor = 0 LIMIT 1',
  ],
  'every payout has its settlement in the book once, taken of its organisation to the cent': [
    "UPDATE payout SET settlement_op_key = 'nothing' LIMIT 1",
    'UPDATE payout SET settled_minor = settled_minor + 1, amount_minor = amount_minor + 1 LIMIT 1',
    "UPDATE payout SET organisation_id = 'org_another' LIMIT 1",
  ],
  'a settlement is undone in the book once exactly when its payout was given up': [
    "UPDATE payout SET state = 'reversed' LIMIT 1",
  ],
  'no organisation has two living settlements of a month, and a posted one keeps its claim': [
    'UPDATE settlement_item SET claim = NULL LIMIT 1',
    'UPDATE settlement_item SET organisation_id = (SELECT MIN(organisation_id) FROM payout)',
  ],
  'what is in flight to organisations in the book is what their payouts have not ended': [
    "UPDATE payout SET state = 'confirmed' LIMIT 1",
    "UPDATE payout SET state = 'reversed' LIMIT 1",
  ],
  'every payout that says so stands in a bank file of its currency, with the attempt under way': [
    'DELETE FROM payout_file_line',
    "UPDATE payout SET attempt_no = 2 WHERE state = 'filed'",
    "UPDATE payout_file SET currency = 'EUR'",
  ],
  'every bank file counts and sums what stands in it': [
    'UPDATE payout_file SET total_minor = total_minor + 1',
    'UPDATE payout_file SET payouts = 2',
    'DELETE FROM payout_file_line',
  ],
};

let book: TestBook;
let orm: Orm;
beforeAll(async () => {
  book = await openBook();
  orm = await createOrm(book.database.url, 2);
  const place = { orm, databaseUrl: book.database.url };
  const wish = () => ({ organisation: organisationId(newId('organisation')) });
  await plannedPayout(place, wish());
  const filed = await plannedPayout(place, wish());
  await plannedPayout(place, { ...wish(), currency: 'EUR' });
  const file = payoutFileId(newId('payoutFile'));
  await book.database.query(
    `INSERT INTO payout_file (id, format, currency, payouts, total_minor, digest, sealed, actor, created_at)
     VALUES (?, 'aba', 'AUD', 1, 76000, '', '', 'test', UTC_TIMESTAMP(6))`,
    [file],
  );
  await book.database.query(
    `INSERT INTO payout_file_line (payout_id, attempt_no, file_id, reference) VALUES (?, 1, ?, 'PO-2-1')`,
    [filed.id, file],
  );
  await book.database.query("UPDATE payout SET state = 'filed' WHERE id = ?", [filed.id]);
});
afterAll(async () => {
  await orm.close();
  await book.close();
});

async function broken(): Promise<string[]> {
  const found: string[] = [];
  for (const { name, sql } of settlementInvariants) {
    if ((await book.database.query(sql)).length > 0) found.push(name);
  }
  return found;
}

describe('the invariants of settlements', () => {
  it('hold of payouts that wait and stand in a file, in two currencies', async () => {
    expect(await broken()).toEqual([]);
  });

  it('each have something that breaks them', () => {
    expect(Object.keys(plants)).toEqual(settlementInvariants.map(({ name }) => name));
  });

  it.each(Object.entries(plants))('%s: each violation is found', async (name, changes) => {
    for (const change of changes) {
      await book.database.query('START TRANSACTION');
      await book.database.query(change);
      const found = await broken();
      await book.database.query('ROLLBACK');
      expect([change, found.includes(name)]).toEqual([change, true]);
    }
  });
});
