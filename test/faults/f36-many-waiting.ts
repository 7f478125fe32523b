import { until } from '../support/until.ts';
import { proveBooks } from './harness/books.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { percentile, seconds } from './harness/figures.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';
import { openWorld, type World } from './harness/world.ts';

const mebibyte = 2 ** 20;
// A cache of 500 is what production has; the small one is as much smaller than its sales.
const sizes = {
  full: { sales: 10_000, cached: 500, taps: 1_000, budget: 1_024 * mebibyte },
  small: { sales: 50, cached: 10, taps: 12, budget: 512 * mebibyte },
};
const amount = 900;
// A worker works on no more workflows at once than it may keep: more tills than that would wait for each other.
const tillsAtOnce = 32;
const tapsAtOnce = 8;
const hour = 3_600_000;

export const fault: Fault = {
  id: 'F36',
  title:
    'thousands of sales that wait on readers stay within the memory of a worker with a capped cache, and each is posted when its card comes',
  run,
};

async function run({ seed, size, random, log }: FaultContext): Promise<FaultReport> {
  const { sales, cached, taps, budget } = sizes[size];
  // They are to wait, all at once: patience and ladder are as long as it takes to open them all.
  const timing = { cardWaitMs: 4 * hour, ladderMs: [4 * hour] };
  const world = await openWorld({ seed, timing, env: { MAX_CACHED_WORKFLOWS: String(cached) } });
  const memory = { idle: 0, peak: 0 };
  const watch = setInterval(() => (memory.peak = Math.max(memory.peak, world.worker.residentBytes())), 500);
  try {
    await world.start();
    memory.idle = world.worker.residentBytes();
    const desks = await openDesks(world, sales);
    const began = performance.now();
    const waiting = await inTurns({ list: desks, atOnce: tillsAtOnce }, async ({ till, reader }) => ({
      id: await beginSale(till),
      reader,
      till,
    }));
    memory.peak = Math.max(memory.peak, world.worker.residentBytes());
    log(
      `${waiting.length} sales wait after ${seconds(performance.now() - began)}, worker at ${inMebibytes(memory.peak)}`,
    );
    const answered = await inTurns({ list: random.shuffled(waiting).slice(0, taps), atOnce: tapsAtOnce }, (one) =>
      tap(world, one),
    );
    memory.peak = Math.max(memory.peak, world.worker.residentBytes());
    const proof = await proveBooks(world, { feesWithinMs: 120_000 });
    const evicted = sales - cached;
    const p95 = percentile(answered, 0.95);
    const figures = `${sales} sales waiting with ${cached} cached, worker ${inMebibytes(memory.idle)} idle and ${inMebibytes(memory.peak)} at most (budget ${inMebibytes(budget)}), ${proof.posted} tapped and posted, tap to posted p95 ${seconds(p95)}`;
    const pass = memory.peak > 0 && memory.peak <= budget && proof.posted === taps && proof.sales === sales;
    return { pass, figures, injections: evicted };
  } finally {
    clearInterval(watch);
    await world.close();
  }
}

async function beginSale(till: Desk['till']): Promise<string> {
  let made = await till.sell(amount);
  // 202: it is late, not lost.
  if (made.status === 202) await till.until(made.body.id, 'awaiting_card', 60_000);
  else if (made.status !== 201) made = await Promise.reject(new Error(`Not begun: ${made.status} ${made.text}`));
  return made.body.id;
}

/** A card at a reader that waited long, whose workflow has left the cache for the most part. */
async function tap(world: World, { id, reader, till }: Desk & { readonly id: string }): Promise<number> {
  const began = performance.now();
  await world.control.reader(reader).tap('4242424242424242');
  await until(async () => (await till.show(id)).state === 'posted', { withinMs: 60_000, everyMs: 25 });
  return performance.now() - began;
}

/** `work` for each of `list`, so many at once; answers in any order. */
async function inTurns<T, R>(
  { list, atOnce }: { list: readonly T[]; atOnce: number },
  work: (one: T) => Promise<R>,
): Promise<R[]> {
  const rest = [...list];
  const done: R[] = [];
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) done.push(await work(next));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return done;
}

function inMebibytes(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(0)} MiB`;
}
