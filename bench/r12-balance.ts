import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { organisationAccount } from '../src/domain/ledger-account.ts';
import { SqlPool } from '../src/entities/sql-pool.ts';
import { readHolderBalance, readHolderBalanceAt } from '../src/reports/holder-balance.ts';
import type { Bench, BenchContext, Figure } from './contract.ts';
import { runCallers } from './support/callers.ts';
import { mustEqual } from './support/proof.ts';
import { alternate, type Side } from './support/rounds.ts';
import { accountOfClub, openStatementBook, type StatementBook } from './support/statement-book.ts';

/** A balance is one row by index, now and at any instant, whatever the length of the history. */
export const balanceReads: Bench = {
  id: 'R12',
  title: 'balance now and at an instant, at 1M postings, against a raw indexed SELECT',
  async run(context) {
    const long = await openReads(context, context.isQuick ? 20_000 : 1_000_000);
    const short = await openReads(context, 1_000);
    const goals = { goal: 1.15, floor: 1.5, better: 'less', unit: 'cost ratio' } as const;
    const figures: Figure[] = [];
    for (const when of ['now', 'then'] as const) {
      const sides = { ours: long.ours[when], theirs: long.raw[when], unit: 'us' };
      figures.push({ ...goals, when: `${when}, against raw`, value: (await alternate(context, sides)).ratio });
      const histories = { ours: long.ours[when], theirs: { ...short.ours[when], name: 'at 1k' }, unit: 'us' };
      const { ratio } = await alternate(context, histories);
      figures.push({ ...goals, goal: 1.2, when: `${when}, 1M against 1k`, value: ratio });
    }
    return figures;
  },
};

type Reads = Readonly<Record<'now' | 'then', Side>>;

async function openReads(context: BenchContext, rows: number): Promise<{ ours: Reads; raw: Reads }> {
  const book = await openStatementBook(context, rows);
  const pool = new SqlPool(book.database.url, 1);
  context.owns(() => pool.close());
  const raw = await createConnection({ uri: book.database.url.replace(/^mariadb:/, 'mysql:'), dateStrings: true });
  context.owns(() => raw.end());
  const account = organisationAccount(book.club.id, 'AUD');
  const at = instantsOf(book);
  const now = async () => Number((await readHolderBalance(pool, account)).balance.amountMinor);
  const then = async () => {
    const next = at();
    const { balance } = await readHolderBalanceAt(pool, account, { at: next.iso, isInclusive: true });
    mustEqual('The balance then', Number(balance.amountMinor), next.balance);
    return next.balance;
  };
  mustEqual('The balance now', await now(), rows);
  return {
    ours: { now: side(context, 'ours', now), then: side(context, 'ours', then) },
    raw: rawReads(context, raw, book),
  };
}

function rawReads(context: BenchContext, raw: Connection, book: StatementBook): Reads {
  const code = accountOfClub(book);
  const at = instantsOf(book);
  const newest = (sql: string): string =>
    `SELECT e.balance_after_minor FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
     WHERE a.code = ? ${sql} LIMIT 1`;
  const now = async () => {
    const sql = newest('ORDER BY e.account_id DESC, e.seq DESC');
    return (await raw.query<RowDataPacket[]>(sql, [code]))[0];
  };
  const then = async () => {
    const sql = newest('AND e.recorded_at <= ? ORDER BY e.account_id DESC, e.recorded_at DESC, e.seq DESC');
    return (await raw.query<RowDataPacket[]>(sql, [code, at().iso.replace('T', ' ').replace('Z', '')]))[0];
  };
  return { now: side(context, 'raw mysql2', now), then: side(context, 'raw mysql2', then) };
}

/** Microseconds of one read, by one caller. */
function side(context: BenchContext, name: string, read: () => Promise<unknown>): Side {
  const seconds = Math.min(context.seconds, 2);
  const once = async (): Promise<void> => {
    await read();
  };
  return { name, run: async () => 1_000_000 / (await runCallers(1, seconds, once)).perSecond };
}

/** Instants all over the history, each with what the balance was: a row a second, of one cent. */
function instantsOf({ rows, firstAt }: StatementBook): () => { readonly iso: string; readonly balance: number } {
  let n = 0;
  return () => {
    n = (n + 611_953) % rows;
    const second = Math.max(n, 2);
    return { iso: new Date(Date.parse(firstAt) + second * 1_000).toISOString(), balance: second };
  };
}
