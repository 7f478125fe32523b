import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOrm, migrate, type Orm } from '../../src/entities/orm.ts';
import { aud, member, openBook, stripe, transfer, type TestBook } from '../support/book.ts';

let book: TestBook;
let orm: Orm;
beforeAll(async () => {
  book = await openBook();
  orm = await createOrm(book.database.url);
  await book.poster.post(
    transfer({ opKey: 'kept', from: stripe(), to: member('m'), amount: aud(100), kind: 'card-in' }),
  );
  await book.database.query("INSERT INTO ledger_seal SELECT 1, id, 'x' FROM ledger_transaction");
});
afterAll(async () => {
  await orm.close();
  await book.database.query('DROP TRIGGER ledger_seal_refuses_delete');
  await book.database.query('DELETE FROM ledger_seal');
  await book.database.query(`CREATE TRIGGER ledger_seal_refuses_delete BEFORE DELETE ON ledger_seal FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'ledger_seal is append only'`);
  await book.close();
});

describe('what was posted', () => {
  it.each([
    ['ledger_transaction', 'id'],
    ['ledger_entry', 'seq'],
    ['ledger_seal', 'hash'],
  ])('can neither be changed nor deleted in %s', async (table, column) => {
    await expect(book.database.query(`UPDATE ${table} SET ${column} = ${column}`)).rejects.toThrow('is append only');
    await expect(book.database.query(`DELETE FROM ${table}`)).rejects.toThrow(`${table} is append only`);
  });

  it('cannot be posted under the same op_key or reference by any other way in', async () => {
    const copy = (column: string, value: string) =>
      `INSERT INTO ledger_transaction (id, op_key, content_hash, kind, reference, occurred_at, recorded_at, description)
       SELECT 'ltx_x', ${column === 'op_key' ? 'op_key' : `'${value}'`}, 'x', kind,
         ${column === 'reference' ? 'reference' : `'${value}'`}, occurred_at, recorded_at, '' FROM ledger_transaction`;
    await expect(book.database.query(copy('op_key', 'new'))).rejects.toThrow('ledger_transaction_op_key_unique');
    await expect(book.database.query(copy('reference', 'new'))).rejects.toThrow('ledger_transaction_reference_unique');
  });
});

describe('the schema', () => {
  it('of the migrations is the one of the entities, triggers included', async () => {
    expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toBe('');
  });

  it('of a test database knows that it is migrated', async () => {
    await expect(migrate(orm)).resolves.toEqual([]);
  });
});
