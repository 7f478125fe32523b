import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import { ControlCallError } from '../../simulator/control-client.ts';
import type { Counter } from '../support/counter.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { inLanes, Tally } from './harness/lanes.ts';
import { openRows, paymentOf, type Rows } from './harness/rows.ts';
import type { Fault, FaultContext } from './harness/types.ts';
import { onlyWhatIsDelivered, withCounter } from './harness/with-counter.ts';
import { strangerKeepsReader, twoTillsOneReader } from './harness/two-registers.ts';

/** Where the cancel stands, at the processor, when the card is shown. */
const points = [
  { at: 'before any call' },
  { at: 'reader read', method: 'GET', path: '/v1/terminal/readers/:reader', stage: 'after' },
  {
    at: 'reader about to be cleared',
    method: 'POST',
    path: '/v1/terminal/readers/:reader/cancel_action',
    stage: 'before',
  },
  { at: 'reader cleared', method: 'POST', path: '/v1/terminal/readers/:reader/cancel_action', stage: 'after' },
  { at: 'payment read', method: 'GET', path: '/v1/payment_intents/:payment', stage: 'after' },
  { at: 'payment canceled', method: 'POST', path: '/v1/payment_intents/:payment/cancel', stage: 'after' },
] as const;
type Point = (typeof points)[number];

const sizes = {
  full: { races: 10_000, desks: 24, registers: 100 },
  small: { races: 12, desks: 4, registers: 2 },
} as const;

/** The cancel is stopped at a point by a gate, the card is shown there, and the cancel goes on. */
export const fault: Fault = {
  id: 'F16',
  title: 'a sale whose cancel races the tap is paid or canceled, never both, and no other register is touched',
  run: async (context) => {
    const { found, proof } = await withCounter(onlyWhatIsDelivered, (counter) => raceAll(counter, context));
    const { won, registers, strangers } = found;
    const least = Math.min(won.of('paid'), won.of('canceled'));
    return {
      pass: least > won.total / 10 && proof.posted === won.of('paid') + registers,
      figures: `${won.total} races: ${won.toString()}; two tills on one reader ${registers} times, a stranger's payment left on it ${strangers} times`,
      injections: won.total + registers + strangers,
    };
  },
};

interface Stage {
  readonly counter: Counter;
  readonly rows: Rows;
}

async function raceAll(counter: Counter, { size, random, log }: FaultContext) {
  const { races, desks: deskCount, registers } = sizes[size];
  const desks = await openDesks(counter, deskCount);
  const rows = await openRows(counter.databaseUrl);
  const won = new Tally<'paid' | 'canceled'>();
  const byPoint = new Tally();
  // As many of each point as of any other, in an order that the seed gives.
  const plan = random.shuffled(Array.from({ length: races }, (_, n) => points[n % points.length]!));
  try {
    await inLanes(desks, plan, async (desk, point) => {
      const winner = await race({ counter, rows }, desk, point);
      won.add(winner);
      byPoint.add(`${point.at}: ${winner}`);
      if (won.total % 500 === 0) log(`${won.total} races: ${won.toString()}`);
    });
    log(byPoint.toString());
    const stranger = createStripeClient({
      apiKey: 'sk_test_demo',
      apiBase: counter.env['STRIPE_API_BASE'],
      timeoutMs: 5_000,
    });
    for (let n = 0; n < registers; n += 1) {
      const desk = desks[n % desks.length]!;
      await twoTillsOneReader(counter, desk);
      await strangerKeepsReader({ counter, stranger }, desk);
    }
    return { won, registers, strangers: registers };
  } finally {
    await rows.close();
  }
}

async function race({ counter, rows }: Stage, desk: Desk, point: Point): Promise<'paid' | 'canceled'> {
  const made = await desk.till.sell(2500);
  const sale = made.body.id;
  const payment = await paymentOf(rows, sale);
  const answer = await cancelAround(counter, { desk, sale, payment }, point);
  const paid = answer.status === 409;
  if (!paid && answer.status !== 200)
    throw new Error(`${point.at}: the cancel was answered ${answer.status}: ${answer.text}`);
  const shown = await desk.till.until(sale, paid ? 'posted' : 'canceled');
  const { by_metadata: totals } = await counter.control.counters();
  const captured = totals['sale_id']?.[sale]?.captured_minor ?? 0;
  if (captured !== (paid ? 2500 : 0) || shown.captured.amount !== captured) {
    throw new Error(`${point.at}: the till heard ${paid ? 'paid' : 'canceled'}, the processor captured ${captured}.`);
  }
  return paid ? 'paid' : 'canceled';
}

interface Contest {
  readonly desk: Desk;
  readonly sale: string;
  readonly payment: string;
}

async function cancelAround({ control }: Counter, { desk, sale, payment }: Contest, point: Point) {
  const tap = () => control.reader(desk.reader).tap('4242424242424242').catch(notAwaited);
  if (!('path' in point)) {
    const [answer] = await Promise.all([desk.till.command(sale, 'cancel'), tap()]);
    return answer;
  }
  const path = point.path.replace(':reader', desk.reader).replace(':payment', payment);
  const gate = await control.holdResponse({ method: point.method, path }, { stage: point.stage, times: 1 });
  const canceling = desk.till.command(sale, 'cancel');
  await gate.held();
  await tap();
  await gate.release();
  return canceling;
}

/** The reader shows nothing any more: the customer puts the card away. */
function notAwaited(error: unknown): void {
  if (!(error instanceof ControlCallError) || error.status !== 409) throw error;
}
