import { createConnection, type Connection, type ConnectionOptions } from 'mysql2';

/** The rows of a SELECT, as arrays in the order of its columns, or what a write says of itself. */
export type ResultSet = readonly (readonly unknown[])[] | { readonly affectedRows: number };

/** One session at the database that sends several statements in one packet. */
export interface BookConnection {
  /** Sends all statements in one packet and answers one result for each. Stops at the first error. */
  send(statements: readonly string[]): Promise<readonly ResultSet[]>;
  /** Drops the session at once; the server rolls back what was not committed. */
  destroy(): void;
  end(): Promise<void>;
}

/** What an error of the driver means for the caller's work. */
export type Trouble =
  /** The reply is lost: whether the packet was carried out is not known. */
  | 'connection'
  /** Deadlock or lock wait: nothing was done, doing it again may work. */
  | 'contention'
  /** A unique key was there already. */
  | 'duplicate'
  | 'other';

export interface ConnectionSettings {
  readonly databaseUrl: string;
  /** A reply that takes longer counts as lost. */
  readonly replyTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Where the session's clock stands still: for books of a time that is over, in demos and tests. */
  readonly clock?: Date | undefined;
}

/** Opens a session in UTC at READ COMMITTED (decisions D39, D40), strict, giving up on a lock after five seconds. */
export async function connect(settings: ConnectionSettings): Promise<BookConnection> {
  // Our statements carry their literals; looking through them for placeholders would be wasted.
  const connection = createConnection({ ...connectionOptions(settings), queryFormat: (sql: string) => sql });
  // Losing the session between two packets shows at the next one; unheard, the event would end the process.
  connection.on('error', () => undefined);
  const session: BookConnection = {
    send: (statements) => sendAll(connection, statements, settings.replyTimeoutMs),
    destroy: () => {
      connection.destroy();
    },
    end: () => connection.promise().end(),
  };
  try {
    await session.send([...sessionStatements, ...clockStatements(settings.clock)]);
  } catch (error) {
    session.destroy();
    throw error;
  }
  return session;
}

/** The driver's options for `databaseUrl`, which may begin with mysql:// or mariadb://. */
export function connectionOptions(
  settings: Pick<ConnectionSettings, 'databaseUrl'> & Partial<ConnectionSettings>,
): ConnectionOptions {
  return {
    uri: settings.databaseUrl.replace(/^mariadb:/, 'mysql:'),
    multipleStatements: true,
    rowsAsArray: true,
    dateStrings: true,
    charset: 'utf8mb4',
    connectTimeout: settings.connectTimeoutMs ?? 5_000,
  };
}

/** What `error`, as the driver threw it, means. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Error)) return 'other';
  const { code, errno, fatal } = error as Error & DriverFacts;
  if (isOneOf(contention, code)) return 'contention';
  if (code === 'ER_DUP_ENTRY') return 'duplicate';
  return fatal === true || isOneOf(lost, code) || isOneOf(lost, errno) || isClosed(error) ? 'connection' : 'other';
}

/** The unique key that an `ER_DUP_ENTRY` names, without its table; empty for another error. */
export function duplicateKeyOf(error: unknown): string {
  const match = error instanceof Error ? /for key '(?:[^'.]*\.)?([^']+)'/.exec(error.message) : null;
  return match?.[1] ?? '';
}

interface DriverFacts {
  readonly code?: string;
  readonly errno?: number;
  readonly fatal?: boolean;
}

/** The driver has no code for a packet that was queued after the session was lost. */
function isClosed(error: Error): boolean {
  return /closed state|connection is closed/i.test(error.message);
}

function isOneOf(set: ReadonlySet<string | number>, value: string | number | undefined): boolean {
  return value !== undefined && set.has(value);
}

const contention = new Set<string | number>(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD']);
const lost = new Set<string | number>([
  ...['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT', 'ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT'],
  ...['ER_SERVER_SHUTDOWN', 'ER_NORMAL_SHUTDOWN', 'ER_CON_COUNT_ERROR'],
  // Connection killed (MariaDB), client disconnected by the server (MySQL).
  ...[1927, 4031],
]);

const sessionStatements = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 5, autocommit = 1,
   sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
];

function clockStatements(clock: Date | undefined): readonly string[] {
  return clock === undefined ? [] : [`SET SESSION timestamp = ${clock.getTime() / 1_000}`];
}

/** The driver's callbacks instead of its promises: those note a stack for each packet, in case it should fail. */
function sendAll(
  connection: Connection,
  statements: readonly string[],
  timeout: number,
): Promise<readonly ResultSet[]> {
  return new Promise((resolve, reject) => {
    connection.query({ sql: statements.join(';\n'), rowsAsArray: true, timeout }, (error, results) => {
      if (error) reject(error);
      // A packet of one statement answers its result bare.
      else resolve((statements.length === 1 ? [results] : results) as unknown as readonly ResultSet[]);
    });
  });
}
