import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { literal } from '../../src/ledger/sql-text.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
}, 60_000);
afterAll(async () => {
  await database.drop();
});

describe('a literal of SQL', () => {
  it('comes back from the database as the text that it was, whatever characters it has', async () => {
    const special = fc.constantFrom(
      "'",
      '"',
      '\\',
      '\0',
      '\n',
      '\r',
      '\u001a',
      '%',
      '_',
      '`',
      ';',
      '--',
      '/*',
      '☃',
      '😀',
    );
    const text = fc
      .array(fc.oneof(special, fc.string({ unit: 'grapheme' })), { maxLength: 12 })
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (texts) => {
        const columns = texts.map((value, index) => `HEX(CONVERT(${literal(value)} USING utf8mb4)) AS c${index}`);
        const [row] = await database.query<Record<string, string>>(`SELECT ${columns.join(', ')}`);
        expect(Object.values(row ?? {})).toEqual(
          texts.map((value) => Buffer.from(value).toString('hex').toUpperCase()),
        );
      }),
      { numRuns: 100 },
    );
  });
});
