import { createConnection, type Connection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { literal, literals, tuples } from '../../ledger/sql-text.ts';
import type { IncomingEvent } from './incoming-event.ts';
import { isDeadlock } from '../sql-pool.ts';

/** A row to be. */
export interface NewEventRow {
  readonly id: string;
  readonly event: IncomingEvent;
}

export interface InboxLaneOptions {
  readonly databaseUrl: string;
  readonly sweepAfterMs: number;
  readonly timeoutMs: number;
}

/** One connection on which groups of events are stored, one after the other. */
export class InboxLane {
  readonly #options: InboxLaneOptions;
  /** The last group was mostly known already: a storm of retries, in which a question costs less than its answer. */
  #isRetryStorm = false;
  #connection: Connection | null = null;

  constructor(options: InboxLaneOptions) {
    this.#options = options;
  }

  /** The ids of the rows that were new. A deadlock with another process is none of the caller's business: once more. */
  async store(group: readonly NewEventRow[]): Promise<ReadonlySet<string>> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = await this.#connected();
      try {
        return await this.#insert(connection, group);
      } catch (error) {
        if (isDeadlock(error) && attempt < 5) continue;
        if (!isRefused(error)) this.#disconnect();
        throw withoutStatement(error);
      }
    }
  }

  async #insert(connection: Connection, group: readonly NewEventRow[]): Promise<ReadonlySet<string>> {
    const rest = this.#isRetryStorm ? await unknownOf(connection, group, this.#options) : group;
    const stored = rest.length === 0 ? new Set<string>() : await insertRows(connection, rest, this.#options);
    this.#isRetryStorm = stored.size * 2 < group.length;
    return stored;
  }

  async close(): Promise<void> {
    await this.#connection?.end();
    this.#connection = null;
  }

  async #connected(): Promise<Connection> {
    if (this.#connection !== null) return this.#connection;
    const connection = await createConnection({
      uri: this.#options.databaseUrl.replace(/^mariadb:/, 'mysql:'),
      charset: 'utf8mb4',
      timezone: 'Z',
      connectTimeout: this.#options.timeoutMs,
      // Without it an untouched duplicate counts as no row, which tells new from old in the insert's own answer.
      flags: ['-FOUND_ROWS'],
    });
    connection.on('error', () => {
      if (this.#connection === connection) this.#disconnect();
    });
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    this.#connection = connection;
    return connection;
  }

  /** After an error the connection's state is unknown; the next group makes a new one. */
  #disconnect(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }
}

/** Whether the database is there and refused what the rows say (class 22: data, 23: constraint). */
export function isRefused(error: unknown): boolean {
  const state = typeof error === 'object' && error !== null && 'sqlState' in error ? error.sqlState : undefined;
  return typeof state === 'string' && (state.startsWith('22') || state.startsWith('23'));
}

/** What of `group` is not stored yet, by a reading of the keys alone: their events stay here. */
async function unknownOf(
  connection: Connection,
  group: readonly NewEventRow[],
  { timeoutMs: timeout }: InboxLaneOptions,
): Promise<readonly NewEventRow[]> {
  const accounts = Map.groupBy(
    group,
    ({ event }) => `${literal(event.provider)} AND processor_account_id = ${literal(event.processorAccountId)}`,
  );
  const questions = [...accounts].map(
    ([account, rows]) =>
      `SELECT processor_account_id, event_key FROM provider_event WHERE provider = ${account}
       AND event_key IN (${literals(rows.map(({ event }) => event.eventKey))})`,
  );
  const sql = questions.join(' UNION ALL ');
  const [known] = await connection.query<RowDataPacket[][]>({ sql, timeout, rowsAsArray: true });
  const keys = new Set((known as unknown as [string, string][]).map(([account, key]) => `${account} ${key}`));
  return group.filter(({ event }) => !keys.has(`${event.processorAccountId} ${event.eventKey}`));
}

// Not INSERT IGNORE: that would also cut what is too long, without a word.
const insertInto = `INSERT INTO provider_event (id, provider, processor_account_id, event_key, type, object_id, payload,
  source, state, attempts, created_at, received_at, due_at) VALUES `;
const onDuplicate = ' ON DUPLICATE KEY UPDATE id = id';

async function insertRows(
  connection: Connection,
  group: readonly NewEventRow[],
  { sweepAfterMs, timeoutMs: timeout }: InboxLaneOptions,
): Promise<ReadonlySet<string>> {
  const ids = group.map(({ id }) => id);
  const receivedAt = new Date();
  const dueAt = new Date(receivedAt.getTime() + sweepAfterMs);
  const rows = group.map(({ id, event }) => [
    ...[id, event.provider, event.processorAccountId, event.eventKey, event.type, event.objectId, event.payload],
    ...[event.source, 'received', 0, new Date(event.createdAt), receivedAt, dueAt],
  ]);
  const [result] = await connection.query<ResultSetHeader>({ sql: insertInto + tuples(rows) + onDuplicate, timeout });
  if (result.affectedRows === ids.length) return new Set(ids);
  if (result.affectedRows === 0) return new Set();
  const sql = 'SELECT id FROM provider_event WHERE id IN (?)';
  const [stored] = await connection.query<RowDataPacket[]>({ sql, values: [ids], timeout });
  return new Set(stored.map((row) => String(row['id'])));
}

/** The driver's error carries the statement, and so the payloads of a whole group: they must not reach a log. */
function withoutStatement(error: unknown): unknown {
  if (error instanceof Error && 'sql' in error) delete error.sql;
  return error;
}
