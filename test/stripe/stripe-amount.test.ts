import { describe, expect, it } from '@jest/globals';
import { fromStripeAmount, toStripeAmount } from '../../src/stripe/stripe-amount.ts';

describe("amounts in Stripe's own counting", () => {
  // Minor units of our book, Stripe's figure; ISK and UGX are written with two places that are always zero.
  it.each([
    ['AUD', 2_500, 2_500],
    ['JPY', 2_500, 2_500],
    ['ISK', 1_500, 150_000],
    ['UGX', 7, 700],
  ])('%s %d is %d at Stripe, and back', (currency, ours, theirs) => {
    expect(toStripeAmount(ours, currency)).toBe(theirs);
    expect(fromStripeAmount(theirs, currency.toLowerCase())).toBe(ours);
  });

  it('are never rounded: a fraction of our unit is our bug', () => {
    expect(() => fromStripeAmount(150_050, 'isk')).toThrow();
  });

  it('of a currency that we do not know are refused rather than guessed', () => {
    expect(() => fromStripeAmount(1_000, 'kwd')).toThrow('not supported');
  });
});
