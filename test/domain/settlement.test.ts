import { describe, expect, it } from '@jest/globals';
import {
  settlementFigures,
  settlementRunTransitions,
  type SettlementBasis,
} from '../../src/domain/settlement/settlement.ts';
import { payoutTransitions } from '../../src/domain/settlement/payout.ts';
import { admits, reachableFrom } from '../../src/domain/transition.ts';

const basis: SettlementBasis = { balanceMinor: 0, floatMinor: 0, overrideMinor: null, feeBp: 300, taxBp: 1_000 };

describe('what a settlement comes to', () => {
  it.each([
    ['SET-01', { balanceMinor: 100_000, feeBp: 500 }, 100_000, 95_000, 5_000],
    ['SET-02', { balanceMinor: 100_000, floatMinor: 20_000, feeBp: 500 }, 80_000, 76_000, 4_000],
    ['SET-05', { balanceMinor: 123_456, floatMinor: 10_000, feeBp: 300 }, 113_456, 110_052, 3_404],
    ['SET-06', { balanceMinor: 123_456, floatMinor: 10_000, feeBp: 250 }, 113_456, 110_620, 2_836],
    ['SET-07', { balanceMinor: 50_000, feeBp: 0 }, 50_000, 50_000, 0],
    ['SET-08', { balanceMinor: 60_200, feeBp: 300 }, 60_200, 58_394, 1_806],
    ['SET-09', { balanceMinor: 10_050, feeBp: 500 }, 10_050, 9_548, 502],
    ['SET-10', { balanceMinor: 3_430_551, floatMinor: 50_000, feeBp: 300 }, 3_380_551, 3_279_134, 101_417],
    ['SET-13', { balanceMinor: 100_000, overrideMinor: 30_000, feeBp: 500 }, 30_000, 28_500, 1_500],
  ])('as %s has it, to the cent', (_row, given, settled, payout, kept) => {
    const figures = settlementFigures({ ...basis, ...given });
    expect(figures?.settledMinor).toBe(settled);
    expect(figures?.payoutMinor).toBe(payout);
    expect((figures?.feeMinor ?? 0) + (figures?.taxMinor ?? 0)).toBe(kept);
  });

  it.each([
    ['SET-03', { balanceMinor: 15_000, floatMinor: 20_000 }],
    ['SET-04', { balanceMinor: 20_000, floatMinor: 20_000 }],
    ['an override of nothing', { balanceMinor: 20_000, overrideMinor: 0 }],
  ])('is nothing at all in %s', (_row, given) => {
    expect(settlementFigures({ ...basis, ...given })).toBeNull();
  });

  it('takes the tax out of the fee: a GST of 4.55 in 50.00', () => {
    const figures = settlementFigures({ ...basis, balanceMinor: 100_000, feeBp: 500 });
    expect(figures).toEqual({ settledMinor: 100_000, payoutMinor: 95_000, feeMinor: 4_545, taxMinor: 455 });
  });

  it('is exact where the product leaves safe integers', () => {
    const figures = settlementFigures({ ...basis, balanceMinor: 9_007_199_254_740_991, feeBp: 0 });
    expect(figures?.payoutMinor).toBe(9_007_199_254_740_991);
  });
});

describe('the course of a run and of a payout', () => {
  it('ends: nothing leads out of a run that is over', () => {
    for (const end of ['done', 'done_with_errors', 'rejected', 'expired'] as const) {
      expect([...reachableFrom(settlementRunTransitions, end)]).toEqual([end]);
    }
  });

  it('cannot reverse what stands in a file: the bank may still pay it', () => {
    expect(admits(payoutTransitions, 'filed', 'reverse')).toBe(false);
    expect(admits(payoutTransitions, 'confirmed', 'reverse')).toBe(false);
    expect(admits(payoutTransitions, 'returned', 'reverse')).toBe(true);
  });
});
