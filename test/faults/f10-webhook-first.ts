import type { Counter } from '../support/counter.ts';
import { until } from '../support/until.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { inLanes, Tally } from './harness/lanes.ts';
import { openRows, unsettledEvents, type Rows } from './harness/rows.ts';
import type { Fault, FaultContext } from './harness/types.ts';
import { onlyWhatIsDelivered, withCounter } from './harness/with-counter.ts';

const sizes = { full: { sales: 200, desks: 10 }, small: { sales: 4, desks: 2 } } as const;
const show = '/v1/terminal/readers/:id/process_payment_intent';

/**
 * The reader's command is executed and its answer held back, so that the customer acts, and the webhook arrives, before
 * the row that says whose payment it is. A cancel on the reader carries no name of ours and must wait; money does.
 */
export const fault: Fault = {
  id: 'F10',
  title: 'a webhook that comes before the row of its payment is parked and applied afterwards',
  run: async (context) => {
    const { found, proof } = await withCounter(onlyWhatIsDelivered, (counter) => play(counter, context));
    const { ends, parked, unsettled } = found;
    const wanted = sizes[context.size].sales;
    return {
      pass:
        unsettled === 0 && parked * 2 === wanted && ends.of('declined') === parked && proof.posted === wanted - parked,
      figures: `${wanted} sales whose webhook came first: ${ends.toString()}, ${parked} of them parked and applied, ${unsettled} events forgotten`,
      injections: wanted,
    };
  },
};

/** What a person at the reader does. */
type Customer = 'cancels' | 'taps';

interface Seen {
  readonly ends: Tally;
  readonly parked: number;
  readonly unsettled: number;
}

async function play(counter: Counter, { size }: FaultContext): Promise<Seen> {
  const rows = await openRows(counter.databaseUrl);
  const desks = await openDesks(counter, sizes[size].desks);
  const plan = Array.from({ length: sizes[size].sales }, (_, n): Customer => (n % 2 === 0 ? 'cancels' : 'taps'));
  const ends = new Tally();
  let parked = 0;
  try {
    for (const seen of await inLanes(desks, plan, (desk, customer) => overtake(counter, rows, { desk, customer }))) {
      ends.add(seen.state);
      parked += seen.wasParked ? 1 : 0;
    }
    await until(async () => (await rows.count(unsettledEvents)) === 0, { withinMs: 20_000 });
    return { ends, parked, unsettled: await rows.count(unsettledEvents) };
  } finally {
    await rows.close();
  }
}

async function overtake(
  counter: Counter,
  rows: Rows,
  { desk, customer }: { readonly desk: Desk; readonly customer: Customer },
): Promise<{ state: string; wasParked: boolean }> {
  const reader = counter.control.reader(desk.reader);
  const gate = await counter.control.holdResponse(
    { method: 'POST', path: show.replace(':id', desk.reader) },
    { stage: 'after' },
  );
  const selling = desk.till.sell(2500);
  await gate.held();
  await (customer === 'cancels' ? reader.customerCancels() : reader.tap('4242424242424242'));
  const wasParked = customer === 'cancels' && (await parkedFor(rows, desk.reader));
  await gate.release();
  const made = await selling;
  const state = customer === 'cancels' ? 'declined' : 'posted';
  await desk.till.until(made.body.id, state);
  if (state === 'declined') await desk.till.command(made.body.id, 'cancel');
  return { state, wasParked };
}

/** Waits until the reader's event is acknowledged and put aside. */
async function parkedFor(rows: Rows, reader: string): Promise<boolean> {
  const sql = "SELECT COUNT(*) FROM provider_event WHERE state = 'parked' AND object_id = ?";
  await until(async () => (await rows.count(sql, [reader])) > 0);
  return true;
}
