import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { runningStack } from './stack.ts';

/** A database of one test file's own, with the whole schema and nothing in it. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Runs one statement and answers its rows, as objects; times as text. */
  query<T = Record<string, unknown>>(sql: string, values?: readonly (string | number | null)[]): Promise<T[]>;
  /** Ends the connection and drops the database. */
  drop(): Promise<void>;
  /** Ends the connection and leaves the database to a server that is about to be killed. */
  leave(): Promise<void>;
}

/**
 * Makes a database on the running stack. All migrations run once, by the product's own migrator, into a template that
 * is named by their content; its dump, triggers included, is replayed here (decisions D57).
 * @param databaseUrl another server, for tests that kill it
 */
export async function createTestDatabase(databaseUrl = runningStack().databaseUrl): Promise<TestDatabase> {
  const name = `test_${process.pid}_${randomBytes(5).toString('hex')}`;
  const connection = await openDatabase(withDatabase(databaseUrl, 'information_schema'));
  const statements = await templateDump(connection, databaseUrl);
  await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci; USE ${name}`);
  await connection.query(['SET foreign_key_checks = 0', ...statements, 'SET foreign_key_checks = 1'].join(';\n'));
  return {
    name,
    url: withDatabase(databaseUrl, name),
    query: async <T>(sql: string, values: readonly (string | number | null)[] = []) => {
      const [rows] = await connection.query<RowDataPacket[]>(sql, [...values]);
      return rows as unknown as T[];
    },
    drop: async () => {
      await connection.query(`DROP DATABASE ${name}`);
      await connection.end();
    },
    leave: () => connection.end(),
  };
}

/** A plain connection for tests that look behind the product's back. */
export async function openDatabase(url: string): Promise<Connection> {
  return createConnection({
    uri: url.replace(/^mariadb:/, 'mysql:'),
    multipleStatements: true,
    dateStrings: true,
    timezone: 'Z',
  });
}

/** `url` with `name` as its database. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

const migrationsFolder = resolve(import.meta.dirname, '../../src/entities/migrations');

/** Counted up when the way of dumping changes, so that old templates are not read. */
const dumpVersion = 1;

async function templateDump(connection: Connection, databaseUrl: string): Promise<readonly string[]> {
  const template = `template_${migrationsDigest()}`;
  // Two jest workers may come at the same time; the second finds what the first has made.
  await connection.query(`DO GET_LOCK('${template}', 60)`);
  try {
    return (await readDump(connection, template)) ?? (await makeTemplate(connection, { template, databaseUrl }));
  } finally {
    await connection.query(`DO RELEASE_LOCK('${template}')`);
  }
}

function migrationsDigest(): string {
  const digest = createHash('sha256').update(String(dumpVersion));
  for (const file of readdirSync(migrationsFolder).sort()) digest.update(readFileSync(join(migrationsFolder, file)));
  return digest.digest('hex').slice(0, 16);
}

async function readDump(connection: Connection, template: string): Promise<readonly string[] | undefined> {
  const [made] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM information_schema.tables WHERE table_schema = '${template}' AND table_name = 'template_dump'`,
  );
  if (made.length === 0) return undefined;
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT statements FROM ${template}.template_dump`);
  return JSON.parse(String(rows[0]?.['statements'])) as string[];
}

async function makeTemplate(
  connection: Connection,
  { template, databaseUrl }: { template: string; databaseUrl: string },
): Promise<readonly string[]> {
  await connection.query(`DROP DATABASE IF EXISTS ${template}`);
  await connection.query(`CREATE DATABASE ${template} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  // Loaded only here: the ORM takes longer to load than a database takes to be made.
  const { createOrm, migrate } = await import('../../src/entities/orm.ts');
  const orm = await createOrm(withDatabase(databaseUrl, template));
  await migrate(orm);
  await orm.close();
  const statements = await dump(connection, template);
  // Written last: a template without it was left half made and is made anew.
  await connection.query(`CREATE TABLE ${template}.template_dump (statements LONGTEXT NOT NULL)`);
  await connection.query(`INSERT INTO ${template}.template_dump VALUES (?)`, [JSON.stringify(statements)]);
  return statements;
}

async function dump(connection: Connection, template: string): Promise<string[]> {
  const tables = await column(connection, `SHOW TABLES FROM ${template}`, 0);
  const triggers = await column(connection, `SHOW TRIGGERS FROM ${template}`, 0);
  const statements: string[] = [];
  for (const table of tables)
    statements.push(...(await column(connection, `SHOW CREATE TABLE ${template}.${table}`, 1)));
  for (const trigger of triggers) {
    const [text = ''] = await column(connection, `SHOW CREATE TRIGGER ${template}.${trigger}`, 2);
    statements.push(text.replace(/^CREATE DEFINER=\S+ /, 'CREATE '));
  }
  return [
    ...statements.map((text) => text.replace(/ AUTO_INCREMENT=\d+/, '')),
    ...(await migrationRows(connection, template)),
  ];
}

/** What the migrator remembers, so that it finds nothing left to do. */
async function migrationRows(connection: Connection, template: string): Promise<string[]> {
  const names = await column(connection, `SELECT name FROM ${template}.schema_migration ORDER BY id`, 0);
  return names.map((name) => `INSERT INTO schema_migration (name) VALUES (${connection.escape(name)})`);
}

async function column(connection: Connection, sql: string, index: number): Promise<string[]> {
  const [rows] = await connection.query({ sql, rowsAsArray: true });
  return (rows as string[][]).map((row) => row[index] ?? '');
}
