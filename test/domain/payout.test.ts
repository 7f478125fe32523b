import { describe, expect, it } from '@jest/globals';
import { judgeBankWord, payoutTransitions, type PayoutState } from '../../src/domain/settlement/payout.ts';
import { admits } from '../../src/domain/transition.ts';

describe("a bank's word on a payout", () => {
  const judged = (state: PayoutState, kind: 'confirm' | 'return', attemptNo: number | null = null) =>
    judgeBankWord({ payout: { state, attemptNo: 2, method: 'bank' }, word: { kind, attemptNo } });

  it('moves it where it is news, changes nothing where it is known, and never both', () => {
    const states = ['planned', 'filed', 'confirmed', 'returned', 'reversed', 'paid_outside'] as const;
    expect(states.map((state) => [state, judged(state, 'confirm'), judged(state, 'return')])).toEqual([
      ['planned', 'book', 'contradicts'],
      ['filed', 'book', 'book'],
      ['confirmed', 'known', 'book'],
      ['returned', 'contradicts', 'known'],
      ['reversed', 'contradicts', 'contradicts'],
      ['paid_outside', 'contradicts', 'contradicts'],
    ]);
  });

  it('on another attempt than the one under way moves nothing', () => {
    expect([judged('filed', 'confirm', 1), judged('filed', 'return', 1)]).toEqual(['contradicts', 'known']);
    expect([judged('filed', 'confirm', 3), judged('filed', 'return', 3)]).toEqual(['contradicts', 'contradicts']);
  });
});

describe('a payout', () => {
  it('is given up only while no bank can pay it', () => {
    const states = ['planned', 'filed', 'confirmed', 'returned', 'reversed', 'paid_outside'] as const;
    expect(states.filter((state) => admits(payoutTransitions, state, 'reverse'))).toEqual(['planned', 'returned']);
  });
});
