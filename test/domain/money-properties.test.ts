import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { currencyCodes } from '../../src/domain/currency.ts';
import {
  add,
  allocate,
  basisPoints,
  formatMajor,
  fromProviderAmount,
  money,
  parseMajor,
  percentageRoundedHalfUp,
  sum,
  toProviderAmount,
} from '../../src/domain/money.ts';

const minor = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });
const currency = fc.constantFrom(...currencyCodes);
const weights = fc
  .array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 12 })
  .filter((list) => list.some((weight) => weight > 0));

describe('for any amount of money', () => {
  it('allocation keeps every cent', () => {
    fc.assert(
      fc.property(minor, weights, (amountMinor, list) => {
        const total = money(amountMinor, 'AUD');
        expect(sum(allocate(total, list), 'AUD')).toEqual(total);
      }),
    );
  });

  it('allocation gives each part its share to within one cent, and nothing for a weight of zero', () => {
    fc.assert(
      fc.property(minor, weights, (amountMinor, list) => {
        const total = list.reduce((sumSoFar, weight) => sumSoFar + BigInt(weight), 0n);
        allocate(money(amountMinor, 'AUD'), list).forEach((part, index) => {
          const error = BigInt(part.amountMinor) * total - BigInt(amountMinor) * BigInt(list[index]!);
          expect(error < total && error > -total).toBe(true);
          if (list[index] === 0) expect(part.amountMinor).toBe(0);
        });
      }),
    );
  });

  it('writing and reading major units gives it back', () => {
    fc.assert(
      fc.property(fc.nat(), currency, (amountMinor, code) => {
        expect(parseMajor(formatMajor(money(amountMinor, code)), code)).toEqual(money(amountMinor, code));
      }),
    );
  });

  it('going to a provider and back gives it back', () => {
    fc.assert(
      fc.property(fc.nat(), currency, fc.constantFrom('stripe' as const, 'paystack' as const), (n, code, provider) => {
        const amount = money(n, code);
        expect(fromProviderAmount(toProviderAmount(amount, provider), code, provider)).toEqual(amount);
      }),
    );
  });

  it('a percentage is off by half a cent at most, and mirrored below zero', () => {
    fc.assert(
      fc.property(minor, fc.integer({ min: 0, max: 10_000 }), (amountMinor, rate) => {
        const part = percentageRoundedHalfUp(money(amountMinor, 'AUD'), basisPoints(rate));
        const twiceError = BigInt(part.amountMinor) * 20_000n - 2n * BigInt(amountMinor) * BigInt(rate);
        expect(twiceError <= 10_000n && twiceError >= -10_000n).toBe(true);
        const mirrored = percentageRoundedHalfUp(money(-amountMinor, 'AUD'), basisPoints(rate));
        expect(add(part, mirrored)).toEqual(money(0, 'AUD'));
      }),
    );
  });
});
