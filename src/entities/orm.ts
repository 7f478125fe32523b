import { MikroORM as MariaDbOrm } from '@mikro-orm/mariadb';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM as MySqlOrm } from '@mikro-orm/mysql';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { entities } from './entity-list.ts';
import { migrations } from './migrations/list.ts';

/** The ORM for aggregates and reads; whatever touches ledger accounts goes through the poster (decisions D39). */
export type Orm = MariaDbOrm | MySqlOrm;

/**
 * Opens the database named by `databaseUrl`. The scheme picks the driver, since each one's schema comparison is only
 * exact for its own server: `mariadb://` or `mysql://`.
 */
export async function createOrm(databaseUrl: string, connections = 10): Promise<Orm> {
  const options = {
    entities: [...entities],
    clientUrl: databaseUrl.replace(/^mariadb:/, 'mysql:'),
    forceUtcTimezone: true,
    pool: { min: 0, max: connections },
    extensions: [Migrator],
    migrations: { migrationsList: [...migrations], snapshot: false, silent: true, tableName: 'schema_migration' },
  };
  if (databaseUrl.startsWith('mariadb://')) return MariaDbOrm.init(options);
  if (databaseUrl.startsWith('mysql://')) return MySqlOrm.init(options);
  throw new TypeError('DATABASE_URL must begin with mysql:// or mariadb://');
}

/** A fresh unit of work. Never share one between requests or activities. */
export function unitOfWork(orm: Orm): SqlEntityManager {
  return orm.em.fork();
}

/** Brings the schema forward; there is no way back but a backup (decisions D56). Answers the names of what was applied. */
export async function migrate(orm: Orm): Promise<readonly string[]> {
  const applied = await orm.migrator.up();
  return applied.map((migration) => migration.name);
}
