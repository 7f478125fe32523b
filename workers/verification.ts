import { createConnection, type Connection } from 'mysql2/promise';
import { verifyChain } from '../src/ledger/chain.read.ts';
import { connectionOptions } from '../src/ledger/connection.ts';
import type { Invariant } from '../src/ledger/invariants.ts';
import type { BookRow, SqlReader } from '../src/ledger/sql-reader.read.ts';
import { invariants } from './invariant-list.ts';

/** How many violating rows are shown. */
const rowsShownMax = 5;

/** Checks every invariant and the chain of the database at `databaseUrl`; true when all hold. */
export async function verify(databaseUrl: string, print: (line: string) => void): Promise<boolean> {
  const connection = await createConnection({ ...connectionOptions({ databaseUrl }), rowsAsArray: false });
  try {
    // One view of the book for all checks, so that what is posted meanwhile looks like nothing half done.
    await connection.query("SET SESSION time_zone = '+00:00'; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
    const reader = readerOn(connection);
    await printSize(reader, print);
    let violated = 0;
    for (const invariant of invariants) violated += (await holds(reader, invariant, print)) ? 0 : 1;
    if (!(await chainHolds(reader, print))) violated += 1;
    const total = invariants.length + 1;
    print(violated === 0 ? `verified  ${total} checks hold` : `VIOLATED  ${violated} of ${total} checks`);
    return violated === 0;
  } finally {
    await connection.end();
  }
}

async function holds(reader: SqlReader, invariant: Invariant, print: (line: string) => void): Promise<boolean> {
  const rows = await reader.rows(invariant.sql);
  print(`${rows.length === 0 ? 'ok       ' : 'VIOLATED '} ${invariant.name}: ${rows.length} rows against it`);
  for (const row of rows.slice(0, rowsShownMax)) print(`            ${JSON.stringify(row)}`);
  return rows.length === 0;
}

async function chainHolds(reader: SqlReader, print: (line: string) => void): Promise<boolean> {
  const { broken, headHash, sealedCount, unsealedCount } = await verifyChain(reader);
  const name = 'the chain of seals follows from the book';
  if (broken === null) {
    print(`ok        ${name}: ${sealedCount} sealed, ${unsealedCount} not yet, head ${headHash}`);
    return true;
  }
  print(`VIOLATED  ${name}: ${sealedCount} links hold, broken at sequence ${broken.seq}: ${broken.why}`);
  return false;
}

async function printSize(reader: SqlReader, print: (line: string) => void): Promise<void> {
  for (const table of ['ledger_account', 'ledger_transaction', 'ledger_entry', 'ledger_hold', 'ledger_seal']) {
    const [row] = await reader.rows(`SELECT COUNT(*) AS count FROM ${table}`);
    print(`          ${table}: ${String(row?.['count'])} rows`);
  }
}

function readerOn(connection: Connection): SqlReader {
  return {
    rows: async (sql, values = []) => {
      const [rows] = await connection.query(sql, [...values]);
      return rows as BookRow[];
    },
  };
}
