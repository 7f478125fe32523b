import type { TestDatabase } from './database.ts';

/**
 * Makes the book say that the transaction with `reference` was recorded at `at`: only a test's own database can be told
 * so, while its guards are taken away. Transactions of an account must be dated in their order.
 */
export async function dateTransaction(
  database: Pick<TestDatabase, 'query'>,
  { reference, at }: { readonly reference: string; readonly at: string },
): Promise<void> {
  const time = at.replace('T', ' ').replace('Z', '');
  const guards: string[] = [];
  for (const guard of ['ledger_transaction_refuses_update', 'ledger_entry_refuses_update']) {
    const [shown] = await database.query<Record<string, string>>(`SHOW CREATE TRIGGER ${guard}`);
    guards.push(shown!['SQL Original Statement']!);
    await database.query(`DROP TRIGGER ${guard}`);
  }
  await database.query(
    `UPDATE ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
     SET t.recorded_at = ?, e.recorded_at = ?, a.last_recorded_at = ? WHERE t.reference = ?`,
    [time, time, time, reference],
  );
  for (const guard of guards) await database.query(guard);
}
