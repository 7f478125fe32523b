import type { Bench, BenchContext, Figure } from './contract.ts';
import { openOurSide } from './support/posting-sides.ts';
import { alternate } from './support/rounds.ts';

/** One account in every posting, as an organisation on a busy evening, against accounts drawn at random. */
export const hotAccount: Bench = {
  id: 'R3',
  title: 'posting with one account in every posting, against our own rate without',
  async run(context) {
    return [await compare(context, 16), await compare(context, 64)];
  },
};

async function compare(context: BenchContext, callers: number): Promise<Figure> {
  context.say(`${callers} callers`);
  const hot = await openOurSide(context, { callers, workload: { seed: 3, isHot: true } });
  const cold = await openOurSide(context, { callers, workload: { seed: 3 } });
  const sides = { ours: { ...hot, name: 'hot' }, theirs: { ...cold, name: 'cold' }, unit: 'postings/s' };
  const { ratio } = await alternate(context, sides);
  await hot.prove();
  await cold.prove();
  return { unit: 'ratio', when: `at ${callers} callers`, value: ratio, goal: 1, floor: 0.8, better: 'more' };
}
