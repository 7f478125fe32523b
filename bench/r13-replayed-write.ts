import { runCallers } from './support/callers.ts';
import type { Bench, BenchContext, Figure } from './contract.ts';
import { MemberCallers, type MemberAsk } from './support/member-callers.ts';
import { proveMembers } from './support/member-proof.ts';
import { addMembers } from './support/members.ts';
import { inPairs } from './support/rounds.ts';
import { openSystem } from './support/system.ts';

const callers = 16;
const members = 256;

/** A client that lost its answer asks again: the same bytes, and nothing is done. */
export const replayedWrite: Bench = {
  id: 'R13',
  title: 'a payment asked for again with its key, against its first execution',
  usesTemporal: true,
  async run(context) {
    const system = await openSystem(context, { readers: 1 });
    const people = await addMembers(system, { count: members, balanceMinor: 100_000_000 });
    const host = new MemberCallers(context, system, callers);
    const told: Told[] = [];
    const figure = await compare(context, { host, people, told });
    await proveMembers(system, told.length);
    return [figure];
  },
};

interface Told {
  readonly ask: MemberAsk;
  readonly text: string;
}

interface Running {
  readonly host: MemberCallers;
  readonly people: readonly string[];
  /** All that was paid, in all rounds. */
  readonly told: Told[];
}

/** A replay cannot come before what it repeats, so the order within a round is fixed. */
async function compare(context: BenchContext, { host, people, told }: Running): Promise<Figure> {
  const words = { ours: 'replay', theirs: 'first execution', unit: 'answers/s' };
  const { ratio } = await inPairs(context, words, async () => {
    const from = told.length;
    const first = await runCallers(callers, context.seconds, async () => {
      const ask = host.payment(people[told.length % people.length] ?? '', 100);
      told.push({ ask, text: (await host.send(ask)).text });
    });
    const again = told.slice(from);
    return { theirs: first.perSecond, ours: await repeat(host, again) };
  });
  return { unit: 'ratio', value: ratio, goal: 8, floor: 3, better: 'more' };
}

/** Asks for all of them once more; answers how many were answered in a second. */
async function repeat(host: MemberCallers, again: readonly Told[]): Promise<number> {
  const left = again.values();
  const startedAt = performance.now();
  const caller = async (): Promise<void> => {
    for (const { ask, text } of left) {
      const answer = await host.send(ask);
      if (answer.text !== text) throw new Error(`Told ${text} at first and ${answer.text} then.`);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return again.length / ((performance.now() - startedAt) / 1_000);
}
