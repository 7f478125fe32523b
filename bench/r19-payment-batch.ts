import type { Bench, BenchContext, Figure } from './contract.ts';
import { MemberCallers } from './support/member-callers.ts';
import { proveMembers } from './support/member-proof.ts';
import { addMembers } from './support/members.ts';
import { openOurSide } from './support/posting-sides.ts';
import { processTimes, usedBetween } from './support/process-time.ts';
import { alternate, type Side } from './support/rounds.ts';
import { services } from './support/surroundings.ts';
import { openSystem, type BenchSystem } from './support/system.ts';

const batchSize = 1_000;
const callers = 16;

/** A thousand payments from balances in one call, from the request to the answer, against bare postings. */
export const paymentBatch: Bench = {
  id: 'R19',
  title: 'a batch of 1,000 payments from balance over HTTP, against the posting rate of R2 at 16 callers',
  usesTemporal: true,
  async run(context) {
    const system = await openSystem(context, { readers: 1 });
    const batches = await batchSide(context, system);
    const postings = await openOurSide(context, {
      callers,
      workload: { seed: 2 + callers, hasTrouble: true, hasRider: true },
    });
    const { ratio } = await alternate(context, { ours: batches, theirs: postings, unit: 'postings/s' });
    await postings.prove();
    await proveMembers(system, batches.paid());
    const figure: Figure = { unit: 'ratio', value: ratio, goal: 0.5, floor: 0.25, better: 'more' };
    return [figure];
  },
};

/** One batch after the other, for as long as a round lasts. */
async function batchSide(context: BenchContext, system: BenchSystem): Promise<Side & { paid(): number }> {
  const people = await addMembers(system, { count: batchSize, balanceMinor: 100_000_000 });
  const host = new MemberCallers(context, system, 1);
  let paid = 0;
  const run = async (): Promise<number> => {
    const pids = {
      ...system.pids,
      mariadb: services()['mariadb']?.pid ?? 0,
      temporal: services()['temporal']?.pid ?? 0,
    };
    const before = processTimes(pids);
    const startedAt = performance.now();
    const from = paid;
    do {
      const { text } = await host.send(host.batch(people, 100));
      const { items } = JSON.parse(text) as { items: { status: string }[] };
      if (items.length !== batchSize || items.some(({ status }) => status !== 'paid')) {
        throw new Error('A payment of a batch was not paid.');
      }
      paid += batchSize;
    } while (performance.now() - startedAt < context.seconds * 1_000);
    const tookSeconds = (performance.now() - startedAt) / 1_000;
    const done = paid - from;
    context.say(
      `  batches: ${(done / tookSeconds).toFixed(0)}/s, CPU-ms for 1,000: ${usedBetween(before, processTimes(pids), done / 1_000)}`,
    );
    return done / tookSeconds;
  };
  return { name: 'batches', run, paid: () => paid };
}
