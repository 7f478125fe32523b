import type { Collection } from '../collection.ts';
import { invalidParameter, noSuch } from './errors.ts';
import { filledText, integer, parseParams, type Field, type Parsed } from './fields.ts';

/** The paging parameters of every list (terminal.md 5.1-5). */
export const paging = { limit: integer, starting_after: filledText, ending_before: filledText };

export interface InstantRange {
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
}

/** `created=` an instant, or `created[gte]=` and its like; Unix seconds. */
export const instantRange: Field<InstantRange> = {
  read(raw, name) {
    if (typeof raw === 'string') {
      const instant = integer.read(raw, name);
      return { gte: instant, lte: instant };
    }
    if (Array.isArray(raw)) throw invalidParameter(name, `Invalid object: ${name}`);
    return parseParams({ gt: integer, gte: integer, lt: integer, lte: integer }, raw, name);
  },
};

export function within(range: InstantRange | undefined, instant: number): boolean {
  if (range === undefined) return true;
  const whole = { gt: -Infinity, gte: -Infinity, lt: Infinity, lte: Infinity, ...range };
  return instant > whole.gt && instant >= whole.gte && instant < whole.lt && instant <= whole.lte;
}

export interface ListAnswer {
  object: 'list';
  url: string;
  has_more: boolean;
  data: object[];
}

interface Listing<T> {
  url: string;
  noun: string;
  params: Parsed<typeof paging>;
  keep(item: T): boolean;
}

/** One page, newest first. `ending_before` answers the page just newer than the id. */
export function listPage<T extends { id: string }>(collection: Collection<T>, listing: Listing<T>): ListAnswer {
  const { params } = listing;
  const limit = pageSize(params.limit);
  const after = cursor(collection, listing, 'starting_after');
  const before = cursor(collection, listing, 'ending_before');
  const backwards = before !== undefined;
  const walk = backwards ? collection.oldestFirst(before) : collection.newestFirst(after);
  const data: T[] = [];
  let more = false;
  for (const item of walk) {
    if (!listing.keep(item)) continue;
    more = data.length === limit;
    if (more) break;
    data.push(item);
  }
  return { object: 'list', url: listing.url, has_more: more, data: backwards ? data.reverse() : data };
}

export function pageSize(limit: number | undefined): number {
  if (limit === undefined) return 10;
  if (limit >= 1 && limit <= 100) return limit;
  throw invalidParameter('limit', `Invalid limit: ${limit} must be between 1 and 100.`, 'parameter_invalid_integer');
}

function cursor<T extends { id: string }>(
  collection: Collection<T>,
  { params, noun }: Listing<T>,
  name: 'starting_after' | 'ending_before',
): number | undefined {
  const id = params[name];
  if (id === undefined) return undefined;
  const position = collection.positionOf(id);
  if (position === undefined) throw noSuch(noun, id, name);
  return position;
}
