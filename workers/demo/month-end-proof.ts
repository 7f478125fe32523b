import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { eventually, type MonthEndStage } from './month-end-story.ts';
import { decimal, say } from './story.ts';

interface Reconciliation {
  readonly id: string;
  readonly state: string;
  readonly figures: Readonly<Record<string, number>>;
}

/** Compares the book with the processor, shows what differs, and proves that every cent has its place. */
export async function reconcile(
  stage: MonthEndStage,
  { databaseUrl, processorAccount }: { readonly databaseUrl: string; readonly processorAccount: string },
): Promise<void> {
  const { calls, key } = stage;
  const started = (await calls.ask(key, { method: 'POST', path: '/v1/reconciliations', body: { processorAccount } }))
    .body as Reconciliation;
  const done = await eventually(async () => {
    const run = (await calls.ask(key, { path: `/v1/reconciliations/${started.id}` })).body as Reconciliation;
    return run.state === 'done' ? run : null;
  });
  const { items } = (await calls.ask(key, { path: '/v1/reconciliation-differences' })).body as { items: object[] };
  const { linesRead = 0, matched = 0 } = done.figures;
  say(`\n  Reconciled  ${linesRead} lines of the processor, ${matched} matched, ${items.length} differences`);
  await showBook(databaseUrl);
}

/** What is where at the end: debits and credits are the same sum. */
async function showBook(databaseUrl: string): Promise<void> {
  const connection = await createConnection({ uri: databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT kind, CAST(SUM(balance_minor) AS SIGNED) AS minor, MAX(normal_side) AS side FROM ledger_account
       GROUP BY kind HAVING minor <> 0 ORDER BY side DESC, kind`,
    );
    const sum = (side: string) =>
      rows.filter((row) => row['side'] === side).reduce((total, row) => total + Number(row['minor']), 0);
    say(`\n  The book    ${''.padEnd(20)}     debit    credit`);
    for (const row of rows) {
      const amount = decimal(Number(row['minor'])).padStart(10);
      say(`    ${String(row['kind']).padEnd(26)}${row['side'] === 'debit' ? amount : `${''.padStart(10)}${amount}`}`);
    }
    const [debit, credit] = [sum('debit'), sum('credit')];
    say(`    ${''.padEnd(26)}${decimal(debit).padStart(10)}${decimal(credit).padStart(10)}`);
    if (debit !== credit) throw new Error('The book does not balance.');
  } finally {
    await connection.end();
  }
}
