import { until } from '../../test/support/until.ts';
import { countOf, mustEqual, proveInvariants } from './proof.ts';
import type { BenchSystem } from './system.ts';

/** Events that wait in the inbox. */
const waiting = "SELECT COUNT(*) FROM provider_event WHERE state IN ('received', 'parked')";

/** Waits until every event that the simulator sent is settled. */
export async function inboxEmpty({ database }: BenchSystem, sales: number): Promise<void> {
  const arrived = 'SELECT COUNT(DISTINCT owner_id) FROM provider_event';
  const isEmpty = async (): Promise<boolean> =>
    (await countOf(database, waiting)) === 0 && (await countOf(database, arrived)) >= sales;
  await until(isEmpty, { withinMs: 60_000, everyMs: 50 });
}

/** `sales` were sold: each posted once, and what the processor took is in the book to the cent. */
export async function proveSales(system: BenchSystem, sales: number): Promise<void> {
  const { database, control } = system;
  await inboxEmpty(system, sales);
  await proveInvariants(database);
  mustEqual('Posted sales', await countOf(database, "SELECT COUNT(*) FROM sale WHERE state = 'posted'"), sales);
  mustEqual('Sales', await countOf(database, 'SELECT COUNT(*) FROM sale'), sales);
  const booked = await countOf(
    database,
    `SELECT COALESCE(SUM(e.amount_minor), 0) FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
     WHERE t.kind = 'sale' AND e.side = 'debit'`,
  );
  const { by_currency: totals } = await control.counters();
  mustEqual('Booked, in minor units', booked, totals['aud']?.captured_minor ?? 0);
}
