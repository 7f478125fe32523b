import { openingAccount } from '../../src/domain/ledger-account.ts';
import { credit, debit } from '../../src/domain/ledger.ts';
import { money } from '../../src/domain/money.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import type { PosterItem } from '../../src/ledger/poster-contract.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Owner } from './belongings.ts';
import { hotAccount, memberAt, memberCount, openingMinor, orderCount, poorAt, poorCount } from './postings.ts';
import { countOf, mustEqual, proveInvariants } from './proof.ts';

/** What stands in a book before anything is measured. */
const seededTransactions = memberCount + poorCount + 1;

/** A fresh database with accounts that have money, and the rows that riders change. */
export async function openBenchBook(owner: Owner): Promise<TestDatabase> {
  const database = await createTestDatabase();
  owner.owns(() => database.drop());
  await database.query(`CREATE TABLE bench_order (id INT NOT NULL PRIMARY KEY, version INT NOT NULL,
    state VARCHAR(16) NOT NULL, op_key VARCHAR(80) CHARACTER SET ascii NULL) ENGINE=InnoDB`);
  const orders = Array.from({ length: orderCount }, (_, n) => `(${n + 1}, 1, 'open')`);
  await database.query(`INSERT INTO bench_order (id, version, state) VALUES ${orders.join(', ')}`);
  const poster = createPoster({ databaseUrl: database.url });
  const items = openings();
  for (let from = 0; from < items.length; from += 250) {
    const results = await poster.postGroup(items.slice(from, from + 250));
    if (results.some((result) => result.kind !== 'posted')) throw new Error('An opening balance was not posted.');
  }
  await poster.close();
  return database;
}

/** The book balances, and holds what the callers were told, no more and no less. */
export async function proveBenchBook(
  database: TestDatabase,
  told: { readonly posted: number; readonly ridden: number },
): Promise<void> {
  await proveInvariants(database);
  const transactions = await countOf(database, 'SELECT COUNT(*) FROM ledger_transaction');
  mustEqual('Transactions in the book', transactions - seededTransactions, told.posted);
  mustEqual('Entries', await countOf(database, 'SELECT COUNT(*) FROM ledger_entry'), transactions * 2);
  const ridden = await countOf(database, 'SELECT SUM(version) - COUNT(*) FROM bench_order');
  mustEqual('Updates by riders', ridden, told.ridden);
}

/** The poor have one cent, and are asked for two at least. */
function openings(): PosterItem[] {
  const rich = Array.from({ length: memberCount }, (_, n) => ({ account: memberAt(n), minor: openingMinor }));
  const poor = Array.from({ length: poorCount }, (_, n) => ({ account: poorAt(n), minor: 1 }));
  return [...rich, ...poor, { account: hotAccount, minor: openingMinor }].map(({ account, minor }, n) => {
    const label = { type: 'Opening Balance' } as const;
    const amount = money(minor, 'AUD');
    const legs = [...debit(openingAccount('AUD'), amount, label), ...credit(account, amount, label)];
    const common = { occurredAt: '2026-01-01T00:00:00Z', description: 'Opening balance' };
    return {
      kind: 'post',
      transaction: { ...common, opKey: `bench-opening-${n}`, kind: 'opening-balance', legs },
    };
  });
}
