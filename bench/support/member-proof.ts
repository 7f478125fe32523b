import { until } from '../../test/support/until.ts';
import { countOf, mustEqual, proveInvariants } from './proof.ts';
import type { BenchSystem } from './system.ts';

const openTopUps = "SELECT COUNT(*) FROM top_up WHERE state IN ('created', 'unresolved')";
const openNeeds = "SELECT COUNT(*) FROM top_up_need WHERE state = 'open'";

/** `paid` payments are booked, no other is there, and each charge of a card is in the book to the cent. */
export async function proveMembers(system: BenchSystem, paid: number): Promise<void> {
  const { database, control } = system;
  const isCalm = async (): Promise<boolean> =>
    (await countOf(database, openTopUps)) + (await countOf(database, openNeeds)) === 0;
  await until(isCalm, { withinMs: 120_000, everyMs: 50 });
  await proveInvariants(database);
  mustEqual('Paid payments', await countOf(database, "SELECT COUNT(*) FROM payment WHERE state = 'paid'"), paid);
  mustEqual('Payments', await countOf(database, 'SELECT COUNT(*) FROM payment'), paid);
  const booked = await countOf(
    database,
    `SELECT COALESCE(SUM(e.amount_minor), 0) FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
     WHERE t.kind IN ('card-in', 'sale') AND e.side = 'debit'`,
  );
  const { by_currency: totals } = await control.counters();
  mustEqual('Booked of cards, in minor units', booked, totals['aud']?.captured_minor ?? 0);
}
