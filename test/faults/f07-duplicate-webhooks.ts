import type { Counter } from '../support/counter.ts';
import { bookOf } from '../support/sale-book.ts';
import { until } from '../support/until.ts';
import { createDeliverer } from './harness/deliveries.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { inLanes, Tally } from './harness/lanes.ts';
import { openRows, paymentOf, unsettledEvents, type Rows } from './harness/rows.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';
import { eventsByPayment } from './harness/withheld-events.ts';
import { onlyWhatIsDelivered, withCounter } from './harness/with-counter.ts';

const copies = 10;
const connections = 8;
const sizes = { full: { batches: 20, desks: 20 }, small: { batches: 1, desks: 3 } } as const;

/** Nothing moves a sale but these deliveries: the simulator's own are dropped and every sweep is off. */
export const fault: Fault = {
  id: 'F7',
  title: `every webhook delivered ${copies} times over ${connections} connections has one effect`,
  run: async (context) => {
    const { found, proof } = await withCounter(onlyWhatIsDelivered, (counter) => flood(counter, context));
    const effects = proof.posted === proof.sales && found.stored === found.events;
    return {
      pass: effects && found.answers.of('200') === found.answers.total && found.connections === connections,
      figures:
        `${proof.posted} of ${proof.sales} sales posted once, ${found.events} events stored ${found.stored} times, ` +
        `answers ${found.answers.toString()} over ${found.connections} connections`,
      injections: found.answers.total - found.events,
    } satisfies FaultReport;
  },
};

interface Flood {
  readonly events: number;
  readonly stored: number;
  readonly connections: number;
  readonly answers: Tally;
}

async function flood(counter: Counter, { size, random }: FaultContext): Promise<Flood> {
  const { batches, desks: deskCount } = sizes[size];
  await counter.control.webhooks.drop('*');
  await counter.control.settings({ keptEvents: 2_000 });
  const desks = await openDesks(counter, deskCount);
  const rows = await openRows(counter.databaseUrl);
  const secret = counter.env['STRIPE_WEBHOOK_SECRET'] ?? '';
  const sender = createDeliverer({ apiUrl: counter.apiUrl, secret, connections });
  const answers = new Tally();
  let events = 0;
  try {
    for (let batch = 0; batch < batches; batch += 1) {
      const sales = await inLanes(desks, desks, (_lane, desk) => tapped(counter, rows, desk));
      const known = await eventsByPayment(counter.control);
      const own = sales.flatMap(({ payment }) => known.get(payment) ?? []);
      events += own.length;
      const copied = random.shuffled(own.flatMap((event) => Array.from({ length: copies }, () => event)));
      for (const { status } of await Promise.all(copied.map((event) => sender.deliver(event))))
        answers.add(String(status));
      await Promise.all(sales.map(({ desk, sale }) => desk.till.until(sale, 'posted')));
      for (const { sale } of sales) await assertOneEffect(counter, sale);
    }
    await until(async () => (await rows.count(unsettledEvents)) === 0);
    const stored = await rows.count('SELECT COUNT(*) FROM provider_event');
    return { events, stored, connections: sender.connections, answers };
  } finally {
    sender.close();
    await rows.close();
  }
}

async function tapped(counter: Counter, rows: Rows, desk: Desk) {
  const made = await desk.till.sell(2500);
  await counter.control.reader(desk.reader).tap('4242424242424242');
  return { desk, sale: made.body.id, payment: await paymentOf(rows, made.body.id) };
}

async function assertOneEffect(counter: Counter, sale: string): Promise<void> {
  const entries = await bookOf(counter, sale);
  if (entries.length !== 2) throw new Error(`Sale ${sale} has ${entries.length} entries and not 2.`);
}
