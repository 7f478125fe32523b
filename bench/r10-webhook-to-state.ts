import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { until } from '../test/support/until.ts';
import type { Bench, BenchContext, Figure } from './contract.ts';
import { RealSales } from './support/real-sales.ts';
import { proveSales } from './support/sale-proof.ts';
import { median, percentile } from './support/statistics.ts';
import { openClient } from './support/temporal-client.ts';
import { openSystem, type BenchSystem } from './support/system.ts';
import { exchange } from './support/webhook-callers.ts';
import { webhookRequest } from './support/webhook-events.ts';

/** A look at the sale every few ms; what is measured is later than the truth by half of it. */
const lookEveryMs = 2;

/** From the moment the processor is told 200 until anybody who reads the sale sees what it told. */
export const webhookToState: Bench = {
  id: 'R10',
  title: 'webhook 2xx to the sale’s state visible through the API',
  usesTemporal: true,
  async run(context) {
    // Without the sweep that looks for lost events, which would be faster now and then than the webhook we hold back.
    const system = await openSystem(context, { readers: 1, env: { EVENT_SWEEP_MS: '3600000' } });
    return measure(context, system);
  },
};

async function measure(context: BenchContext, system: BenchSystem): Promise<readonly Figure[]> {
  const real = new RealSales(context, system, await openClient(context));
  const { hostname, port } = new URL(system.apiUrl);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  context.owns(() => socket.destroy());
  await once(socket, 'connect');
  await system.control.webhooks.hold('*');
  const sales = context.isQuick ? 3 : Math.max(100, Math.ceil(context.rounds * context.seconds * 8));
  const warmUp = context.isQuick ? 0 : 10;
  const took: number[] = [];
  for (let n = 0; n < warmUp + sales; n += 1) took.push(await sellAndTell(system, real, socket));
  const measured = took.slice(warmUp);
  const tenTripsMs = (await idleRoundTripMs(system)) * 10;
  await system.control.webhooks.removeRules();
  await system.control.webhooks.release();
  await proveSales(system, warmUp + sales);
  const [p50, p95] = [median(measured), percentile(measured, 0.95)];
  const most = Math.max(...measured);
  context.say(`${sales} sales: median ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, most ${most.toFixed(1)} ms`);
  context.say(
    `ten idle database round trips: ${tenTripsMs.toFixed(1)} ms; p95 is ${(p95 / tenTripsMs).toFixed(1)} times that`,
  );
  return [{ unit: 'p95 ms', value: p95, goal: 80, floor: 250, better: 'less' }];
}

/** Sells, holds the simulator's webhooks back, delivers the one that tells of the money, and looks. */
async function sellAndTell(system: BenchSystem, real: RealSales, socket: Socket): Promise<number> {
  const { id } = await real.begin(0);
  await system.control.reader(system.readers[0]?.providerRef ?? '').tap();
  const body = await eventOf(system, id);
  const status = await exchange(socket, webhookRequest(body, system.webhookSecret));
  const acknowledgedAt = performance.now();
  if (status !== 200) throw new Error(`The webhook was answered with ${status}.`);
  while ((await real.shownState(id)) !== 'posted') {
    if (performance.now() - acknowledgedAt > 30_000) throw new Error(`Sale ${id} was not posted within 30 s.`);
    await setTimeout(lookEveryMs);
  }
  return performance.now() - acknowledgedAt;
}

/** The event that says that the sale's payment succeeded. */
async function eventOf({ control }: BenchSystem, saleId: string): Promise<string> {
  let body = '';
  await until(async () => {
    const { events } = await control.state('acct_demo');
    const event = events.findLast(
      (one) => one.type === 'payment_intent.succeeded' && saleOf(one.data.object) === saleId,
    );
    if (event !== undefined) body = JSON.stringify(event);
    return event !== undefined;
  });
  return body;
}

function saleOf(intent: Record<string, unknown>): string | undefined {
  return (intent['metadata'] as Record<string, string> | undefined)?.['sale_id'];
}

async function idleRoundTripMs({ database }: BenchSystem): Promise<number> {
  const trips: number[] = [];
  for (let n = 0; n < 200; n += 1) {
    const startedAt = performance.now();
    await database.query('SELECT 1');
    trips.push(performance.now() - startedAt);
  }
  return median(trips);
}
