import { setTimeout } from 'node:timers/promises';
import type { Bench, BenchContext, Figure } from './contract.ts';
import { MemberCallers } from './support/member-callers.ts';
import { proveMembers } from './support/member-proof.ts';
import { addMembers } from './support/members.ts';
import { processTimes, usedBetween } from './support/process-time.ts';
import { countOf, mustEqual } from './support/proof.ts';
import { alternate } from './support/rounds.ts';
import { services } from './support/surroundings.ts';
import { openSystem, type BenchSystem } from './support/system.ts';

const batchSize = 1_000;
/** Members of one storm, for each second that a round is asked to last. */
const membersPerSecond = 100;
/** Members that may cross the line one after the other meanwhile; more than can. */
const alonePerSecond = 30;
const autoMinor = 10_000;
const lookEveryMs = 2;

/** Payments that leave everybody with less than the limit: one charge for each of them, all at once or one by one. */
export const topUpStorm: Bench = {
  id: 'R15',
  title: 'members who cross the top-up line together, in batches, against one after the other',
  usesTemporal: true,
  async run(context) {
    const system = await openSystem(context, { readers: 1 });
    const storm = await openStorm(context, system);
    const sides = {
      ours: { name: 'together', run: () => storm.timed('together', () => storm.together()) },
      theirs: { name: 'one at a time', run: () => storm.timed('one at a time', () => storm.oneByOne()) },
      unit: 'top-ups/s',
    };
    const { ratio } = await alternate(context, sides);
    await proveMembers(system, storm.crossed());
    await proveCharges(system, storm.crossed());
    context.say(`${storm.crossed()} members crossed the line, and each has one charge`);
    const figure: Figure = { unit: 'ratio', value: ratio, goal: 8, floor: 3, better: 'more' };
    return [figure];
  },
};

/** Exactly one charge for each: no member without one, none with two. */
async function proveCharges({ database, control }: BenchSystem, crossed: number): Promise<void> {
  const charged = "SELECT COUNT(DISTINCT member_id) FROM top_up WHERE kind = 'auto' AND state = 'succeeded'";
  mustEqual('Members who were charged', await countOf(database, charged), crossed);
  mustEqual('Top-ups', await countOf(database, 'SELECT COUNT(*) FROM top_up'), crossed);
  mustEqual('Charges at the processor', (await control.counters()).totals.captures, crossed);
}

async function openStorm(context: BenchContext, system: BenchSystem) {
  const runs = context.rounds + 1;
  const size = Math.ceil(context.seconds * membersPerSecond);
  const count = runs * (size + Math.ceil(context.seconds * alonePerSecond));
  // What is paid leaves 10.00, which is below the limit of 20.00.
  const people = (await addMembers(system, { count, balanceMinor: 3_000, autoMinor })).values();
  const host = new MemberCallers(context, system, Math.ceil(size / batchSize));
  let crossed = 0;
  const next = (): string => {
    const { value } = people.next();
    if (value === undefined) throw new Error('There are too few members.');
    crossed += 1;
    return value;
  };
  const topUps = "SELECT COUNT(*) FROM top_up WHERE kind = 'auto' AND state = 'succeeded'";
  const untilCharged = async (): Promise<void> => {
    while ((await countOf(system.database, topUps)) < crossed) await setTimeout(lookEveryMs);
  };
  return {
    crossed: () => crossed,
    /** Answers how many top-ups were booked in a second, from the first request to the last booking. */
    timed: async (name: string, work: () => Promise<void>): Promise<number> => {
      const pids = {
        ...system.pids,
        mariadb: services()['mariadb']?.pid ?? 0,
        temporal: services()['temporal']?.pid ?? 0,
      };
      const [from, before, startedAt] = [crossed, processTimes(pids), performance.now()];
      await work();
      const done = crossed - from;
      const perSecond = done / ((performance.now() - startedAt) / 1_000);
      context.say(
        `  ${name}: ${perSecond.toFixed(1)}/s, CPU-ms each: ${usedBetween(before, processTimes(pids), done)}`,
      );
      return perSecond;
    },
    together: async (): Promise<void> => {
      const all = Array.from({ length: size }, next);
      const batches = Array.from({ length: Math.ceil(size / batchSize) }, (_, n) =>
        all.slice(n * batchSize, (n + 1) * batchSize),
      );
      await Promise.all(batches.map((members) => host.send(host.batch(members, 2_000))));
      await untilCharged();
    },
    oneByOne: async (): Promise<void> => {
      const until = performance.now() + context.seconds * 1_000;
      do {
        await host.send(host.payment(next(), 2_000));
        await untilCharged();
      } while (performance.now() < until);
    },
  };
}
