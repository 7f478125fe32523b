import type { Bench } from './contract.ts';
import { openOurSide, openRawSide } from './support/posting-sides.ts';
import { alternate } from './support/rounds.ts';

/** One caller: what the ledger service costs where nothing can be shared with others. */
export const postingAlone: Bench = {
  id: 'R1',
  title: 'posting through the ledger service, 1 caller, against prepared statements',
  async run(context) {
    const load = { callers: 1, workload: { seed: 1 } };
    const ours = await openOurSide(context, load);
    const theirs = await openRawSide(context, load);
    const { ratio } = await alternate(context, { ours, theirs, unit: 'postings/s' });
    await ours.prove();
    await theirs.prove();
    return [{ unit: 'ratio', value: ratio, goal: 1.3, floor: 0.9, better: 'more' }];
  },
};
