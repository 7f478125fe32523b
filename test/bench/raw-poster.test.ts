import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Belongings } from '../../bench/support/belongings.ts';
import { openBenchBook, proveBenchBook } from '../../bench/support/bench-book.ts';
import { Workload, type Outcome, type WorkloadOptions } from '../../bench/support/postings.ts';
import { countOf } from '../../bench/support/proof.ts';
import { RawPoster } from '../../bench/support/raw-poster.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import type { TestDatabase } from '../support/database.ts';

const workload: WorkloadOptions = { seed: 7, hasTrouble: true, hasRider: true };
const postings = 400;
const belongings = new Belongings();
let ours: TestDatabase;
let theirs: TestDatabase;

beforeAll(async () => {
  [ours, theirs] = await Promise.all([openBenchBook(belongings), openBenchBook(belongings)]);
}, 60_000);
afterAll(async () => {
  expect(await belongings.giveBack()).toEqual([]);
});

describe('the raw side of the posting benches', () => {
  it('leaves the same rows behind as the ledger service when it is asked for the same', async () => {
    const told = [await postOurs(), await postRaw()];
    expect(told[1]).toEqual(told[0]);
    expect(told[0]?.refused).toBeGreaterThan(0);
    expect(told[0]?.replayed).toBeGreaterThan(0);
    for (const rows of sameRows) expect(await theirs.query(rows)).toEqual(await ours.query(rows));
  });

  it('keeps every invariant of the book', async () => {
    const posted = await countOf(theirs, "SELECT COUNT(*) FROM ledger_transaction WHERE kind = 'payment'");
    expect(posted).toBeGreaterThan(0);
    await proveBenchBook(theirs, { posted, ridden: posted });
    await proveBenchBook(ours, { posted, ridden: posted });
  });
});

/** All columns but names drawn at random and times. */
const sameRows = [
  `SELECT op_key, content_hash, kind, description, overdraft_minor, member_id, organisation_id, sale_id, provider_ref,
    LENGTH(id) AS id_length, LENGTH(reference) AS reference_length FROM ledger_transaction ORDER BY op_key`,
  `SELECT a.code, e.seq, t.op_key, e.position, e.side, e.type, e.counterparty, e.amount_minor, e.balance_after_minor
    FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id JOIN ledger_transaction t ON t.id = e.transaction_id
    ORDER BY a.code, e.seq`,
  'SELECT code, balance_minor, held_minor, entry_count FROM ledger_account ORDER BY code',
  'SELECT id, version, state, op_key FROM bench_order ORDER BY id',
];

type Told = Record<Outcome, number>;

async function postOurs(): Promise<Told> {
  const poster = createPoster({ databaseUrl: ours.url });
  const asked = new Workload(workload);
  const told: Told = { posted: 0, refused: 0, replayed: 0 };
  for (let n = 0; n < postings; n += 1) {
    const { transaction, rider } = asked.next(n % 4);
    const result = await poster.post(transaction, rider === undefined ? {} : { onSuccess: [rider] });
    if (result.kind === 'refused') told.refused += 1;
    else told[result.replayed ? 'replayed' : 'posted'] += 1;
  }
  await poster.close();
  return told;
}

async function postRaw(): Promise<Told> {
  const poster = await RawPoster.open(theirs.url);
  const asked = new Workload(workload);
  const told: Told = { posted: 0, refused: 0, replayed: 0 };
  for (let n = 0; n < postings; n += 1) told[await poster.post(asked.next(n % 4))] += 1;
  await poster.close();
  return told;
}
