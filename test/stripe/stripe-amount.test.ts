import { describe, expect, it } from '@jest/globals';
import { positiveMoney } from '../../src/api/schemas.ts';
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

  it('[W-08] are the same cents for every amount from 0.50 to 2000.00, and every one is taken', () => {
    const amounts = Array.from({ length: 199_951 }, (_, index) => 50 + index);
    const changed = amounts.filter((cents) => fromStripeAmount(toStripeAmount(cents, 'AUD'), 'aud') !== cents);
    const refused = amounts.filter((amount) => !positiveMoney.safeParse({ amount, currency: 'AUD' }).success);
    expect([amounts.length, changed, refused]).toEqual([199_951, [], []]);
  });

  it('are never rounded: a fraction of our unit is our bug', () => {
    expect(() => fromStripeAmount(150_050, 'isk')).toThrow();
  });

  it('of a currency that we do not know are refused rather than guessed', () => {
    expect(() => fromStripeAmount(1_000, 'kwd')).toThrow('not supported');
  });
});
