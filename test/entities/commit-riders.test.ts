import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commitRiders } from '../../src/entities/commit-riders.ts';
import { newId } from '../../src/entities/new-id.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import type { Rider } from '../../src/ledger/riders.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let pool: SqlPool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new SqlPool(database.url, 2);
}, 60_000);
afterAll(async () => {
  await pool.close();
  await database.drop();
});

describe('changes that no posting carries', () => {
  it('count the version of their row up by one', async () => {
    const { id, version } = await organisation();
    await carryOut([rename(id, version, 'First')]);
    expect(await read(id)).toEqual({ name: 'First', version: version + 1 });
  });

  it('of a row that moved on are a conflict, and nothing that came with them is kept', async () => {
    const { id, version } = await organisation();
    const other = await organisation();
    await carryOut([rename(id, version, 'First')]);
    const late = carryOut([rename(other.id, other.version, 'Late'), rename(id, version, 'Late')]);
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    expect(await read(id)).toMatchObject({ name: 'First' });
    expect(await read(other.id)).toMatchObject({ name: 'Club', version: other.version });
  });

  it('of a row that is not there are a conflict', async () => {
    await expect(carryOut([rename('org_nobody', 1, 'Late')])).rejects.toMatchObject({ code: 'conflict' });
  });
});

function rename(id: string, expectedVersion: number, name: string): Rider {
  return { update: 'organisation', key: { id }, expectedVersion, set: { name } };
}

function carryOut(riders: readonly Rider[]): Promise<void> {
  return commitRiders(pool, riders);
}

async function organisation(): Promise<{ id: string; version: number }> {
  const id = newId('organisation');
  const row = { id, name: 'Club', status: 'active', zone: 'Australia/Sydney', created_at: new Date() };
  await carryOut([{ insert: 'organisation', row }]);
  return { id, version: (await read(id)).version };
}

async function read(id: string): Promise<{ name: string; version: number }> {
  const [row] = await database.query<{ name: string; version: number }>(
    'SELECT name, version FROM organisation WHERE id = ?',
    [id],
  );
  return row!;
}
