import { createStripeClient } from '../src/stripe/stripe-client.ts';
import { until } from '../test/support/until.ts';
import type { Bench } from './contract.ts';
import { countHistory } from './support/history-counts.ts';
import { countOf, mustEqual } from './support/proof.ts';
import { RealSales } from './support/real-sales.ts';
import { proveSales } from './support/sale-proof.ts';
import { openClient } from './support/temporal-client.ts';
import { openSystem, type BenchSystem } from './support/system.ts';

const salesSold = 10;

/** Counts what Temporal keeps of a sale whose card was tapped and approved, and all of whose events were delivered. */
export const historyBudget: Bench = {
  id: 'R7',
  title: 'history of one terminal sale, tap approved, with all the events Stripe sends for it',
  usesTemporal: true,
  async run(context) {
    const system = await openSystem(context, { readers: 1 });
    await subscribeToAll(system);
    const real = new RealSales(context, system, await openClient(context));
    const sizes: { events: number; bytes: number }[] = [];
    for (let n = 0; n < salesSold; n += 1) sizes.push(await sellOne(system, real, n));
    await proveSales(system, salesSold);
    const kinds = await system.database.query(
      'SELECT type, state, COUNT(*) AS events FROM provider_event GROUP BY type, state',
    );
    context.say(`delivered: ${kinds.map((kind) => Object.values(kind).join(' ')).join(', ')}`);
    context.say(
      `${salesSold} sales: ${sizes.map(({ events, bytes }) => `${events} events in ${bytes} bytes`).join(', ')}`,
    );
    const most = (of: (size: (typeof sizes)[number]) => number): number => Math.max(...sizes.map(of));
    return [
      {
        unit: 'events',
        when: 'by their number',
        value: most(({ events }) => events),
        goal: 25,
        floor: 40,
        better: 'less',
      },
      {
        unit: 'kB',
        when: 'by their size at the server',
        value: most(({ bytes }) => bytes) / 1_000,
        goal: 8,
        floor: 24,
        better: 'less',
      },
    ];
  },
};

/** Also what we never asked for: an endpoint may be set to everything by hand. */
async function subscribeToAll({ env }: BenchSystem): Promise<void> {
  const stripe = createStripeClient({
    apiKey: env['STRIPE_API_KEY'] ?? '',
    apiBase: env['STRIPE_API_BASE'],
    timeoutMs: 5_000,
  });
  const { data } = await stripe.webhookEndpoints.list();
  for (const { id } of data) {
    await stripe.webhookEndpoints.update(id, { enabled_events: ['*'] }, { idempotencyKey: `bench-${id}` });
  }
}

async function sellOne(
  system: BenchSystem,
  real: RealSales,
  earlier: number,
): Promise<{ events: number; bytes: number }> {
  const { id, handle } = await real.begin(0);
  await system.control.reader(system.readers[0]?.providerRef ?? '').tap();
  const { state } = await handle.result();
  if (state !== 'posted') throw new Error(`Sale ${id} is ${state}, not posted.`);
  await until(() => allDelivered(system, earlier + 1), { withinMs: 20_000 });
  const { raw, historyLength } = await handle.describe();
  const counted = countHistory(await handle.fetchHistory());
  mustEqual('Events of the history', counted.events, historyLength);
  return { events: historyLength, bytes: Number(raw.workflowExecutionInfo?.historySizeBytes) };
}

/** Whether all that the simulator sends of `sales` sales was delivered and settled; the news of the fee is the last. */
async function allDelivered({ control, database }: BenchSystem, sales: number): Promise<boolean> {
  const deliveries = await control.deliveries();
  const isOver = deliveries.every(({ status }) => status === 'succeeded');
  const fees = deliveries.filter(({ type }) => type === 'charge.updated').length;
  const settled = await countOf(
    database,
    "SELECT COUNT(*) FROM provider_event WHERE state NOT IN ('received', 'parked')",
  );
  return isOver && fees === sales && settled === deliveries.length;
}
