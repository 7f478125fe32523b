import type { Connection, RowDataPacket } from 'mysql2/promise';
import { parseCurrency } from '../../src/domain/currency.ts';
import { memberAccount, organisationAccount } from '../../src/domain/ledger-account.ts';
import { money } from '../../src/domain/money.ts';
import { verifyChain } from '../../src/ledger/chain.read.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { adjustment } from '../../src/ledger/postings/correction.ts';
import { createSealer } from '../../src/ledger/seal.ts';
import type { SqlReader } from '../../src/ledger/sql-reader.read.ts';
import { createTestDatabase, openDatabase } from '../support/database.ts';
import { Tally } from './harness/lanes.ts';
import type { Random } from './harness/random.ts';
import type { Fault, FaultContext } from './harness/types.ts';

const sizes = { full: { transactions: 300, changes: 1_000 }, small: { transactions: 40, changes: 40 } } as const;

/** The sealed tables, by what names a row of theirs. */
const keys = {
  ledger_transaction: ['id'],
  ledger_entry: ['account_id', 'seq'],
  ledger_seal: ['seq'],
} as const;
type Table = keyof typeof keys;

export const fault: Fault = {
  id: 'F26',
  title: 'one changed byte in a random sealed row is found, and the first broken sequence named, every time',
  run: async (context) => {
    const database = await createTestDatabase();
    const connection = await openDatabase(database.url);
    try {
      await fill(database.url, sizes[context.size].transactions);
      await openTheSeal(connection);
      return await changeAndLook(connection, context);
    } finally {
      await connection.end();
      await database.drop();
    }
  },
};

/** A book of adjustments of members and organisations, all of it sealed. */
async function fill(databaseUrl: string, transactions: number): Promise<void> {
  const poster = createPoster({ databaseUrl });
  const currency = parseCurrency('AUD');
  for (let n = 0; n < transactions; n += 1) {
    const account =
      n % 3 === 0 ? organisationAccount(`org-${n % 5}`, currency) : memberAccount(`mem-${n % 7}`, currency);
    const amount = money(n % 2 === 0 ? 1_234 + n : -n, currency);
    const facts = { id: `fault-${n}`, account, amount, occurredAt: '2026-03-01T12:00:00Z', actor: 'treasurer' };
    const posted = await poster.post(adjustment({ ...facts, description: `Entry ${n}` }));
    if (posted.kind !== 'posted') throw new Error(JSON.stringify(posted));
  }
  await poster.close();
  const sealer = createSealer({ databaseUrl });
  const sealed = await sealer.seal();
  await sealer.close();
  if (sealed !== transactions) throw new Error(`${sealed} of ${transactions} are sealed.`);
}

/** As somebody with the database's own password would: the triggers are the first thing to go. */
async function openTheSeal(connection: Connection): Promise<void> {
  for (const table of Object.keys(keys)) await connection.query(`DROP TRIGGER ${table}_refuses_update`);
}

async function changeAndLook(connection: Connection, { size, random, log }: FaultContext) {
  const reader: SqlReader = {
    rows: async (sql, values = []) => (await connection.query<RowDataPacket[]>(sql, [...values]))[0],
  };
  const whole = await verifyChain(reader);
  const changed = new Tally();
  const missed: string[] = [];
  for (let n = 0; changed.total < sizes[size].changes; n += 1) {
    const change = await pickChange(connection, random);
    await connection.beginTransaction();
    try {
      if (!(await isDone(connection, change))) continue;
      const { broken } = await verifyChain(reader);
      changed.add(`${change.table}.${change.column}`);
      if (broken?.seq !== change.sequence) missed.push(`${told(change)}: ${JSON.stringify(broken)}`);
    } finally {
      // What was changed is undone to the byte, so that the next one stands alone.
      await connection.rollback();
    }
    if (n > 0 && n % 250 === 0) log(`${changed.total} changed, ${missed.length} missed`);
  }
  const after = await verifyChain(reader);
  const isWhole = whole.broken === null && after.broken === null && after.headHash === whole.headHash;
  return {
    pass: missed.length === 0 && isWhole,
    figures: `${changed.total} bytes changed (${changed.toString()}) in ${whole.sealedCount} links; not found: ${missed.slice(0, 3).join('; ') || 'none'}`,
    injections: changed.total,
  };
}

/** One byte of one column of one sealed row, as text. */
interface Change {
  readonly table: Table;
  readonly column: string;
  readonly before: string;
  readonly after: string;
  readonly row: Readonly<Record<string, string>>;
  /** The link that no longer follows. */
  readonly sequence: number;
}

async function pickChange(connection: Connection, random: Random): Promise<Change> {
  for (;;) {
    const table = random.pick(Object.keys(keys) as Table[]);
    const row = await randomRow(connection, table, random);
    const filled = Object.entries(row).filter(([column, value]) => column !== 'link' && value !== '');
    const [column, before] = random.pick(filled);
    const after = otherByte(before, random);
    // A link before the first one would not be read: it is the end of the chain that is missing then.
    if (after === null || (table === 'ledger_seal' && column === 'seq' && Number(after) === 0)) continue;
    return { table, column, before, after, row, sequence: Number(row['link']) };
  }
}

async function randomRow(connection: Connection, table: Table, random: Random): Promise<Record<string, string>> {
  const [columns] = await connection.query<RowDataPacket[]>(
    'SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?',
    [table],
  );
  const [[sum]] = await connection.query<RowDataPacket[]>(`SELECT COUNT(*) AS count FROM ${table}`);
  const texts = columns.map(({ name }) => `COALESCE(CAST(t.${name} AS CHAR), '') AS ${name}`).join(', ');
  const transaction = table === 'ledger_transaction' ? 't.id' : 't.transaction_id';
  const [[row]] = await connection.query<RowDataPacket[]>(
    `SELECT ${texts}, CAST(s.seq AS CHAR) AS link FROM ${table} t JOIN ledger_seal s ON s.transaction_id = ${transaction}
     ORDER BY ${keys[table].map((key) => `t.${key}`).join(', ')} LIMIT 1 OFFSET ${random.below(Number(sum?.['count']))}`,
  );
  return { ...row };
}

/** `text` with one character in the place of another of its kind; null where nothing can be changed. */
function otherByte(text: string, random: Random): string | null {
  // Of a time, any digit may make a day that does not exist: its fraction is as good.
  const isTime = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/.test(text);
  const places = text.split('').flatMap((letter, at) => (/[\da-z]/i.test(letter) && (!isTime || at > 19) ? [at] : []));
  if (places.length === 0) return null;
  const at = random.pick(places);
  const old = text[at] ?? '';
  const alphabet = /\d/.test(old)
    ? '0123456789'
    : /[a-z]/.test(old)
      ? 'abcdefghijklmnopqrstuvwxyz'
      : 'ABCDEFGHJKMNPQRS';
  const other = random.pick(alphabet.split('').filter((letter) => letter !== old));
  return `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
}

/** Whether the database takes it: a unique key may stand against it, and then another byte is picked. */
async function isDone(connection: Connection, { table, column, after, row }: Change): Promise<boolean> {
  const where = keys[table].map((key) => `${key} = ?`).join(' AND ');
  try {
    const values = keys[table].map((key) => row[key] ?? '');
    await connection.query(`UPDATE ${table} SET ${column} = ? WHERE ${where}`, [after, ...values]);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ER_DUP_ENTRY') return false;
    throw error;
  }
}

function told({ table, column, before, after, sequence }: Change): string {
  return `${table}.${column} of link ${sequence} from ${before} to ${after}`;
}
