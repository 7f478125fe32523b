import { invariants } from '../../workers/invariant-list.ts';

/** Where statements are asked; a bench's own database. */
export interface Queryable {
  query<T = Record<string, unknown>>(sql: string): Promise<T[]>;
}

/** Every invariant of the books and the sales holds (quality.md 4), or the bench has measured nothing: throws. */
export async function proveInvariants(database: Queryable): Promise<void> {
  for (const { name, sql } of invariants) {
    const rows = await database.query(sql);
    if (rows.length > 0) throw new Error(`After the bench it is not true that ${name}: ${JSON.stringify(rows[0])}`);
  }
}

/** The one number that `sql` answers. */
export async function countOf(database: Queryable, sql: string): Promise<number> {
  const [row] = await database.query(sql);
  return Number(Object.values(row ?? {})[0]);
}

/** Throws unless both are the same number. */
export function mustEqual(what: string, found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${what}: ${found} where there must be ${wanted}.`);
}
