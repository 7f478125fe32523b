import type { Currency } from '../domain/currency.ts';
import { add, subtract, sum, zero, type Money } from '../domain/money.ts';
import { invariant } from '../domain/invariant.ts';
import type { MovementClass } from './entry-subject.ts';
import type { MovementGroup, NamedThing } from './movement-groups.ts';

/** What was moved in all for one thing. */
export interface ThingTotal {
  readonly thing: NamedThing;
  readonly amount: Money;
  readonly count: number;
}

/** What was moved for each session, the latest to be held first, those without a date last. */
export function sessionTotals(groups: readonly MovementGroup[]): readonly ThingTotal[] {
  return thingTotals(groups.filter((group) => group.class === 'session').map((group) => [group.session, group]));
}

/** What was moved for each event, in the same order. */
export function eventTotals(groups: readonly MovementGroup[]): readonly ThingTotal[] {
  return thingTotals(groups.filter((group) => group.class === 'event').map((group) => [group.event, group]));
}

/** What was moved for the events of each congress, by its name; those of none last. */
export interface CongressTotal {
  readonly congress: string | null;
  readonly amount: Money;
  readonly count: number;
  readonly events: readonly ThingTotal[];
}

export function congressTotals(groups: readonly MovementGroup[]): readonly CongressTotal[] {
  const events = Map.groupBy(eventTotals(groups), ({ thing }) => thing.parent);
  const totals = [...events].map(([congress, of]) => ({ congress, ...totalOf(of), events: of }));
  return totals.sort((left, right) => inOrder(left.congress, right.congress));
}

/** What was moved under each type. */
export interface TypeTotal {
  readonly type: string;
  readonly amount: Money;
  readonly count: number;
}

/** The greatest sum first (ORG-01). */
export function typeTotals(groups: readonly MovementGroup[]): readonly TypeTotal[] {
  const types = Map.groupBy(groups, ({ type }) => type);
  const totals = [...types].map(([type, of]) => ({ type, ...totalOf(of) }));
  return totals.sort(
    (left, right) => right.amount.amountMinor - left.amount.amountMinor || inOrder(left.type, right.type),
  );
}

/** All that was moved. */
export function grandTotal(groups: readonly MovementGroup[], currency: Currency): Money {
  return sum(
    groups.map(({ amount }) => amount),
    currency,
  );
}

/** How a balance came from one figure to another. */
export interface Movement {
  readonly opening: Money;
  readonly settlements: Money;
  readonly events: Money;
  readonly sessions: Money;
  readonly memberships: Money;
  readonly other: Money;
  readonly closing: Money;
}

/** The parts between two balances, which were read apart from them: throws where they do not add up. */
export function movementOf(
  groups: readonly MovementGroup[],
  { opening, closing }: Pick<Movement, 'opening' | 'closing'>,
): Movement {
  const of = (wanted: MovementClass): Money =>
    grandTotal(
      groups.filter((group) => group.class === wanted),
      opening.currency,
    );
  const moved = subtract(closing, opening);
  const total = grandTotal(groups, opening.currency);
  invariant(total.amountMinor === moved.amountMinor, 'The parts of a movement do not add up to it');
  return {
    opening,
    settlements: of('settlement'),
    events: of('event'),
    sessions: of('session'),
    memberships: of('membership'),
    other: of('other'),
    closing,
  };
}

/** Several rows as one line of the combined view: of an event, of a session, or of all memberships. */
export interface CombinedTotal {
  readonly kind: 'event' | 'session' | 'membership';
  /** The types that were added up, as people read them. */
  readonly type: string;
  readonly session: NamedThing | null;
  readonly event: NamedThing | null;
  readonly amount: Money;
  readonly count: number;
  /** Of the newest of the rows, where the line stands among others. */
  readonly seq: number;
  readonly recordedAt: string;
}

/** One line for each event and session and one for all memberships, in the order of their newest rows. */
export function combinedTotals(groups: readonly MovementGroup[]): readonly CombinedTotal[] {
  const summed = groups.filter((group) => isSummed(group.class));
  const lines = Map.groupBy(summed, (group) => JSON.stringify([group.class, thingOf(group)?.ref ?? null]));
  return [...lines.values()].map(combined).sort((left, right) => right.seq - left.seq);
}

/** What the combined view shows row by row. */
export const singleClasses: readonly MovementClass[] = ['settlement', 'other'];

function isSummed(of: MovementClass): of is CombinedTotal['kind'] {
  return !singleClasses.includes(of);
}

function combined(groups: readonly MovementGroup[]): CombinedTotal {
  const newest = groups.reduce((left, right) => (right.seq > left.seq ? right : left));
  const kind = newest.class as CombinedTotal['kind'];
  const types = [...new Set(groups.map(({ type }) => type))].sort(inOrder);
  return {
    ...{ kind, type: types.join(', '), seq: newest.seq, recordedAt: newest.recordedAt },
    session: kind === 'session' ? newest.session : null,
    event: kind === 'event' ? newest.event : null,
    ...totalOf(groups),
  };
}

function thingOf(group: MovementGroup): NamedThing | null {
  if (group.class === 'event') return group.event;
  return group.class === 'session' ? group.session : null;
}

function thingTotals(of: readonly (readonly [NamedThing | null, MovementGroup])[]): readonly ThingTotal[] {
  const things = new Map<string, ThingTotal>();
  for (const [thing, { amount, count }] of of) {
    if (thing === null) continue;
    const known = things.get(thing.ref) ?? { thing, amount: zero(amount.currency), count: 0 };
    things.set(thing.ref, { thing, amount: add(known.amount, amount), count: known.count + count });
  }
  return [...things.values()].sort(
    (left, right) => inOrder(right.thing.date ?? '', left.thing.date ?? '') || inOrder(left.thing.ref, right.thing.ref),
  );
}

function totalOf(parts: readonly { readonly amount: Money; readonly count: number }[]) {
  const [first, ...rest] = parts;
  invariant(first !== undefined, 'A total needs a part');
  return rest.reduce((total, part) => ({ amount: add(total.amount, part.amount), count: total.count + part.count }), {
    amount: first.amount,
    count: first.count,
  });
}

/** By code points, so that the order is the same everywhere; null last. */
function inOrder(left: string | null, right: string | null): number {
  if (left === right) return 0;
  if (left === null || right === null) return left === null ? 1 : -1;
  return left < right ? -1 : 1;
}
