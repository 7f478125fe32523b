import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOrm, migrate, type Orm } from '../../src/entities/orm.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let orm: Orm;

beforeAll(async () => {
  database = await createTestDatabase();
  orm = await createOrm(database.url);
});
afterAll(async () => {
  await orm.close();
  await database.drop();
});

describe('the schema', () => {
  it('is what the entities say, to the letter', async () => {
    expect(await orm.schema.getUpdateSchemaSQL({ safe: false, dropTables: true })).toBe('');
  });

  it('is brought forward once: a second migration finds nothing to do', async () => {
    expect(await migrate(orm)).toEqual([]);
  });

  it('guards what only grows by triggers, which the comparison above does not see', async () => {
    const triggers = await database.query<{ name: string }>(
      `SELECT CONCAT(event_manipulation, ' ', event_object_table) AS name FROM information_schema.triggers
       WHERE trigger_schema = DATABASE() ORDER BY name`,
    );
    expect(triggers.map(({ name }) => name)).toEqual([
      'DELETE ledger_entry',
      'DELETE ledger_seal',
      'DELETE ledger_transaction',
      'UPDATE ledger_entry',
      'UPDATE ledger_seal',
      'UPDATE ledger_transaction',
    ]);
  });
});
