import { isUpdate, keyCondition, riderKey, type InsertRider, type UpdateRider } from './rider-rows.ts';
import type { Rider, SqlValue } from './riders.ts';
import { identifier, literal, tuples } from './sql-text.ts';

/** Inserts merged per table and columns, tables in the order first named; then updates in table and key order. */
export function riderStatements(riders: readonly Rider[]): readonly string[] {
  const updates = riders.filter(isUpdate);
  const inserts = riders.filter((rider): rider is InsertRider => !isUpdate(rider));
  return [...mergedInserts(inserts), ...inOrder(updates).map(updateStatement)];
}

/** One statement for one rider. */
export function riderStatement(rider: Rider): string {
  if (isUpdate(rider)) return updateStatement(rider);
  return insertStatement(rider.insert, Object.keys(rider.row), [Object.values(rider.row)]);
}

function mergedInserts(inserts: readonly InsertRider[]): string[] {
  const groups = new Map<string, { table: string; columns: string[]; rows: SqlValue[][] }>();
  for (const { insert: table, row } of inserts) {
    const columns = Object.keys(row).sort();
    const name = [table, ...columns].join(' ');
    const group = groups.get(name) ?? { table, columns, rows: [] };
    groups.set(name, group);
    group.rows.push(columns.map((column) => row[column] ?? null));
  }
  return [...groups.values()].map(({ table, columns, rows }) => insertStatement(table, columns, rows));
}

function insertStatement(table: string, columns: readonly string[], rows: readonly (readonly SqlValue[])[]): string {
  return `INSERT INTO ${identifier(table)} (${columns.map(identifier).join(',')}) VALUES ${tuples(rows)}`;
}

function updateStatement(rider: UpdateRider): string {
  const { expectedVersion } = rider;
  const version = expectedVersion === undefined ? {} : { version: expectedVersion + 1 };
  const set = Object.entries({ ...version, ...rider.set });
  const assignments = set.map(([column, value]) => `${identifier(column)}=${literal(value)}`).join(',');
  const guard = expectedVersion === undefined ? '' : ` AND \`version\`=${literal(expectedVersion)}`;
  return `UPDATE ${identifier(rider.update)} SET ${assignments} WHERE ${keyCondition(rider.key)}${guard}`;
}

/** Stable: several updates of one row stay in the order in which they were given. */
function inOrder(updates: readonly UpdateRider[]): UpdateRider[] {
  return updates
    .map((rider) => ({ rider, key: riderKey(rider) }))
    .sort((left, right) => (left.key === right.key ? 0 : left.key < right.key ? -1 : 1))
    .map(({ rider }) => rider);
}
