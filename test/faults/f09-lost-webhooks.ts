import type { Counter } from '../support/counter.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { inLanes } from './harness/lanes.ts';
import type { Fault, FaultContext } from './harness/types.ts';
import { withCounter } from './harness/with-counter.ts';

const limitMs = 60_000;
/** `events`: sweeps of the processor's events are on. `ladder`: they are off too, only the sale itself looks. */
type Source = 'events' | 'ladder';
interface Round {
  readonly dropped: number;
  readonly source: Source;
}

const rounds: readonly Round[] = [
  { dropped: 0.3, source: 'events' },
  { dropped: 1, source: 'events' },
  { dropped: 1, source: 'ladder' },
];
/** Full size waits as production does; small size has production's rungs divided by twenty. */
const sizes = {
  full: { sales: 100, desks: 20, sweepMs: '5000', ladderMs: [10_000, 20_000, 30_000] },
  small: { sales: 6, desks: 6, sweepMs: '250', ladderMs: [500, 1_000, 1_500] },
} as const;

export const fault: Fault = {
  id: 'F9',
  title: 'with 30 % and 100 % of all webhooks lost, every sale is found out within a minute',
  run: async (context) => {
    const told: string[] = [];
    let pass = true;
    let injections = 0;
    for (const round of rounds) {
      const seen = await play(round, context);
      pass &&= seen.slowestMs <= limitMs && seen.lost > 0;
      injections += seen.lost;
      told.push(
        `${round.dropped * 100} % lost (${seen.lost}), by ${round.source}: ${seen.sales} sales within ${(seen.slowestMs / 1_000).toFixed(1)} s`,
      );
      context.log(told.at(-1) ?? '');
    }
    return { pass, figures: told.join('; '), injections };
  },
};

interface Seen {
  readonly sales: number;
  readonly lost: number;
  readonly slowestMs: number;
}

async function play({ dropped, source }: Round, context: FaultContext): Promise<Seen> {
  const { sweepMs, ladderMs, sales, desks: deskCount } = sizes[context.size];
  const eventSweep = source === 'events' ? sweepMs : '3600000';
  const options = { env: { EVENT_SWEEP_MS: eventSweep, INBOX_SWEEP_MS: sweepMs }, timing: { ladderMs: [...ladderMs] } };
  const plan = Array.from({ length: sales }, (_, n) => ({ card: n % 5 === 4 ? declined : approved }));
  const { found } = await withCounter(options, async (counter) => {
    const seed = context.random.below(2 ** 31);
    await counter.control.webhooks.drop('*', { probability: dropped, seed });
    const desks = await openDesks(counter, deskCount);
    const took = await inLanes(desks, plan, (desk, { card }) => sellUnheard(counter, desk, card));
    const lost = (await counter.control.deliveries({ status: 'dropped' })).length;
    return { sales, lost, slowestMs: Math.max(...took) };
  });
  return found;
}

const approved = { number: '4242424242424242', ends: 'posted' };
const declined = { number: '4000000000009995', ends: 'declined' };

/** Milliseconds from the tap until the sale says what became of it. */
async function sellUnheard(counter: Counter, desk: Desk, card: typeof approved): Promise<number> {
  const made = await desk.till.sell(2500);
  await counter.control.reader(desk.reader).tap(card.number);
  const tappedAt = performance.now();
  await desk.till.until(made.body.id, card.ends, limitMs + 5_000);
  const tookMs = performance.now() - tappedAt;
  if (card === declined) await desk.till.command(made.body.id, 'cancel');
  return tookMs;
}
