import type Stripe from 'stripe';
import type { ProcessorSweepPort, ProviderEventFact } from '../domain/counter/processor-port.ts';
import { balanceFact } from './payment-fact.ts';
import { demand } from './stripe-errors.ts';
import { withoutClientSecrets } from './client-secrets.ts';

export interface StripeSweepOptions {
  /** The types to read. Empty: all. */
  readonly types: readonly string[];
  /** The clock, in ms, by which a long silence is cut into windows. */
  readonly now: () => number;
}

/** Stripe lists the newest first, so a window is read whole before its oldest is given; this keeps it small. */
const windowSeconds = 3_600;

/** What the sweeps read from Stripe when webhooks may have been lost (decisions D49). */
export function createStripeSweep(stripe: Stripe, options: StripeSweepOptions): ProcessorSweepPort {
  return {
    eventsSince: (since) => eventsSince(stripe, since, options),
    readBalance: async (chargeRef) =>
      balanceFact(await demand(() => stripe.charges.retrieve(chargeRef, { expand: ['balance_transaction'] }))),
  };
}

async function* eventsSince(
  stripe: Stripe,
  since: string,
  options: StripeSweepOptions,
): AsyncGenerator<ProviderEventFact, void, undefined> {
  // Stripe's events carry whole seconds.
  let from = Date.parse(since.slice(0, 19) + 'Z') / 1_000;
  for (;;) {
    const to = from + windowSeconds;
    const last = to * 1_000 > options.now();
    // The last window has no end: Stripe's clock may be ahead of ours.
    const created = last ? { gte: from } : { gte: from, lt: to };
    const lists = await Promise.all(listsOf(options.types).map((types) => readWindow(stripe, created, types)));
    const events = lists.flatMap((list) => list.reverse()).sort((one, other) => one.created - other.created);
    for (const event of events) yield eventFact(event);
    if (last) return;
    from = to;
  }
}

/** Stripe takes so many types in one list. */
const typesAtOnce = 20;

function listsOf(types: readonly string[]): (readonly string[])[] {
  const rest = types.slice(typesAtOnce);
  return [types.slice(0, typesAtOnce), ...(rest.length === 0 ? [] : listsOf(rest))];
}

async function readWindow(
  stripe: Stripe,
  created: Stripe.RangeQueryParam,
  types: readonly string[],
): Promise<Stripe.Event[]> {
  const events: Stripe.Event[] = [];
  for (;;) {
    const after = events.at(-1)?.id;
    const page = await demand(() =>
      stripe.events.list({
        created,
        limit: 100,
        ...(types.length === 0 ? {} : { types: [...types] }),
        ...(after === undefined ? {} : { starting_after: after }),
      }),
    );
    events.push(...page.data);
    if (!page.has_more) return events;
  }
}

function eventFact(event: Stripe.Event): ProviderEventFact {
  return {
    eventId: event.id,
    type: event.type,
    createdAt: new Date(event.created * 1_000).toISOString(),
    payload: withoutClientSecrets(JSON.stringify(event)),
  };
}
