import { refusedField } from './refused-field.ts';

/** The place of a row in a list that no single column orders, as a cursor that callers pass back unread. */
export function cursorOf(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** What `cursorOf` was given. Throws `invalid_request` for what is none of ours; null for none. */
export function placeIn(
  cursor: string | undefined,
  types: readonly ('string' | 'number')[],
): readonly (string | number)[] | null {
  if (cursor === undefined) return null;
  const parts = parsed(cursor);
  const fits =
    Array.isArray(parts) && parts.length === types.length && parts.every((part, n) => typeof part === types[n]);
  if (!fits || !isPlace(parts as readonly unknown[]))
    throw refusedField('invalid_request', 'cursor', 'is not one of ours');
  return parts as readonly (string | number)[];
}

/** The first part of every place is the time that its list is ordered by. */
function isPlace([at]: readonly unknown[]): boolean {
  return typeof at === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(at);
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
