import type { Orm } from './orm.ts';
import { migrations } from './migrations/list.ts';

/** The database is not of the version that this program was written for. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

/**
 * Refuses a database that is newer than this program, since there is no way back (decisions D56), or older, since its
 * statements would fail one by one.
 */
export async function requireSchema(orm: Orm): Promise<void> {
  const known = new Set(migrations.map((migration) => migration.name));
  const executed = (await orm.migrator.getExecuted()).map((migration) => migration.name);
  const newer = executed.filter((name) => !known.has(name));
  if (newer.length > 0) {
    throw new SchemaMismatch(
      `The database is newer than this program: it has ${newer.join(', ')}. Deploy the newer program.`,
    );
  }
  const missing = [...known].filter((name) => !executed.includes(name));
  if (missing.length > 0) {
    throw new SchemaMismatch(
      `The database is older than this program: it lacks ${missing.join(', ')}. Migrate it first.`,
    );
  }
}
