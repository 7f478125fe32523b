import { monotonicFactory } from 'ulid';
import { idPrefixes, type IdKind } from '../domain/ids.ts';

const ulid = monotonicFactory();

/** A new identifier of `kind`, in order of creation within this process. Parse it with the kind's own parser. */
export function newId(kind: IdKind): string {
  return `${idPrefixes[kind]}_${ulid()}`;
}
