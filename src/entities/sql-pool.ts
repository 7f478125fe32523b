import { createPool, type Pool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';

/** A value that a statement may carry; objects are refused, since the driver would spread them into SQL. */
export type SqlValue = string | number | boolean | null;
/** A row as text and numbers; times are text in UTC, see `isoTime`. */
export type SqlRow = Readonly<Record<string, string | number | null>>;
/** One statement with its values, for a packet of several. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

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
    const [rows] = await this.#pool.query<RowDataPacket[]>(sql, [...values]);
    return rows;
  }

  /** The rows of several queries, sent together. */
  async rowSets(statements: readonly Statement[]): Promise<readonly (readonly SqlRow[])[]> {
    const [sets] = await this.#pool.query<RowDataPacket[][]>(...packet(statements));
    return sets;
  }

  /** Runs one statement and answers how many rows it touched. */
  async run(sql: string, values: readonly SqlValue[]): Promise<number> {
    const [result] = await this.#pool.query<ResultSetHeader>(sql, [...values]);
    return result.affectedRows;
  }

  /**
   * Runs `statements` as one transaction in one packet, or none of them: what fails is rolled back on the same
   * connection before the error is thrown. Answers each statement's generated number.
   */
  async transact(statements: readonly Statement[]): Promise<readonly number[]> {
    const connection = await this.#pool.getConnection();
    try {
      const [sql, values] = packet(statements);
      const [results] = await connection.query<ResultSetHeader[]>(`BEGIN; ${sql}; COMMIT`, values);
      connection.release();
      return results.slice(1, -1).map((result) => result.insertId);
    } catch (error) {
      await rollBack(connection);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** A connection in an unknown state must not serve the next caller: it is rolled back, or thrown away. */
async function rollBack(connection: PoolConnection): Promise<void> {
  try {
    await connection.query('ROLLBACK');
    connection.release();
  } catch {
    connection.destroy();
  }
}

function packet(statements: readonly Statement[]): [string, SqlValue[]] {
  return [statements.map((statement) => statement.sql).join('; '), statements.flatMap((statement) => statement.values)];
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
