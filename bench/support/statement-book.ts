import { organisationAccount } from '../../src/domain/ledger-account.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { payment } from '../../src/ledger/postings/payment.ts';
import { cardIn } from '../../src/ledger/postings/processor.ts';
import { money } from '../../src/domain/money.ts';
import type { StatementOrganisation } from '../../src/reports/organisations/organisation-statement.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Owner } from './belongings.ts';
import { proveInvariants } from './proof.ts';

/** An organisation with a long history, the newest rows of which were posted by the poster. */
export interface StatementBook {
  readonly database: TestDatabase;
  readonly club: StatementOrganisation;
  /** In the order of the account: the rows are one second apart. */
  readonly firstAt: string;
  readonly rows: number;
}

const memberId = 'mem_00000000000000000000000001';
const firstAt = '2025-01-01T00:00:00.000000Z';

/**
 * A book whose only club has `rows` rows of one cent. The rows are copied within the database from the one payment that
 * the poster made, since a million postings would take longer than all that is measured; the book's invariants hold.
 */
export async function openStatementBook(owner: Owner, rows: number): Promise<StatementBook> {
  const database = await createTestDatabase();
  owner.owns(() => database.drop());
  const club = await people(database);
  await seed(database, club, rows);
  await multiply(database, rows);
  await proveInvariants(database);
  return { database, club, firstAt, rows };
}

async function people(database: TestDatabase): Promise<StatementOrganisation> {
  const id = 'org_00000000000000000000000001';
  await database.query(
    `INSERT INTO organisation (id, name, status, zone, created_at) VALUES ('${id}', 'Bench Club', 'active', 'Australia/Sydney', '2025-01-01')`,
  );
  await database.query(
    `INSERT INTO member (id, first_name, last_name, currency, status, is_system, wants_low_balance_email,
       wants_payments_email, created_at) VALUES ('${memberId}', 'Betty', 'Bunting', 'AUD', 'active', 0, 1, 1, '2025-01-01')`,
  );
  const [made] = await database.query<{ no: number }>('SELECT no FROM organisation');
  return { id, no: made?.no ?? 0, name: 'Bench Club', address: null, zone: 'Australia/Sydney', currency: 'AUD' };
}

/** Card money for all payments, and the first of them. */
async function seed(database: TestDatabase, club: StatementOrganisation, rows: number): Promise<void> {
  const poster = createPoster({ databaseUrl: database.url });
  const card = cardIn({
    processor: { provider: 'stripe', externalRef: 'acct_bench' },
    ...{ cardTransactionId: 'bench', memberId, type: 'Manual Top Up', amount: money(rows * 2, 'AUD') },
    ...{ occurredAt: firstAt, description: 'Card' },
  });
  const paid = payment({
    ...{ id: 'bench-1', memberId, to: { kind: 'organisation', id: club.id }, type: 'Club Payment' },
    ...{ amount: money(1, 'AUD'), occurredAt: firstAt, description: 'Table money, Tuesday evening' },
  });
  for (const transaction of [card, paid]) {
    const result = await poster.post(transaction);
    if (result.kind !== 'posted') throw new Error(`Not posted: ${JSON.stringify(result)}`);
  }
  await poster.close();
}

/** Copies the payment to rows 2 … n of both accounts, in statements over the whole set. */
async function multiply(database: TestDatabase, rows: number): Promise<void> {
  const time = (n: string): string => `TIMESTAMPADD(SECOND, ${n}, '2025-01-01')`;
  const of = "t.op_key = 'payment-bench-1'";
  await numbers(database, rows);
  await guarded(database, async () => {
    await database.query(`UPDATE ledger_transaction SET recorded_at = '2025-01-01'`);
    await database.query(`UPDATE ledger_entry SET recorded_at = '2025-01-01'`);
    await database.query(
      `INSERT INTO ledger_transaction (id, op_key, content_hash, kind, reference, occurred_at, recorded_at, description, overdraft_minor,
         organisation_id, member_id)
       SELECT CONCAT('ltx_', LPAD(n, 26, '0')), CONCAT('payment-bench-', n), t.content_hash, t.kind,
         INSERT(INSERT(LPAD(HEX(n), 12, '0'), 9, 0, '-'), 5, 0, '-'), t.occurred_at, ${time('n')}, t.description, t.overdraft_minor,
         t.organisation_id, t.member_id
       FROM ledger_transaction t JOIN bench_number WHERE n > 1 AND ${of}`,
    );
    await database.query(
      `INSERT INTO ledger_entry (account_id, seq, transaction_id, position, side, type, counterparty, amount_minor,
         balance_after_minor, recorded_at)
       SELECT e.account_id, e.seq + n - 1, CONCAT('ltx_', LPAD(n, 26, '0')), e.position, e.side, e.type, e.counterparty, 1,
         e.balance_after_minor + IF(e.side = 'credit', n - 1, 1 - n), ${time('n')}
       FROM bench_number JOIN ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
       WHERE n > 1 AND ${of} ORDER BY e.account_id, n`,
    );
    await stand(database);
  });
  await database.query('ANALYZE TABLE ledger_transaction, ledger_entry, ledger_account');
}

/** The accounts stand as their newest entries left them. */
async function stand(database: TestDatabase): Promise<void> {
  const newest = await database.query<{ id: number; seq: number }>(
    'SELECT account_id AS id, MAX(seq) AS seq FROM ledger_entry GROUP BY account_id',
  );
  for (const { id, seq } of newest) {
    await database.query(
      `UPDATE ledger_account a JOIN ledger_entry e ON e.account_id = a.id AND e.seq = ${seq}
       SET a.balance_minor = e.balance_after_minor, a.entry_count = e.seq, a.last_recorded_at = e.recorded_at
       WHERE a.id = ${id}`,
    );
  }
}

/** 1 … n, by doubling. */
async function numbers(database: TestDatabase, most: number): Promise<void> {
  await database.query('CREATE TABLE bench_number (n INT NOT NULL PRIMARY KEY)');
  await database.query('INSERT INTO bench_number VALUES (1)');
  for (let count = 1; count < most; count *= 2) {
    await database.query(
      `INSERT INTO bench_number SELECT n + ${count} FROM bench_number WHERE n + ${count} <= ${most}`,
    );
  }
}

/** Only a bench's own book can be told when things were recorded, while its guards are taken away. */
async function guarded(database: TestDatabase, work: () => Promise<void>): Promise<void> {
  const guards = await Promise.all(
    ['ledger_transaction_refuses_update', 'ledger_entry_refuses_update'].map(async (guard) => {
      const [shown] = await database.query<Record<string, string>>(`SHOW CREATE TRIGGER ${guard}`);
      await database.query(`DROP TRIGGER ${guard}`);
      return shown?.['SQL Original Statement'] ?? '';
    }),
  );
  await work();
  for (const guard of guards) await database.query(guard);
}

/** The name of the club's account. */
export function accountOfClub({ club }: StatementBook): string {
  return organisationAccount(club.id, 'AUD').code;
}
