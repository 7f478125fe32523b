import { createConnection } from 'mysql2/promise';

const name = 'tillflow_month_end';

/** A database of the demo's own, empty at each start: a month can be shown again. Answers its address. */
export async function freshDatabase(databaseUrl: string): Promise<string> {
  const connection = await createConnection({ uri: databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    await connection.query(`DROP DATABASE IF EXISTS ${name}`);
    await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  } finally {
    await connection.end();
  }
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}
