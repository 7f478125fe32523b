import { ControlCallError } from '../../simulator/control-client.ts';
import type { Counter } from '../support/counter.ts';
import { until } from '../support/until.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { inLanes, Tally } from './harness/lanes.ts';
import { openRows, paymentOf, type Rows } from './harness/rows.ts';
import type { Fault, FaultContext } from './harness/types.ts';
import { withCounter } from './harness/with-counter.ts';

const toldMs = 15_000;
const decidedMs = 60_000;
const card = '4242424242424242';
/** Full size hears of events as late as production does, and half of its sales hear of none. */
const sizes = {
  full: { rounds: 10, desks: 12, sweepMs: '5000', lost: [0, 1] },
  small: { rounds: 1, desks: 6, sweepMs: '200', lost: [0] },
} as const;

interface Scene {
  readonly counter: Counter;
  readonly desk: Desk;
  readonly reader: ReturnType<Counter['control']['reader']>;
}

/** What the reader does to a sale, and what staff do about it. Each answers the sale and when the cashier was told. */
type Story = (
  scene: Scene,
) => Promise<{ readonly sale: string; readonly toldAt: number; readonly ends: 'posted' | 'canceled' }>;

const stories: Readonly<Record<string, Story>> = {
  'time-out, but the reader has it': async ({ desk, reader }) => {
    await reader.mode('timeout_received', { times: 1 });
    const { sale, toldAt } = await sell(desk, 201);
    await reader.tap(card);
    return { sale, toldAt, ends: 'posted' };
  },
  'time-out, and the reader has nothing': async ({ desk, reader }) => {
    await reader.mode('timeout_lost', { times: 1 });
    const { sale, toldAt } = await sell(desk, 409);
    await retryAndTap(desk, reader, sale);
    return { sale, toldAt, ends: 'posted' };
  },
  'dies with the money authorized': async ({ desk, reader }) => {
    await reader.mode('dies', { authorized: true, after: '20ms' });
    const { sale, toldAt } = await sell(desk, 201);
    return { sale, toldAt, ends: 'posted' };
  },
  'dies with nothing authorized': async ({ desk, reader }) => {
    await reader.mode('dies', { authorized: false, after: '0ms' });
    const { sale } = await sell(desk, 201);
    await until(async () => (await reader.read()).dead);
    return { sale, toldAt: await cancel(desk, sale), ends: 'canceled' };
  },
  'is offline': async ({ desk, reader }) => {
    await reader.mode('offline');
    const { sale, toldAt } = await sell(desk, 409);
    await cancel(desk, sale);
    return { sale, toldAt, ends: 'canceled' };
  },
  'has a card left in': async ({ desk, reader }) => {
    await reader.insert(card);
    const { sale, toldAt } = await sell(desk, 409);
    await reader.removeCard();
    await retryAndTap(desk, reader, sale);
    return { sale, toldAt, ends: 'posted' };
  },
};

export const fault: Fault = {
  id: 'F15',
  title:
    'a reader that times out falsely, dies mid-tap, is offline or holds a card leads to one charge and a cashier who knows',
  run: async (context) => {
    const slowest = { toldMs: 0, decidedMs: 0 };
    const ends = new Tally();
    for (const lost of sizes[context.size].lost) {
      for (const seen of await play(context, lost)) {
        slowest.toldMs = Math.max(slowest.toldMs, seen.toldMs);
        slowest.decidedMs = Math.max(slowest.decidedMs, seen.decidedMs);
        ends.add(`${seen.story}: ${seen.status}`);
      }
    }
    return {
      pass: slowest.toldMs <= toldMs && slowest.decidedMs <= decidedMs,
      figures: `cashier told within ${inSeconds(slowest.toldMs)}, payment decided within ${inSeconds(slowest.decidedMs)}; ${ends.toString()}`,
      injections: ends.total,
    };
  },
};

interface Seen {
  readonly story: string;
  readonly status: string;
  readonly toldMs: number;
  readonly decidedMs: number;
}

async function play({ size, random, log }: FaultContext, lost: number): Promise<Seen[]> {
  const { rounds, desks: deskCount, sweepMs } = sizes[size];
  const { found } = await withCounter(
    { env: { EVENT_SWEEP_MS: sweepMs, INBOX_SWEEP_MS: sweepMs } },
    async (counter) => {
      if (lost > 0) await counter.control.webhooks.drop('*');
      const desks = await openDesks(counter, deskCount);
      const rows = await openRows(counter.databaseUrl);
      const plan = random.shuffled(Array.from({ length: rounds }, () => Object.entries(stories)).flat());
      try {
        return await inLanes(desks, plan, (desk, [name, story]) => watch({ counter, desk, rows }, name, story));
      } finally {
        await rows.close();
      }
    },
  );
  log(`${lost * 100} % of webhooks lost: ${found.length} sales`);
  return found;
}

interface Watch {
  readonly counter: Counter;
  readonly desk: Desk;
  readonly rows: Rows;
}

async function watch({ counter, desk, rows }: Watch, name: string, story: Story): Promise<Seen> {
  const reader = counter.control.reader(desk.reader);
  const began = performance.now();
  const told = await story({ counter, desk, reader });
  await desk.till.until(told.sale, told.ends, decidedMs + 5_000);
  const decided = performance.now() - began;
  const payment = await paymentOf(rows, told.sale);
  const { by_metadata: totals } = await counter.control.counters();
  const own = totals['sale_id']?.[told.sale];
  const wanted = told.ends === 'posted' ? 1 : 0;
  if (own?.intents !== 1 || own.captures !== wanted || own.authorizations !== wanted) {
    throw new Error(`${name}: ${payment} is ${JSON.stringify(own)} and the sale ${told.ends}.`);
  }
  await reader.removeCard();
  await reader.mode('manual');
  // A reader that came back still shows what it died with.
  await reader.customerCancels().catch(unlessIdle);
  return { story: name, status: told.ends, toldMs: told.toldAt - began, decidedMs: decided };
}

async function sell(desk: Desk, status: number): Promise<{ sale: string; toldAt: number }> {
  const made = await desk.till.sell(2500);
  if (made.status !== status) throw new Error(`The till was answered ${made.status} and not ${status}: ${made.text}`);
  return { sale: made.body.sale?.id ?? made.body.id, toldAt: performance.now() };
}

async function retryAndTap(desk: Desk, reader: Scene['reader'], sale: string): Promise<void> {
  const retried = await desk.till.command(sale, 'retry');
  if (retried.status !== 200) throw new Error(`The retry was answered ${retried.status}: ${retried.text}`);
  await reader.tap(card);
}

async function cancel(desk: Desk, sale: string): Promise<number> {
  const canceled = await desk.till.command(sale, 'cancel');
  if (canceled.status !== 200) throw new Error(`The cancel was answered ${canceled.status}: ${canceled.text}`);
  return performance.now();
}

function unlessIdle(error: unknown): void {
  if (!(error instanceof ControlCallError) || error.status !== 409) throw error;
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
