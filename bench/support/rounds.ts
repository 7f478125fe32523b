import type { BenchContext } from '../contract.ts';
import { median } from './statistics.ts';

/** One of the two things that are compared: runs once and answers what was measured of it. */
export interface Side {
  readonly name: string;
  run(): Promise<number>;
}

/** What was measured of both in one round. */
export interface Pair {
  readonly ours: number;
  readonly theirs: number;
}

export interface Comparison {
  /** The median over the rounds of `ours` divided by `theirs`. */
  readonly ratio: number;
  /** The medians of what was measured. */
  readonly ours: number;
  readonly theirs: number;
}

type RoundsContext = Pick<BenchContext, 'rounds' | 'isQuick' | 'say'>;

/**
 * Runs both sides once to warm up, and then in alternation; the one that begins changes with each round, so that a
 * machine that grows slower or faster meanwhile favours neither.
 */
export function alternate(
  context: RoundsContext,
  sides: { readonly ours: Side; readonly theirs: Side; readonly unit: string },
): Promise<Comparison> {
  const { ours, theirs, unit } = sides;
  return inPairs(context, { ours: ours.name, theirs: theirs.name, unit }, async (round) => {
    if (round % 2 !== 0) return { theirs: await theirs.run(), ours: await ours.run() };
    return { ours: await ours.run(), theirs: await theirs.run() };
  });
}

/**
 * Measures pairs, one to warm up and then one a round. Both sides of a round belong together: what disturbs the machine
 * for longer than a round disturbs both, and their ratio stays.
 */
export async function inPairs(
  context: RoundsContext,
  words: { readonly ours: string; readonly theirs: string; readonly unit: string },
  measure: (round: number) => Promise<Pair>,
): Promise<Comparison> {
  if (!context.isQuick) await measure(-1);
  const pairs: Pair[] = [];
  for (let round = 0; round < context.rounds; round += 1) pairs.push(await measure(round));
  const ratios = pairs.map((pair) => pair.ours / pair.theirs);
  const comparison = {
    ratio: median(ratios),
    ours: median(pairs.map((pair) => pair.ours)),
    theirs: median(pairs.map((pair) => pair.theirs)),
  };
  const { ours, theirs, unit } = words;
  context.say(`${ours} ${shown(comparison.ours)}, ${theirs} ${shown(comparison.theirs)} ${unit}`);
  context.say(`ratios of the rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`);
  return comparison;
}

function shown(value: number): string {
  return value < 10 ? value.toPrecision(3) : value.toFixed(1);
}
