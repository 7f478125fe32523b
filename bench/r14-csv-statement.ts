import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createConnection, type Connection } from 'mysql2';
import { SqlPool } from '../src/entities/sql-pool.ts';
import { localTimestamp } from '../src/reports/local-day.ts';
import { organisationCsv } from '../src/reports/organisations/organisation-statement-csv.ts';
import { openOrganisationFile } from '../src/reports/organisations/organisation-statement.ts';
import type { Bench, BenchContext, Figure } from './contract.ts';
import { mustEqual } from './support/proof.ts';
import { alternate } from './support/rounds.ts';
import { openStatementBook, type StatementBook } from './support/statement-book.ts';

const asOf = '2026-06-01T00:00:00.000000Z';

/** A long statement is made while it is sent: as fast as the rows come, in memory that does not grow with them. */
export const csvStatement: Bench = {
  id: 'R14',
  title: 'a CSV statement of 1M rows, against a raw mysql2 stream to CSV',
  async run(context) {
    const book = await openStatementBook(context, context.isQuick ? 20_000 : 1_000_000);
    const pool = new SqlPool(book.database.url, 4);
    context.owns(() => pool.close());
    const bytes = new Map<string, string>();
    const memory: number[] = [];
    const measured = (name: string, open: () => Promise<Readable>) => ({
      name,
      run: async () => {
        const { seconds, digest, grownMb } = await drain(await open());
        if (name === 'ours') memory.push(grownMb);
        mustEqual(`Bytes of ${name} (1 when as before)`, Number((bytes.get(name) ?? digest) === digest), 1);
        bytes.set(name, digest);
        return book.rows / seconds;
      },
    });
    const ours = measured('ours', () => openOurs(pool, book));
    const theirs = measured('raw mysql2', () => Promise.resolve(openRaw(context, book)));
    const { ratio } = await alternate(context, { ours, theirs, unit: 'rows/s' });
    mustEqual('Bytes of both (1 when equal)', Number(bytes.get('ours') === bytes.get('raw mysql2')), 1);
    const grown = Math.max(...memory);
    return [{ unit: 'ratio', value: ratio, goal: 0.8, floor: 0.5, better: 'more' }, memoryFigure(grown)];
  },
};

/** Flat: what the process has at most grows little after the first quarter of the rows. */
function memoryFigure(grownMb: number): Figure {
  return { unit: 'MB grown', when: 'memory', value: grownMb, goal: 64, floor: 128, better: 'less' };
}

async function openOurs(pool: SqlPool, { club }: StatementBook): Promise<Readable> {
  const file = await openOrganisationFile(pool, club, { asOf });
  return organisationCsv(file, { layout: 'plain', hasByteOrderMark: false, requester: 'Bench' });
}

/** What somebody who knows the tables would write by hand: one statement, its rows joined with commas. */
function openRaw(context: BenchContext, book: StatementBook): Readable {
  const uri = book.database.url.replace(/^mariadb:/, 'mysql:');
  const connection = createConnection({ uri, dateStrings: true, timezone: 'Z' });
  context.owns(() => {
    connection.destroy();
  });
  return Readable.from(rawLines(connection, book), { objectMode: false });
}

async function* rawLines(connection: Connection, { club }: StatementBook): AsyncGenerator<string> {
  const { zone, name, id } = club;
  let chunk = `${name},Downloaded by Bench,${localTimestamp(asOf, zone)}\r\n`;
  chunk += 'Date,Counterparty,Reference,Type,Description,Amount,Balance\r\n';
  const rows = connection
    .query(
      `SELECT e.recorded_at, m.first_name, m.last_name, t.reference, e.type, t.description,
         IF(e.side = 'credit', e.amount_minor, -e.amount_minor) AS amount, e.balance_after_minor AS balance
       FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id JOIN ledger_transaction t ON t.id = e.transaction_id
       LEFT JOIN member m ON m.id = SUBSTRING(e.counterparty, 8)
       WHERE a.code = ? ORDER BY e.seq DESC`,
      [`organisation/${id}/AUD`],
    )
    .stream({ highWaterMark: 1_000 });
  for await (const row of rows as AsyncIterable<Record<string, string | number>>) {
    const date = localTimestamp(`${String(row['recorded_at']).replace(' ', 'T')}Z`, zone);
    const who = cell(`${row['first_name']} ${row['last_name']}`);
    chunk += `${date},${who},${row['reference']},${row['type']},${cell(String(row['description']))},`;
    chunk += `${(Number(row['amount']) / 100).toFixed(2)},${(Number(row['balance']) / 100).toFixed(2)}\r\n`;
    if (chunk.length < 65_536) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
  connection.destroy();
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Takes everything; the digest proves that both made the same bytes. */
async function drain(stream: Readable): Promise<{ seconds: number; digest: string; grownMb: number }> {
  const resident: number[] = [];
  const hash = createHash('sha256');
  const startedAt = performance.now();
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      resident.push(process.memoryUsage.rss());
      done();
    },
  });
  await pipeline(stream, sink);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { seconds, digest: hash.digest('hex'), grownMb: grownOf(resident) };
}

function grownOf(resident: readonly number[]): number {
  const early = resident.slice(0, Math.max(1, resident.length / 4));
  return (Math.max(...resident) - Math.max(...early)) / 1_048_576;
}
