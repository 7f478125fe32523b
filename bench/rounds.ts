import type { BenchContext } from './contract.ts';
import { median } from './statistics.ts';

/** One of the two things that are compared: runs once and answers what was measured of it. */
export interface Side {
  readonly name: string;
  run(): Promise<number>;
}

export interface Comparison {
  /** The median over the rounds of `ours` divided by `theirs`. */
  readonly ratio: number;
  /** The medians of what was measured. */
  readonly ours: number;
  readonly theirs: number;
}

/**
 * Runs both sides once to warm up, and then in alternation; the one that begins changes with each round, so that a
 * machine that grows slower or faster meanwhile favours neither. Both sides of a round are a pair: what disturbs the
 * machine for longer than a round disturbs both.
 */
export async function alternate(
  context: Pick<BenchContext, 'rounds' | 'isQuick' | 'say'>,
  sides: { readonly ours: Side; readonly theirs: Side; readonly unit: string },
): Promise<Comparison> {
  const { ours, theirs, unit } = sides;
  if (!context.isQuick) for (const side of [theirs, ours]) await side.run();
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < context.rounds; round += 1) {
    const pair = { ours: 0, theirs: 0 };
    const order = round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const);
    for (const name of order) pair[name] = await (name === 'ours' ? ours : theirs).run();
    pairs.push(pair);
  }
  const ratios = pairs.map((pair) => pair.ours / pair.theirs);
  const comparison = {
    ratio: median(ratios),
    ours: median(pairs.map((pair) => pair.ours)),
    theirs: median(pairs.map((pair) => pair.theirs)),
  };
  const spread = ratios.map((ratio) => ratio.toFixed(2)).join(' ');
  context.say(`${ours.name} ${comparison.ours.toFixed(1)}, ${theirs.name} ${comparison.theirs.toFixed(1)} ${unit}`);
  context.say(`ratios of the rounds: ${spread}`);
  return comparison;
}
