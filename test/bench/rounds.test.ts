import { describe, expect, it } from '@jest/globals';
import { runCallers } from '../../bench/support/callers.ts';
import { alternate, type Side } from '../../bench/support/rounds.ts';
import { median, percentile } from '../../bench/support/statistics.ts';

describe('the rounds of a bench', () => {
  it('alternates which side begins, and takes the median of the ratios round by round', async () => {
    const order: string[] = [];
    const ours = scripted('ours', order, [99, 10, 40, 30]);
    const theirs = scripted('theirs', order, [99, 5, 10, 20]);
    const { ratio } = await alternate(
      { rounds: 3, isQuick: false, say: () => undefined },
      { ours, theirs, unit: '/s' },
    );
    // Warm-up, then 10/5, 40/10, 30/20.
    expect(ratio).toBe(2);
    expect(order).toEqual(['theirs', 'ours', 'ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs']);
  });

  it('takes the middle of an odd number, and the mean of the two middle ones of an even number', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
  });

  it('takes as a percentile the value that so many do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.95)).toBe(95);
    expect(percentile([7], 0.95)).toBe(7);
  });

  it('lets every caller wait for its answer before it asks again, and counts every answer', async () => {
    const underWay = new Set<number>();
    let answers = 0;
    const run = await runCallers(4, 0.05, async (caller) => {
      expect(underWay.has(caller)).toBe(false);
      underWay.add(caller);
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay.delete(caller);
      answers += 1;
    });
    expect(run.count).toBe(answers);
    expect(run.latenciesMs).toHaveLength(answers);
  });
});

function scripted(name: string, order: string[], measured: number[]): Side {
  return {
    name,
    run: async () => {
      order.push(name);
      return measured.shift()!;
    },
  };
}
