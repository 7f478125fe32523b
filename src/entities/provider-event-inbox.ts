import { createConnection, type Connection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import type { ProcessorAccountId } from '../domain/ids.ts';
import { newId } from './new-id.ts';
import type { Provider } from './processor-account.entity.ts';
import type { ProviderEventSource } from './provider-event.entity.ts';
import { isDeadlock } from './sql-pool.ts';

/** An event as it arrives: verified, and without client secrets (decisions D36). */
export interface IncomingEvent {
  readonly provider: Provider;
  readonly processorAccountId: ProcessorAccountId;
  /** What makes it unique at its account: the processor's event id. */
  readonly eventKey: string;
  readonly type: string;
  readonly objectId: string | null;
  readonly payload: string;
  readonly source: ProviderEventSource;
  /** When the processor made it, ISO 8601. */
  readonly createdAt: string;
}

export type Receipt = 'stored' | 'duplicate';

export interface Inbox {
  /** Answers once the event is durably stored, or known to be stored already. Rejects when the database is away. */
  receive(event: IncomingEvent): Promise<Receipt>;
  close(): Promise<void>;
}

export interface InboxOptions {
  readonly databaseUrl: string;
  /** Told, after the commit and outside of any request, which rows are new. Must not throw. */
  readonly onStored: (eventRowIds: readonly string[]) => void;
  /** After this the inbox sweep takes a row that nobody dispatched, in ms. */
  readonly sweepAfterMs?: number;
  /** How long the database may take before a request is told to come back, in ms. */
  readonly timeoutMs?: number;
}

interface Entry {
  readonly id: string;
  readonly event: IncomingEvent;
  readonly waiting: { readonly answer: (receipt: Receipt) => void; readonly fail: (error: unknown) => void }[];
}

const groupRows = 200;
const groupBytes = 4_000_000;
/** Keys of rows that are committed; a storm of retries is answered without the database. */
const rememberedKeys = 20_000;

/**
 * The inbox's way in: while one statement is on its way to the database, the events that arrive gather and go with the
 * next, so that many deliveries share one commit and a lone one waits for nobody. An event that is given many times,
 * at once or later, makes one row.
 */
export function createInbox(options: InboxOptions): Inbox {
  return new GroupedInbox(options);
}

class GroupedInbox implements Inbox {
  readonly #options: InboxOptions;
  readonly #known = new Set<string>();
  #pending = new Map<string, Entry>();
  #writing = new Map<string, Entry>();
  #writer: Promise<void> | null = null;
  #connection: Connection | null = null;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  receive(event: IncomingEvent): Promise<Receipt> {
    const key = keyOf(event);
    if (this.#known.has(key)) return Promise.resolve('duplicate');
    return new Promise((answer, fail) => {
      const entry = this.#writing.get(key) ?? this.#pending.get(key) ?? this.#enter(key, event);
      entry.waiting.push({ answer, fail });
      this.#writer ??= this.#write();
    });
  }

  async close(): Promise<void> {
    await this.#writer;
    await this.#connection?.end();
    this.#connection = null;
  }

  #enter(key: string, event: IncomingEvent): Entry {
    const entry = { id: newId('providerEvent'), event, waiting: [] };
    this.#pending.set(key, entry);
    return entry;
  }

  async #write(): Promise<void> {
    // Deliveries that were read from their sockets in this turn of the loop share the first statement.
    await new Promise(setImmediate);
    while (this.#pending.size > 0) {
      this.#writing = this.#nextGroup();
      await this.#store([...this.#writing.values()]);
      this.#writing = new Map();
    }
    this.#writer = null;
  }

  #nextGroup(): Map<string, Entry> {
    const group = new Map<string, Entry>();
    let bytes = 0;
    // In order of their key, so that two processes never wait for each other's rows.
    for (const [key, entry] of [...this.#pending].sort(byKey)) {
      if (group.size > 0 && (group.size >= groupRows || bytes + entry.event.payload.length > groupBytes)) break;
      bytes += entry.event.payload.length;
      group.set(key, entry);
      this.#pending.delete(key);
    }
    return group;
  }

  /** Stores a group; where one row is what the database refuses, the others do not fail with it. */
  async #store(group: readonly Entry[]): Promise<void> {
    try {
      const stored = await this.#insert(group);
      for (const entry of group) this.#settle(entry, stored.has(entry.id) ? 'stored' : 'duplicate');
      if (stored.size > 0) this.#options.onStored([...stored]);
    } catch (error) {
      const single = group.length === 1 || !isRefused(error);
      for (const entry of group) {
        if (single) this.#fail(entry, error);
        else await this.#store([entry]);
      }
    }
  }

  #settle(entry: Entry, first: Receipt): void {
    this.#remember(keyOf(entry.event));
    this.#writing.delete(keyOf(entry.event));
    entry.waiting.forEach(({ answer }, index) => {
      answer(index === 0 ? first : 'duplicate');
    });
  }

  #fail(entry: Entry, error: unknown): void {
    this.#writing.delete(keyOf(entry.event));
    for (const { fail } of entry.waiting) fail(error);
  }

  #remember(key: string): void {
    if (this.#known.size >= rememberedKeys) this.#known.clear();
    this.#known.add(key);
  }

  /** The ids of the rows that were new. A deadlock with another process is none of the caller's business: once more. */
  async #insert(group: readonly Entry[]): Promise<ReadonlySet<string>> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = await this.#connected();
      try {
        return await insertRows(connection, group, this.#options);
      } catch (error) {
        if (isDeadlock(error) && attempt < 5) continue;
        if (!isRefused(error)) this.#disconnect();
        throw withoutStatement(error);
      }
    }
  }

  async #connected(): Promise<Connection> {
    if (this.#connection !== null) return this.#connection;
    const connection = await createConnection({
      uri: this.#options.databaseUrl.replace(/^mariadb:/, 'mysql:'),
      charset: 'utf8mb4',
      timezone: 'Z',
      connectTimeout: this.#options.timeoutMs ?? 4_000,
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

async function insertRows(
  connection: Connection,
  group: readonly Entry[],
  options: InboxOptions,
): Promise<ReadonlySet<string>> {
  const timeout = options.timeoutMs ?? 4_000;
  const ids = group.map((entry) => entry.id);
  const receivedAt = new Date();
  const dueAt = new Date(receivedAt.getTime() + (options.sweepAfterMs ?? 3_000));
  const rows = group.map(({ id, event }) => [
    ...[id, event.provider, event.processorAccountId, event.eventKey, event.type, event.objectId, event.payload],
    ...[event.source, 'received', 0, new Date(event.createdAt), receivedAt, dueAt],
  ]);
  const [result] = await connection.query<ResultSetHeader>({ sql: insertSql, values: [rows], timeout });
  if (result.affectedRows === ids.length) return new Set(ids);
  if (result.affectedRows === 0) return new Set();
  const sql = 'SELECT id FROM provider_event WHERE id IN (?)';
  const [stored] = await connection.query<RowDataPacket[]>({ sql, values: [ids], timeout });
  return new Set(stored.map((row) => String(row['id'])));
}

// Not INSERT IGNORE: that would also cut what is too long, without a word.
const insertSql = `INSERT INTO provider_event (id, provider, processor_account_id, event_key, type, object_id, payload,
  source, state, attempts, created_at, received_at, due_at) VALUES ? ON DUPLICATE KEY UPDATE id = id`;

/** Whether the database is there and refused what the rows say (class 22: data, 23: constraint). */
function isRefused(error: unknown): boolean {
  const state = typeof error === 'object' && error !== null && 'sqlState' in error ? error.sqlState : undefined;
  return typeof state === 'string' && (state.startsWith('22') || state.startsWith('23'));
}

/** The driver's error carries the statement, and so the payloads of a whole group: they must not reach a log. */
function withoutStatement(error: unknown): unknown {
  if (error instanceof Error && 'sql' in error) delete error.sql;
  return error;
}

function keyOf(event: IncomingEvent): string {
  return `${event.provider} ${event.processorAccountId} ${event.eventKey}`;
}

function byKey(left: readonly [string, Entry], right: readonly [string, Entry]): number {
  return left[0] < right[0] ? -1 : 1;
}
