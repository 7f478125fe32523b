import { invariant } from '../domain/invariant.ts';
import type { SqlValue } from './riders.ts';

/** `value` as a literal of SQL. */
export function literal(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return numeral(value);
  if (typeof value === 'string') return isPlain(value) ? `'${value}'` : `'${value.replace(quotable, escaped)}'`;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date) return `'${databaseTime(value.toISOString())}'`;
  return `X'${value.toString('hex')}'`;
}

/** `(…), (…)`: rows of literals for `VALUES`. */
export function tuples(rows: readonly (readonly SqlValue[])[]): string {
  return rows.map((row) => `(${row.map(literal).join(',')})`).join(',');
}

/** `a, b, c` as literals, for `IN`. */
export function literals(values: readonly SqlValue[]): string {
  return values.map(literal).join(',');
}

/** A table's or column's name, quoted. Throws `InvariantViolation` for anything but lower-case words. */
export function identifier(name: string): string {
  invariant(/^[a-z_][a-z0-9_]*$/.test(name), `Not a table or column: ${JSON.stringify(name)}`);
  return `\`${name}\``;
}

/** ISO 8601 UTC as the database writes it, with microseconds. Throws `InvariantViolation` for anything else. */
export function databaseTime(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(iso);
  invariant(match !== null, `Not a time in UTC: ${JSON.stringify(iso)}`);
  return `${match[1] ?? ''} ${match[2] ?? ''}.${(match[3] ?? '').padEnd(6, '0')}`;
}

/** The database's time as ISO 8601 UTC with microseconds. */
export function isoTime(databaseText: string): string {
  return `${databaseText.replace(' ', 'T')}Z`;
}

/**
 * All that a text between single quotes must not hold as it is; backslashes count in every session of ours, which none
 * sets NO_BACKSLASH_ESCAPES in. The driver's own escape goes character by character and cuts double quotes too, of which
 * JSON is full.
 */
const quotable = /['\\]/g;
const escaped = String.raw`\$&`;

/** Two searches for a byte are far cheaper than one pattern, and nearly all our text is plain. */
function isPlain(text: string): boolean {
  return !text.includes("'") && !text.includes('\\');
}

function numeral(value: number): string {
  invariant(Number.isFinite(value), `Not a number that a column can hold: ${value}`);
  return String(value);
}
