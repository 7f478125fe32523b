/** Changes of rows outside the book that commit with an item, or with its refusal (decisions D41). */
export interface Riders {
  readonly onSuccess?: readonly Rider[];
  readonly onRefusal?: readonly Rider[];
}

/**
 * Data, not closures: the entity computes the change, the poster carries it. Inserts are merged per table, in the order
 * in which the tables are first named; updates follow, in table and key order, so that two posters lock alike. An
 * update that finds no row, or another version than expected, and an insert that meets a unique key, refuse their item
 * with `conflict`. With `expectedVersion` the row's `version` is compared, and counted up by one unless `set` says it.
 */
export type Rider =
  | { readonly insert: string; readonly row: Readonly<Record<string, SqlValue>> }
  | {
      readonly update: string;
      readonly key: Readonly<Record<string, string | number>>;
      readonly expectedVersion?: number | undefined;
      readonly set: Readonly<Record<string, SqlValue>>;
    };

/** What a column can take; a `Date` is written in UTC. */
export type SqlValue = string | number | boolean | Date | Buffer | null;
