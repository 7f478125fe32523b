import { describe, expect, it } from '@jest/globals';
import { effectivePercent, estimatedCardFee, expectedSettlement } from '../../src/domain/cards/card-cost.ts';
import { money } from '../../src/domain/money.ts';

const cost = { costE4: 3_000, percentE4: 13_500 };

describe('what a card payment costs', () => {
  it('expects 98.35 of 100.00 and 197.25 of 200.25 at 0.30 and 1.35 %', () => {
    expect([10_000, 20_025].map((minor) => expectedSettlement(money(minor, 'AUD'), cost).amountMinor)).toEqual([
      9_835, 19_725,
    ]);
  });

  it('estimates 1.65 for 100.00, 3.00 for 200.25 and 1.95 for two payments of 100.00 together', () => {
    expect(estimatedCardFee(money(10_000, 'AUD'), cost).amountMinor).toBe(165);
    expect(estimatedCardFee(money(20_025, 'AUD'), cost).amountMinor).toBe(300);
    expect(estimatedCardFee(money(10_000, 'AUD'), cost, 2).amountMinor).toBe(195);
  });

  it('counts in the places that the currency has', () => {
    expect(expectedSettlement(money(10_000, 'JPY'), { costE4: 300_000, percentE4: 13_500 }).amountMinor).toBe(9_835);
  });

  it('is 1.65 % of 100.00, and of nothing 0.00 %', () => {
    const percent = (fee: number, amount: number) => effectivePercent(money(fee, 'AUD'), money(amount, 'AUD'));
    expect([percent(165, 10_000), percent(0, 0), percent(-5, 10_000)]).toEqual(['1.65', '0.00', '-0.05']);
  });
});
