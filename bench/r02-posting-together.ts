import type { Bench, BenchContext, Figure } from './contract.ts';
import { openOurSide, openRawSide } from './support/posting-sides.ts';
import { alternate } from './support/rounds.ts';

/** Many callers, with refusals, repeated op_keys and a rider on every posting. */
export const postingTogether: Bench = {
  id: 'R2',
  title:
    'posting with 2 % refused, 2 % repeated and one rider each, against prepared statements with a connection each',
  async run(context) {
    return [
      await compare(context, { callers: 16, goal: 3, floor: 2 }),
      await compare(context, { callers: 64, goal: 6, floor: 4 }),
    ];
  },
};

interface Size {
  readonly callers: number;
  readonly goal: number;
  readonly floor: number;
}

async function compare(context: BenchContext, { callers, goal, floor }: Size): Promise<Figure> {
  const load = { callers, workload: { seed: 2 + callers, hasTrouble: true, hasRider: true } };
  context.say(`${callers} callers`);
  const ours = await openOurSide(context, load);
  const theirs = await openRawSide(context, load);
  const { ratio } = await alternate(context, { ours, theirs, unit: 'answers/s' });
  await ours.prove();
  await theirs.prove();
  return { unit: 'ratio', when: `at ${callers} callers`, value: ratio, goal, floor, better: 'more' };
}
