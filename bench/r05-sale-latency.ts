import { openBareSales, type BareSales } from './support/bare-sales.ts';
import { runCallers, type CallerRun } from './support/callers.ts';
import type { Bench, BenchContext, Figure } from './contract.ts';
import { countHistory } from './support/history-counts.ts';
import { processTimes, usedBetween } from './support/process-time.ts';
import { mustEqual } from './support/proof.ts';
import { RealSales } from './support/real-sales.ts';
import { alternate, type Side } from './support/rounds.ts';
import { proveSales } from './support/sale-proof.ts';
import { median } from './support/statistics.ts';
import { services } from './support/surroundings.ts';
import { openClient } from './support/temporal-client.ts';
import { openSystem, type BenchSystem } from './support/system.ts';

const manyCallers = 16;

/** A whole sale over HTTP, with reader, webhooks, inbox and book, against the same hops with nothing in them. */
export const saleLatency: Bench = {
  id: 'R5',
  title: 'a sale from HTTP request to posted, against the bare workflow with the same hops',
  usesTemporal: true,
  async run(context) {
    const client = await openClient(context);
    const system = await openSystem(context, { readers: manyCallers });
    for (const { providerRef } of system.readers) await system.control.reader(providerRef).mode('immediate');
    const bare = await openBareSales(context, client);
    const real = new RealSales(context, system, client);
    const bench = { context, system, real, bare, sold: { count: 0 } };
    const figures = [await latency(bench), await rate(bench)];
    await compareHops(bench);
    await proveSales(system, bench.sold.count);
    return figures;
  },
};

interface Running {
  readonly context: BenchContext;
  readonly system: BenchSystem;
  readonly real: RealSales;
  readonly bare: BareSales;
  readonly sold: { count: number };
}

async function latency(bench: Running): Promise<Figure> {
  const middle = (run: CallerRun): number => median(run.latenciesMs);
  bench.context.say('1 caller');
  const { ratio } = await alternate(bench.context, { ...sidesOf(bench, 1, middle), unit: 'ms a sale' });
  return { unit: 'latency', when: 'at 1 caller', value: ratio, goal: 1.4, floor: 2, better: 'less' };
}

async function rate(bench: Running): Promise<Figure> {
  const perSecond = (run: CallerRun): number => run.perSecond;
  bench.context.say(`${manyCallers} callers`);
  const { ratio } = await alternate(bench.context, { ...sidesOf(bench, manyCallers, perSecond), unit: 'sales/s' });
  return { unit: 'rate', when: `at ${manyCallers} callers`, value: ratio, goal: 0.65, floor: 0.45, better: 'more' };
}

function sidesOf(
  bench: Running,
  callers: number,
  measured: (run: CallerRun) => number,
): { readonly ours: Side; readonly theirs: Side } {
  const side = (name: string, work: (caller: number) => Promise<void>): Side => ({
    name,
    run: async () => measured(await timed(bench, name, () => runCallers(callers, bench.context.seconds, work))),
  });
  return {
    ours: side('sale', async (caller) => {
      await bench.real.sell(caller);
      bench.sold.count += 1;
    }),
    theirs: side('bareSale', async () => {
      await bench.bare.sell();
    }),
  };
}

/** Says what each process used of the processors, for each sale. */
async function timed(
  { context, system, bare }: Running,
  name: string,
  run: () => Promise<CallerRun>,
): Promise<CallerRun> {
  const servers = Object.entries(services()).flatMap(([server, known]) =>
    known ? [[server, known.pid] as const] : [],
  );
  const pids = { ...Object.fromEntries(servers), ...system.pids, 'bare worker': bare.pid, client: process.pid };
  const before = processTimes(pids);
  const done = await run();
  const used = usedBetween(before, processTimes(pids), done.count);
  context.say(`  ${name}: ${done.perSecond.toFixed(1)}/s, CPU-ms each: ${used}`);
  return done;
}

/** The figure means something only if both take the same hops. */
async function compareHops({ context, real, bare, sold }: Running): Promise<void> {
  const ours = countHistory(await (await real.sell(0)).fetchHistory());
  sold.count += 1;
  const theirs = countHistory(await (await bare.sell()).fetchHistory());
  for (const hop of ['updates', 'activities', 'signals', 'timers'] as const)
    mustEqual(`The sale's ${hop}`, ours[hop], theirs[hop]);
  const words = Object.entries(ours).map(
    ([what, count]) => `${what} ${count} to ${theirs[what as keyof typeof theirs]}`,
  );
  context.say(`hops of the sale and of the bare one: ${words.join(', ')}`);
}
