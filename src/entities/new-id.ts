import { randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import { idPrefixes, type IdKind } from '../domain/ids.ts';

/** Random bytes are asked for many at a time: one by one, as the library would, they cost more than all else in an id. */
const pool = Buffer.allocUnsafe(4_096);
let used = pool.length;

const ulid = monotonicFactory(() => {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const byte = pool[used] ?? 0;
  used += 1;
  return byte / 256;
});

/** A new identifier of `kind`, in order of creation within this process. Parse it with the kind's own parser. */
export function newId(kind: IdKind): string {
  return `${idPrefixes[kind]}_${ulid()}`;
}
