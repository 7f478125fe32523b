import type { SimulatedClock } from './clock.ts';
import type { EventSink, StripeEvent } from './ports.ts';
import type { SeededRandom } from './random.ts';
import type { Settings } from './settings.ts';
import type { Account, Store } from './store.ts';
import { inVersion } from './wire/versions.ts';

/** What every resource works with: time, chance, state, and the way out for events. */
export interface World {
  readonly clock: SimulatedClock;
  readonly random: SeededRandom;
  readonly store: Store;
  readonly settings: Settings;
  /** Set while a request executes: its events name it. Execution is synchronous, so one slot is enough. */
  cause: StripeEvent['request'];
  sink: EventSink;
}

export const noCause: StripeEvent['request'] = { id: null, idempotency_key: null };

/** Records an event with a copy of the object as it is at this moment, and hands it to the webhook engine. */
export function emit(world: World, account: Account, change: Change): void {
  const { type, object, previous } = change;
  const event: StripeEvent = {
    id: newEventId(world),
    object: 'event',
    api_version: account.apiVersion,
    created: world.clock.nowSeconds(),
    data: {
      object: inVersion(snapshot(object), account.apiVersion) as Record<string, unknown>,
      ...(previous === undefined ? {} : { previous_attributes: previous }),
    },
    livemode: false,
    pending_webhooks: 0,
    request: world.cause,
    type,
    ...(account.platform === null ? {} : { account: account.id }),
  };
  account.events.add(event);
  world.sink.accept(account.id, event);
}

export interface Change {
  type: string;
  object: object;
  previous?: Record<string, unknown>;
}

export function newEventId(world: World): string {
  return world.random.id('evt_1', 23);
}

/** A deep copy of plain data, several times faster than structuredClone. */
export function snapshot(value: object): Record<string, unknown> {
  return copied(value) as Record<string, unknown>;
}

function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  const copy: Record<string, unknown> = {};
  for (const key in value) copy[key] = copied((value as Record<string, unknown>)[key]);
  return copy;
}
