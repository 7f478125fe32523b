import { runCallers } from './support/callers.ts';
import type { Bench, BenchContext, Figure } from './contract.ts';
import { MemberCallers } from './support/member-callers.ts';
import { proveMembers } from './support/member-proof.ts';
import { addMembers } from './support/members.ts';
import { RealSales } from './support/real-sales.ts';
import { alternate } from './support/rounds.ts';
import { proveSales } from './support/sale-proof.ts';
import { openSystem, type BenchSystem } from './support/system.ts';
import { openClient } from './support/temporal-client.ts';

const callers = 16;
/** Members for each second of a round; more than can be charged in it. */
const membersPerSecond = 60;
/** Which of the processor's calls fail, and how: a tenth of all. */
const faults = [
  { preset: 'rate_limit', probability: 0.05 },
  { preset: 'server_error_before', probability: 0.025 },
  { preset: 'server_error_after', probability: 0.025 },
] as const;

/** What goes on while the processor says 429 or 500 to a tenth of its calls, before or after it did what was asked. */
export const faultyProcessor: Bench = {
  id: 'R16',
  title: 'with a tenth of the calls to Stripe answered 429 or 500, against none',
  usesTemporal: true,
  async run(context) {
    const system = await openSystem(context, { readers: callers });
    return [await sales(context, system), await topUps(context, system)];
  },
};

async function sales(context: BenchContext, system: BenchSystem): Promise<Figure> {
  for (const { providerRef } of system.readers) await system.control.reader(providerRef).mode('immediate');
  const real = new RealSales(context, system, await openClient(context));
  let sold = 0;
  const value = await compare(context, system, async (caller) => {
    await real.sell(caller);
    sold += 1;
  });
  await proveSales(system, sold);
  return { unit: 'rate', when: `of sales at ${callers} callers`, value, goal: 0.9, floor: 0.75, better: 'more' };
}

/** Payments that the card must bring all the money for: each is one charge and one answer. */
async function topUps(context: BenchContext, system: BenchSystem): Promise<Figure> {
  const rounds = 2 * (context.rounds + 1);
  const count = Math.ceil(rounds * context.seconds * membersPerSecond);
  const people = await addMembers(system, { count, balanceMinor: 2_000, autoMinor: 10_000 });
  const host = new MemberCallers(context, system, callers);
  let paid = 0;
  const value = await compare(context, system, async () => {
    const member = people[paid];
    if (member === undefined) throw new Error('There are too few members.');
    paid += 1;
    await host.send(host.payment(member, 5_000));
  });
  await proveMembers(system, paid);
  return { unit: 'rate', when: `of top-ups at ${callers} callers`, value, goal: 0.9, floor: 0.75, better: 'more' };
}

async function compare(
  context: BenchContext,
  { control }: BenchSystem,
  work: (caller: number) => Promise<void>,
): Promise<number> {
  const rate = async (): Promise<number> => (await runCallers(callers, context.seconds, work)).perSecond;
  const faulty = async (): Promise<number> => {
    const ids: string[] = [];
    for (const { preset, probability } of faults) ids.push(await control.faults.add(preset, { probability }));
    const perSecond = await rate();
    const rules = (await control.faults.read()).rules.filter(({ id }) => ids.includes(id));
    for (const id of ids) await control.faults.remove(id);
    const calls = Math.max(...rules.map(({ seen }) => seen));
    const injected = rules.reduce((sum, rule) => sum + rule.injected, 0);
    context.say(`  ${injected} of ${calls} calls failed`);
    return perSecond;
  };
  const sides = {
    ours: { name: 'with faults', run: faulty },
    theirs: { name: 'without', run: rate },
    unit: 'a second',
  };
  return (await alternate(context, sides)).ratio;
}
