import type { BookState, RiderAdvance } from './book-state.ts';
import type { Rider } from './riders.ts';
import { identifier, literal, literals } from './sql-text.ts';

export type UpdateRider = Extract<Rider, { update: string }>;
export type InsertRider = Extract<Rider, { insert: string }>;

/** What the riders of an item come to: how they leave the rows, or why they cannot be carried out. */
export type Ride =
  { readonly advance: RiderAdvance; readonly conflict: null } | { readonly advance: null; readonly conflict: string };

/** Whether every update among `riders` finds its row in the version it expects, one after the other. */
export function ride(state: BookState, riders: readonly Rider[]): Ride {
  const advance = new Map<string, number | null | 'gone'>();
  for (const rider of riders) {
    if (!isUpdate(rider)) continue;
    const key = riderKey(rider);
    const found = advance.get(key) ?? state.riderRows.get(key);
    const isThere = found !== undefined && found !== 'gone';
    if (!isThere || (rider.expectedVersion !== undefined && found !== rider.expectedVersion)) {
      return { advance: null, conflict: `${key} is not there, or not in the version expected` };
    }
    advance.set(key, rowAfter(rider, found));
  }
  return { advance, conflict: null };
}

export function isUpdate(rider: Rider): rider is UpdateRider {
  return 'update' in rider;
}

/** Names the row that `rider` updates: its table and key. */
export function riderKey(rider: Pick<UpdateRider, 'update' | 'key'>): string {
  const key = Object.entries(rider.key).map(([column, value]) => [column, String(value)]);
  return `${rider.update} ${JSON.stringify(key.sort())}`;
}

/** One locking read of the rows that updates of one table and the same key columns mean to change. */
export interface RiderLock {
  readonly table: string;
  readonly columns: readonly string[];
  readonly sql: string;
}

/** The locking reads for `updates`, in table and key order, so that two posters never wait for each other in a ring. */
export function riderLocks(updates: readonly UpdateRider[]): readonly RiderLock[] {
  const groups = new Map<string, UpdateRider[]>();
  for (const rider of updates) {
    const name = groupName(rider);
    groups.set(name, [...(groups.get(name) ?? []), rider]);
  }
  return [...groups.entries()].sort(byText).map(([, riders]) => lockOf(riders));
}

/**
 * Whether updates of one table name their rows by different columns: two of them may then mean the same row without
 * showing it, and have to be carried out one by one.
 */
export function mayOverlap(updates: readonly UpdateRider[]): boolean {
  const nameByTable = new Map<string, string>();
  return updates.some((rider) => {
    const name = groupName(rider);
    const known = nameByTable.get(rider.update) ?? name;
    nameByTable.set(rider.update, known);
    return known !== name;
  });
}

/** The rows that a locking read found, by `riderKey`. */
export function foundRows(lock: RiderLock, rows: readonly (readonly unknown[])[]): [string, number | null][] {
  return rows.map((row) => {
    const key = Object.fromEntries(lock.columns.map((column, index) => [column, row[index] as string | number]));
    const version = row[lock.columns.length];
    return [riderKey({ update: lock.table, key }), typeof version === 'number' ? version : null];
  });
}

function rowAfter(rider: UpdateRider, found: number | null): number | null | 'gone' {
  const isRenamed = Object.entries(rider.key).some(
    ([column, value]) => column in rider.set && String(rider.set[column]) !== String(value),
  );
  if (isRenamed) return 'gone';
  const version = rider.set['version'];
  if (typeof version === 'number') return version;
  return rider.expectedVersion === undefined ? found : rider.expectedVersion + 1;
}

function groupName(rider: UpdateRider): string {
  return `${rider.update} ${Object.keys(rider.key).sort().join(' ')}`;
}

function lockOf(riders: readonly UpdateRider[]): RiderLock {
  const table = riders[0]?.update ?? '';
  const columns = Object.keys(riders[0]?.key ?? {}).sort();
  const quoted = columns.map(identifier);
  const version = riders.some((rider) => rider.expectedVersion !== undefined) ? ['version'] : [];
  const sql = `SELECT ${[...quoted, ...version].join(', ')} FROM ${identifier(table)}
    WHERE ${condition(riders, columns)} ORDER BY ${quoted.join(', ')} FOR UPDATE`;
  return { table, columns, sql };
}

function condition(riders: readonly UpdateRider[], columns: readonly string[]): string {
  const [only] = columns;
  if (only !== undefined && columns.length === 1) {
    return `${identifier(only)} IN (${literals([...new Set(riders.map((rider) => rider.key[only] ?? null))])})`;
  }
  const rows = riders.map((rider) => keyCondition(rider.key));
  return [...new Set(rows)].join(' OR ');
}

/** `a = 1 AND b = 'x'`, columns in order. */
export function keyCondition(key: UpdateRider['key']): string {
  const parts = Object.keys(key)
    .sort()
    .map((column) => `${identifier(column)} = ${literal(key[column] ?? null)}`);
  return `(${parts.join(' AND ')})`;
}

function byText([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
