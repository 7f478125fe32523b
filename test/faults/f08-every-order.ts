import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type { StripeEvent } from '../../simulator/ports.ts';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import type { Counter } from '../support/counter.ts';
import { until } from '../support/until.ts';
import { createDeliverer, type Deliverer } from './harness/deliveries.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { inLanes } from './harness/lanes.ts';
import type { Random } from './harness/random.ts';
import { openRows, paymentOf, unsettledEvents, type Rows } from './harness/rows.ts';
import type { Fault, FaultContext } from './harness/types.ts';
import { eventsByPayment } from './harness/withheld-events.ts';
import { onlyWhatIsDelivered, withCounter } from './harness/with-counter.ts';

/** What Stripe sends for a payment that is tapped and captured later, in its own order. */
const types = [
  'payment_intent.created',
  'payment_intent.amount_capturable_updated',
  'charge.succeeded',
  'terminal.reader.action_succeeded',
  'charge.captured',
  'payment_intent.succeeded',
  'charge.updated',
];
const sizes = { full: { orders: 5_040, desks: 24 }, small: { orders: 10, desks: 5 } } as const;

/**
 * One sale for each order of its seven events. All seven have happened before the first one is delivered: the money was
 * captured in the processor's dashboard, so that only the events can tell us.
 */
export const fault: Fault = {
  id: 'F8',
  title: 'the seven events of a sale lead to the same state and the same entries in whatever order they come',
  run: async (context) => {
    const orders = ordersOf(context);
    const { found, proof } = await withCounter(onlyWhatIsDelivered, (counter) => playAll(counter, context, orders));
    const same = found.ends.size === 1 && proof.posted === orders.length;
    return {
      pass: same && found.unsettled === 0,
      figures:
        `${orders.length} of 5040 orders, ${proof.posted} sales posted, ${found.ends.size} different ends (${[...found.ends].join(', ')}), ` +
        `${found.unsettled} events unsettled`,
      injections: orders.length,
    };
  },
};

interface Ends {
  readonly ends: ReadonlySet<string>;
  readonly unsettled: number;
}

async function playAll(counter: Counter, { size, log }: FaultContext, orders: readonly Order[]): Promise<Ends> {
  const desks = await openDesks(counter, sizes[size].desks);
  const rows = await openRows(counter.databaseUrl);
  const dashboard = createStripeClient({
    apiKey: 'sk_test_demo',
    apiBase: counter.env['STRIPE_API_BASE'],
    timeoutMs: 5_000,
  });
  const secret = counter.env['STRIPE_WEBHOOK_SECRET'] ?? '';
  const sender = createDeliverer({ apiUrl: counter.apiUrl, secret, connections: desks.length });
  await counter.control.webhooks.drop('*');
  await counter.control.settings({ keptEvents: desks.length * types.length * 2, balanceTransactionDelayMs: 0 });
  try {
    const played: string[] = [];
    for (let from = 0; from < orders.length; from += desks.length) {
      const batch = orders.slice(from, from + desks.length);
      const stage: Stage = { counter, rows, dashboard, sender };
      played.push(...(await playBatch(stage, desks, batch)));
      if (from % 480 === 0) log(`${played.length} orders`);
    }
    await until(async () => (await rows.count('SELECT COUNT(*) FROM card_transaction WHERE fee_minor IS NULL')) === 0, {
      withinMs: 60_000,
    });
    await until(async () => (await rows.count(unsettledEvents)) === 0, { withinMs: 30_000 });
    const ends = await inLanes([rows], played, endOf);
    return { ends: new Set(ends), unsettled: await rows.count(unsettledEvents) };
  } finally {
    sender.close();
    await rows.close();
  }
}

interface Stage {
  readonly counter: Counter;
  readonly rows: Rows;
  readonly dashboard: Stripe;
  readonly sender: Deliverer;
}

async function playBatch(stage: Stage, desks: readonly Desk[], orders: readonly Order[]): Promise<readonly string[]> {
  const { counter, sender } = stage;
  const sales = await Promise.all(orders.map((order, lane) => captureElsewhere(stage, desks[lane]!, order)));
  const known = new Map<string, readonly StripeEvent[]>();
  await until(async () => {
    for (const [payment, events] of await eventsByPayment(counter.control)) known.set(payment, events);
    return sales.every(({ payment }) => known.get(payment)?.length === types.length);
  });
  await Promise.all(
    sales.map(async ({ sale, payment, order, desk }) => {
      const events = known.get(payment) ?? [];
      for (const place of order) await sender.deliver(events.find(({ type }) => type === types[place])!);
      await desk.till.until(sale, 'posted');
    }),
  );
  return sales.map(({ sale }) => sale);
}

async function captureElsewhere({ counter, rows, dashboard }: Stage, desk: Desk, order: Order) {
  const made = await desk.till.sell(2500, { captureMode: 'manual' });
  await counter.control.reader(desk.reader).tap('4242424242424242');
  const payment = await paymentOf(rows, made.body.id);
  await dashboard.paymentIntents.capture(payment, {}, { idempotencyKey: `dashboard-${payment}` });
  return { desk, sale: made.body.id, payment, order };
}

/** How a sale ended: its state and what the book says of it, names and times left out. */
async function endOf(rows: Rows, sale: string): Promise<string> {
  const [row] = await rows.all('SELECT state, outcome, captured_minor, attention_reason FROM sale WHERE id = ?', [
    sale,
  ]);
  const entries = await rows.all(
    `SELECT t.kind, a.code, e.side, e.amount_minor, e.type FROM ledger_transaction t
     JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
     WHERE t.sale_id = ? ORDER BY t.kind, e.position`,
    [sale],
  );
  return createHash('sha256')
    .update(JSON.stringify([row, entries]))
    .digest('hex')
    .slice(0, 12);
}

type Order = readonly number[];

/** Every order in full size; some of them, drawn from the seed, in small size. */
function ordersOf({ size, random }: { readonly size: 'full' | 'small'; readonly random: Random }): readonly Order[] {
  const all = permutations(types.map((_type, place) => place));
  return random.shuffled(all).slice(0, sizes[size].orders);
}

function permutations(places: readonly number[]): readonly Order[] {
  if (places.length <= 1) return [places];
  return places.flatMap((place) =>
    permutations(places.filter((other) => other !== place)).map((rest) => [place, ...rest]),
  );
}
