import { describe, expect, it } from '@jest/globals';
import type { Figure } from '../../bench/contract.ts';
import { figureLine, lastLine, verdictOf, worstVerdict } from '../../bench/support/report.ts';

const rate = (value: number, when?: string): Figure => ({
  unit: 'ratio',
  value,
  goal: 3,
  floor: 2,
  better: 'more',
  ...(when === undefined ? {} : { when }),
});
const cost = (value: number): Figure => ({ unit: 'p95 ms', value, goal: 80, floor: 250, better: 'less' });

describe('the report of a bench', () => {
  it.each([
    [rate(3), 'PASS'],
    [rate(2.99), 'FLOOR'],
    [rate(2), 'FLOOR'],
    [rate(1.99), 'FAIL'],
    [cost(80), 'PASS'],
    [cost(80.1), 'FLOOR'],
    [cost(250), 'FLOOR'],
    [cost(250.1), 'FAIL'],
  ] as const)('judges a figure by its goal and its floor, whichever way is better', (figure, verdict) => {
    expect(verdictOf(figure)).toBe(verdict);
  });

  it('prints one figure in one line', () => {
    expect(figureLine('R2', rate(3.124, 'at 16 callers'))).toBe(
      'R2 at 16 callers: ratio 3.12 goal 3.00 floor 2.00 PASS',
    );
    expect(figureLine('R10', cost(61.04))).toBe('R10 p95 ms 61.04 goal 80 floor 250 PASS');
  });

  it('lets the worst of several figures stand for the ratio', () => {
    const figures = [rate(3.5, 'at 16 callers'), rate(2.5, 'at 64 callers'), rate(3.1, 'at 4 callers')];
    expect(lastLine('R2', figures)).toBe('R2 worst, at 64 callers: ratio 2.50 goal 3.00 floor 2.00 FLOOR');
    expect(worstVerdict(figures)).toBe('FLOOR');
    expect(worstVerdict([...figures, rate(0.5)])).toBe('FAIL');
  });
});
