import { isUpdate, keyCondition, riderKey, type InsertRider, type UpdateRider } from './rider-rows.ts';
import type { Rider, SqlValue } from './riders.ts';
import { identifier, literal, literals, tuples } from './sql-text.ts';

/** Inserts merged per table and columns, tables in the order first named; then updates in table and key order. */
export function riderStatements(riders: readonly Rider[]): readonly string[] {
  const updates = riders.filter(isUpdate);
  const inserts = riders.filter((rider): rider is InsertRider => !isUpdate(rider));
  return [...mergedInserts(inserts), ...mergedUpdates(inOrder(updates))];
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
  const assignments = Object.entries(valuesOf(rider))
    .map(([column, value]) => `${identifier(column)}=${literal(value)}`)
    .join(',');
  const guard = expectedVersion === undefined ? '' : ` AND \`version\`=${literal(expectedVersion)}`;
  return `UPDATE ${identifier(rider.update)} SET ${assignments} WHERE ${keyCondition(rider.key)}${guard}`;
}

/** From so many on, one statement for rows of a table costs the server less than one for each. */
const mergedFrom = 8;

/** Updates that say the same of many rows become one statement; a row that is updated twice keeps its own, in turn. */
function mergedUpdates(updates: readonly UpdateRider[]): string[] {
  const byRow = Map.groupBy(updates, riderKey);
  const groups = Map.groupBy(updates, (rider) => (byRow.get(riderKey(rider))?.length === 1 ? shapeOf(rider) : ''));
  return [...groups].flatMap(([shape, riders]) =>
    shape !== '' && riders.length >= mergedFrom ? [joinedUpdate(riders)] : riders.map(updateStatement),
  );
}

function shapeOf(rider: UpdateRider): string {
  const key = Object.keys(rider.key).sort();
  return [rider.update, ...key, ':', ...columnsOf(rider)].join(' ');
}

function columnsOf(rider: UpdateRider): string[] {
  return Object.keys(valuesOf(rider)).sort();
}

function valuesOf({ expectedVersion, set }: UpdateRider): UpdateRider['set'] {
  return expectedVersion === undefined ? set : { version: expectedVersion + 1, ...set };
}

/**
 * The rows were locked and their versions judged before. The derived table begins with the table's own columns, so that
 * literals take their types and collations and the key's index serves; its rows come first, so that nothing is scanned.
 */
function joinedUpdate(riders: readonly UpdateRider[]): string {
  const [first] = riders;
  if (first === undefined) return '';
  const table = identifier(first.update);
  const key = Object.keys(first.key).sort();
  const set = columnsOf(first);
  const keyNames = key.map((_, index) => identifier(`key_${index}`));
  const setNames = set.map((_, index) => identifier(`set_${index}`));
  const named = [...key.map(identifier), ...set.map(identifier)].map(
    (column, index) => `${column} AS ${[...keyNames, ...setNames][index] ?? ''}`,
  );
  const rows = riders.map((rider) => {
    const values = valuesOf(rider);
    return `SELECT ${literals([...key.map((column) => rider.key[column] ?? null), ...set.map((column) => values[column] ?? null)])}`;
  });
  const on = key.map((column, index) => `target.${identifier(column)} = given.${keyNames[index] ?? ''}`);
  const assignments = set.map((column, index) => `target.${identifier(column)} = given.${setNames[index] ?? ''}`);
  return `UPDATE (SELECT ${named.join(', ')} FROM ${table} WHERE FALSE UNION ALL ${rows.join(' UNION ALL ')}) AS given
    STRAIGHT_JOIN ${table} AS target ON ${on.join(' AND ')} SET ${assignments.join(', ')}`;
}

/** Stable: several updates of one row stay in the order in which they were given. */
function inOrder(updates: readonly UpdateRider[]): UpdateRider[] {
  return updates
    .map((rider) => ({ rider, key: riderKey(rider) }))
    .sort((left, right) => (left.key === right.key ? 0 : left.key < right.key ? -1 : 1))
    .map(({ rider }) => rider);
}
