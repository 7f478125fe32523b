import { createConnection, type RowDataPacket } from 'mysql2/promise';

/** Rows of a database by one statement, over a connection that lives no longer. */
export async function rowsOf<T = Record<string, unknown>>(
  databaseUrl: string,
  sql: string,
  values: readonly (string | number)[] = [],
): Promise<T[]> {
  const connection = await createConnection({ uri: databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql, [...values]);
    return rows as unknown as T[];
  } finally {
    await connection.end();
  }
}
