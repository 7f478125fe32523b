import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { need } from '../../src/activities/cards/top-up-asking.ts';
import { newId } from '../../src/entities/new-id.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
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

const ask = (kind: 'shortfall' | 'restore', sourceId: string) =>
  need({ pool, now: () => new Date() }, { memberId: newId('member'), kind, sourceId, amountMinor: 5_000 });
const end = (sourceId: string, state: 'met' | 'refused') =>
  pool.run('UPDATE top_up_need SET state = ?, outcome = ? WHERE source_id = ?', [state, 'x', sourceId]);
const count = async (sourceId: string) =>
  (await pool.rows('SELECT id FROM top_up_need WHERE source_id = ?', [sourceId])).length;

describe('the need of a payment that lacks money', () => {
  it('is written once, and waits', async () => {
    const payment = newId('payment');
    expect([await ask('shortfall', payment), await ask('shortfall', payment)]).toEqual([true, true]);
    expect(await count(payment)).toBe(1);
  });

  it('is open again when another payment was faster with the money that met it', async () => {
    const payment = newId('payment');
    await ask('shortfall', payment);
    await end(payment, 'met');
    expect(await ask('shortfall', payment)).toBe(true);
  });

  it('is not asked for a second time when it was refused, nor is what only lifts a balance when it was met', async () => {
    const [refused, lifted] = [newId('payment'), newId('payment')];
    await ask('shortfall', refused);
    await end(refused, 'refused');
    await ask('restore', lifted);
    await end(lifted, 'met');
    expect([await ask('shortfall', refused), await ask('restore', lifted)]).toEqual([false, false]);
  });
});
