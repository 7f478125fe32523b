import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { made, once } from '../../src/api/once.ts';
import type { Answer } from '../../src/api/route.ts';
import { createOrm, type Orm } from '../../src/entities/orm.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let orm: Orm;

beforeAll(async () => {
  database = await createTestDatabase();
  orm = await createOrm(database.url);
  await database.query(
    "INSERT INTO fee_override (organisation_id, fee_bp, actor, created_at) VALUES ('a', 0, 'x', NOW(6)), ('b', 0, 'x', NOW(6))",
  );
});
afterAll(async () => {
  await orm.close();
  await database.drop();
});

/** Takes one row, and the other one when both callers have their first: in opposite order nobody can go on. */
function crossing(): (rows: readonly [string, string]) => Promise<number> {
  let holders = 0;
  const both = Promise.withResolvers<undefined>();
  return async ([first, second]) => {
    let tries = 0;
    await once(orm, null, async (em) => {
      tries += 1;
      const raise = (row: string) =>
        em.execute('UPDATE fee_override SET fee_bp = fee_bp + 1 WHERE organisation_id = ?', [row]);
      await raise(first);
      holders += 1;
      if (holders === 2) both.resolve(undefined);
      await both.promise;
      await raise(second);
      return made(200, first, {});
    });
    return tries;
  };
}

/** Makes a row or changes it; at first both callers see none. */
function putting(id: string): (fee: number) => Promise<Answer> {
  let lookers = 0;
  const both = Promise.withResolvers<undefined>();
  return (fee) =>
    once(orm, null, async (em) => {
      const found = await em.execute('SELECT fee_bp FROM fee_override WHERE organisation_id = ?', [id]);
      lookers += 1;
      if (lookers === 2) both.resolve(undefined);
      await both.promise;
      const sql =
        found.length === 0
          ? "INSERT INTO fee_override (fee_bp, organisation_id, actor, created_at) VALUES (?, ?, 'x', NOW(6))"
          : 'UPDATE fee_override SET fee_bp = ? WHERE organisation_id = ?';
      await em.execute(sql, [fee, id]);
      return made(200, id, {});
    });
}

describe('a write of the API', () => {
  it('is done again when the database gave it up for another, and has one effect', async () => {
    const cross = crossing();
    const tries = await Promise.all([cross(['a', 'b']), cross(['b', 'a'])]);
    expect(tries.toSorted()).toEqual([1, 2]);
    expect(await database.query('SELECT organisation_id AS id, fee_bp AS fee FROM fee_override ORDER BY id')).toEqual([
      { id: 'a', fee: 2 },
      { id: 'b', fee: 2 },
    ]);
  });

  it('that makes what another one makes at the same moment finds it there, and both are answered', async () => {
    const put = putting('c');
    const answers = await Promise.all([put(500), put(600)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const [row] = await database.query("SELECT fee_bp AS fee FROM fee_override WHERE organisation_id = 'c'");
    expect([500, 600]).toContain(row?.['fee']);
  });
});
