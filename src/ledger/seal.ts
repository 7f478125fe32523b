import { createConnection, type Connection } from 'mysql2/promise';
import { canonicalForms, genesisHash, linkHash } from './chain.read.ts';
import { connectionOptions } from './connection.ts';
import { tuples } from './sql-text.ts';
import { numberIn, textIn, type BookRow, type SqlReader } from './sql-reader.read.ts';

/** Adds what was posted to the hash chain, outside the hot path (decisions D43). */
export interface Sealer {
  /** Seals all that is not sealed yet; answers how many transactions that was, 0 while another process seals. */
  seal(): Promise<number>;
  close(): Promise<void>;
}

export interface SealerOptions {
  readonly databaseUrl: string;
  /** Transactions that one statement seals. */
  readonly batchSize?: number;
}

/**
 * A sealer on a connection of its own, opened when needed. The chain is in the order of discovery: by time of
 * recording within what is found together. A lock of the database's name lets one process seal at a time.
 */
export function createSealer(options: SealerOptions): Sealer {
  const batchSize = options.batchSize ?? 500;
  let connection: Connection | undefined;
  /** The first run of a process looks at the whole book, later ones at what is recent. */
  let since: string | undefined;
  const drop = (): void => {
    connection?.destroy();
    connection = undefined;
  };
  return {
    seal: async () => {
      try {
        connection ??= await open(options.databaseUrl);
        const { count, recordedAt } = await sealAll(readerOn(connection), { batchSize, since });
        since = recordedAt ?? since;
        return count;
      } catch (error) {
        // Ending the session gives its lock back; the next run opens another.
        drop();
        throw error;
      }
    },
    close: async () => {
      await connection?.end();
      connection = undefined;
    },
  };
}

/** A transaction that committed this much later than it was recorded is still found by a run that looks back. */
const lookBackSeconds = 3600;

interface Run {
  readonly batchSize: number;
  readonly since: string | undefined;
}

async function sealAll(reader: SqlReader, run: Run): Promise<{ count: number; recordedAt: string | undefined }> {
  const lock = "CONCAT('seal:', LEFT(SHA2(DATABASE(), 256), 32))";
  const [got] = await reader.rows(`SELECT GET_LOCK(${lock}, 0) AS got`);
  if (got?.['got'] !== 1) return { count: 0, recordedAt: undefined };
  let count = 0;
  let recordedAt = run.since;
  for (;;) {
    const batch = await unsealed(reader, { ...run, since: recordedAt });
    await sealBatch(reader, batch);
    count += batch.length;
    recordedAt = batch.at(-1)?.recordedAt ?? recordedAt;
    if (batch.length < run.batchSize) break;
  }
  await reader.rows(`SELECT RELEASE_LOCK(${lock}) AS released`);
  return { count, recordedAt };
}

interface Unsealed {
  readonly id: string;
  readonly recordedAt: string;
}

async function unsealed(reader: SqlReader, run: Run): Promise<readonly Unsealed[]> {
  const recent = run.since === undefined ? '' : `t.recorded_at >= ? - INTERVAL ${lookBackSeconds} SECOND AND`;
  const rows = await reader.rows(
    `SELECT t.id, t.recorded_at FROM ledger_transaction t
     LEFT JOIN ledger_seal s ON s.transaction_id = t.id
     WHERE ${recent} s.seq IS NULL ORDER BY t.recorded_at, t.id LIMIT ?`,
    [...(run.since === undefined ? [] : [run.since]), run.batchSize],
  );
  return rows.map((row: BookRow) => ({ id: textIn(row, 'id'), recordedAt: textIn(row, 'recorded_at') }));
}

async function sealBatch(reader: SqlReader, batch: readonly Unsealed[]): Promise<void> {
  if (batch.length === 0) return;
  const [last] = await reader.rows('SELECT seq, hash FROM ledger_seal ORDER BY seq DESC LIMIT 1');
  let seq = last === undefined ? 0 : numberIn(last, 'seq');
  let hash = last === undefined ? genesisHash : textIn(last, 'hash');
  const forms = await canonicalForms(
    reader,
    batch.map(({ id }) => id),
  );
  const links = batch.map(({ id }) => {
    seq += 1;
    hash = linkHash(hash, forms.get(id) ?? '');
    return [seq, id, hash];
  });
  await reader.rows(`INSERT INTO ledger_seal (seq, transaction_id, hash) VALUES ${tuples(links)}`);
}

async function open(databaseUrl: string): Promise<Connection> {
  const connection = await createConnection({ ...connectionOptions({ databaseUrl }), rowsAsArray: false });
  connection.on('error', () => undefined);
  await connection.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET SESSION time_zone = '+00:00'");
  return connection;
}

function readerOn(connection: Connection): SqlReader {
  return {
    rows: async (sql, values = []) => {
      const [rows] = await connection.query(sql, [...values]);
      return rows as BookRow[];
    },
  };
}
