import {
  createPool,
  type Pool,
  type PoolConnection,
  type QueryResult,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise';

/** A value that a statement may carry; objects are refused, since the driver would spread them into SQL. */
export type SqlValue = string | number | boolean | null;
/** A row as text and numbers; times are text in UTC, see `isoTime`. */
export type SqlRow = Readonly<Record<string, string | number | null>>;
/** One statement with its values, for a packet of several. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** What a statement answers: its rows, or how many it touched. */
export type Sent = readonly SqlRow[] | { readonly affectedRows: number };

/** A transaction under way. */
export interface SqlTransaction {
  /** One packet; answers a result for each statement. */
  send(statements: readonly Statement[]): Promise<readonly Sent[]>;
}

/** A database that does not answer for so long counts as away: the connection is given up and the caller told. */
const replyWithinMs = 10_000;

/**
 * Plain SQL for the few paths where a cashier waits: several statements travel in one packet, so that a sale costs two
 * round trips instead of seven. It never touches ledger accounts (decisions D39); all else uses the ORM.
 */
export class SqlPool {
  readonly #pool: Pool;

  constructor(databaseUrl: string, connections: number) {
    this.#pool = createPool({
      uri: databaseUrl.replace(/^mariadb:/, 'mysql:'),
      connectionLimit: connections,
      multipleStatements: true,
      dateStrings: true,
      supportBigNumbers: true,
      stringifyObjects: true,
      charset: 'utf8mb4',
      timezone: 'Z',
    });
  }

  /** The rows of one query. */
  async rows(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#use((connection) => send<RowDataPacket[]>(connection, { sql, values }));
  }

  /** The rows of several queries, sent together. */
  async rowSets(statements: readonly Statement[]): Promise<readonly (readonly SqlRow[])[]> {
    const sets = await this.#use((connection) => send<RowDataPacket[][]>(connection, packet(statements)));
    // A packet of one statement answers its rows bare.
    return statements.length === 1 ? [sets as unknown as RowDataPacket[]] : sets;
  }

  /** Runs one statement and answers how many rows it touched. */
  async run(sql: string, values: readonly SqlValue[]): Promise<number> {
    return (await this.#use((connection) => send<ResultSetHeader>(connection, { sql, values }))).affectedRows;
  }

  /**
   * Runs `statements` as one transaction in one packet, or none of them: what fails is rolled back on the same
   * connection before the error is thrown. Answers each statement's generated number.
   */
  async transact(statements: readonly Statement[]): Promise<readonly number[]> {
    const { sql, values } = packet(statements);
    const results = await this.#use((connection) =>
      send<ResultSetHeader[]>(connection, { sql: `BEGIN; ${sql}; COMMIT`, values }),
    );
    return results.slice(1, -1).map((result) => result.insertId);
  }

  /**
   * Runs `work` in one transaction, for a decision that must see what its first statements did; each `send` is one
   * packet. Commits when `work` answers, rolls back when it throws.
   */
  async transaction<T>(work: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
    return this.#use(async (connection) => {
      let opening = 'BEGIN; ';
      const answer = await work({
        send: async (statements) => {
          const { sql, values } = packet(statements);
          const before = opening;
          opening = '';
          const results = await send<ResultSetHeader[]>(connection, { sql: `${before}${sql}; DO 0`, values });
          return (results as Sent[]).slice(before === '' ? 0 : 1, -1);
        },
      });
      if (opening === '') await send(connection, { sql: 'COMMIT', values: [] });
      return answer;
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Lends a connection. One in an unknown state must not serve the next caller: it is rolled back, or thrown away. */
  async #use<T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = await this.#pool.getConnection();
    try {
      const answer = await work(connection);
      connection.release();
      return answer;
    } catch (error) {
      await rollBack(connection, error);
      throw error;
    }
  }
}

async function send<T extends QueryResult>(connection: PoolConnection, { sql, values }: Statement): Promise<T> {
  const [result] = await connection.query<T>({ sql, values: [...values], timeout: replyWithinMs });
  return result;
}

async function rollBack(connection: PoolConnection, error: unknown): Promise<void> {
  // Nothing more can be said on a connection whose last reply did not come.
  if (isOfDriver(error)) {
    connection.destroy();
    return;
  }
  try {
    await send(connection, { sql: 'ROLLBACK', values: [] });
    connection.release();
  } catch {
    connection.destroy();
  }
}

function isOfDriver(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('PROTOCOL_');
}

function packet(statements: readonly Statement[]): Statement {
  const sql = statements.map((statement) => statement.sql).join('; ');
  return { sql, values: statements.flatMap((statement) => statement.values) };
}

/** Whether `error` says that a unique key holds such a row already. */
export function isDuplicate(error: unknown): boolean {
  return errorNumber(error) === 1062;
}

/** Whether the database gave up for the sake of another transaction: the same statements may be sent again. */
export function isDeadlock(error: unknown): boolean {
  const number = errorNumber(error);
  return number === 1213 || number === 1205;
}

function errorNumber(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'errno' in error ? error.errno : undefined;
}

/** The rows that a query of a packet answered. */
export function rowsOf(sent: Sent | undefined): readonly SqlRow[] {
  if (sent === undefined || 'affectedRows' in sent) throw new TypeError('A query answers rows');
  return sent;
}

/** An ISO 8601 time in UTC as the database writes it. */
export function sqlTime(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '');
}

/** A `datetime` column's text as ISO 8601 in UTC with milliseconds. */
export function isoTime(text: string): string {
  return new Date(`${text.replace(' ', 'T')}Z`).toISOString();
}

/** Readers of a row's columns: the type of each is what the schema says, and anything else is our bug. */
export function textOf(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`Column ${column} is not text`);
  return value;
}
export function numberOf(row: SqlRow, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`Column ${column} is not a safe number`);
  return value;
}
export function optionalText(row: SqlRow, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}
export function optionalTime(row: SqlRow, column: string): string | null {
  return row[column] === null ? null : isoTime(textOf(row, column));
}
