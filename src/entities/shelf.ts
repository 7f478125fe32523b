import type { EntityClass, EntityDictionary } from '@mikro-orm/core';
import { unitOfWork, type Orm } from './orm.ts';
import type { SqlPool, SqlRow, Statement } from './sql-pool.ts';

/** Where files are read: the rows of several queries come in one packet, the ORM knows what they mean. */
export interface Shelf {
  readonly orm: Orm;
  readonly pool: SqlPool;
}

/** What several queries found, by their place among them. */
export interface RowSets {
  all<E extends object>(entity: EntityClass<E>, at: number): E[];
  first<E extends object>(entity: EntityClass<E>, at: number): E | null;
  row(at: number): SqlRow | undefined;
}

/** Reads what `statements` ask for in one round trip. */
export async function readTogether({ orm, pool }: Shelf, statements: readonly Statement[]): Promise<RowSets> {
  const em = unitOfWork(orm);
  const sets = await pool.rowSets(statements);
  const all = <E extends object>(entity: EntityClass<E>, at: number): E[] =>
    (sets[at] ?? []).map((row) => em.map(entity, { ...row } as EntityDictionary<E>));
  return { all, first: (entity, at) => all(entity, at)[0] ?? null, row: (at) => sets[at]?.[0] };
}
