import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../src/domain/errors.ts';
import { InvariantViolation } from '../../src/domain/invariant.ts';
import {
  add,
  allocate,
  assertChargeable,
  basisPoints,
  compare,
  formatMajor,
  fromProviderAmount,
  includedTaxRoundedHalfUp,
  minimum,
  money,
  negate,
  parseMajor,
  percentageRoundedHalfUp,
  subtract,
  sum,
  toProviderAmount,
  type Money,
} from '../../src/domain/money.ts';
import { currencyCodes, exponentOf, parseCurrency } from '../../src/domain/currency.ts';

const aud = (amountMinor: number) => money(amountMinor, 'AUD');
const amounts = (parts: readonly Money[]) => parts.map((part) => Number(part.amountMinor));

describe('an amount of money', () => {
  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('is never made from %d', (value) => {
    expect(() => aud(value)).toThrow(InvariantViolation);
  });

  it('has one zero, so that two amounts of nothing are equal', () => {
    expect(Object.is(negate(aud(0)).amountMinor, 0)).toBe(true);
    expect(negate(aud(0))).toEqual(aud(0));
  });

  it('adds, subtracts, compares and sums within its currency', () => {
    expect(add(aud(1250), aud(-50))).toEqual(aud(1200));
    expect(subtract(aud(100), aud(250))).toEqual(aud(-150));
    expect(compare(aud(1), aud(2))).toBe(-1);
    expect(minimum(aud(7), aud(3))).toEqual(aud(3));
    expect(sum([aud(1), aud(2), aud(3)], 'AUD')).toEqual(aud(6));
    expect(sum([], 'AUD')).toEqual(aud(0));
  });

  it('refuses another currency, also where the compiler could not tell', () => {
    const someMoney: Money = money(1, 'NZD');
    expect(() => add<Money['currency']>(aud(1), someMoney)).toThrow('AUD and NZD cannot be combined');
    expect(() => subtract<Money['currency']>(aud(1), someMoney)).toThrow(InvariantViolation);
  });

  it('is not summed past what can be counted exactly', () => {
    expect(() => add(aud(Number.MAX_SAFE_INTEGER), aud(1))).toThrow(InvariantViolation);
  });
});

describe('allocation', () => {
  it('gives the cents left over to the largest remainders, the earlier weight first among equals', () => {
    expect(amounts(allocate(aud(100), [1, 1, 1]))).toEqual([34, 33, 33]);
    expect(amounts(allocate(aud(5), [3, 7]))).toEqual([2, 3]);
    expect(amounts(allocate(aud(10), [1, 1, 1, 3]))).toEqual([2, 2, 1, 5]);
    expect(amounts(allocate(aud(1), [0, 5]))).toEqual([0, 1]);
  });

  it('splits what is owed like what is owned', () => {
    expect(amounts(allocate(aud(-100), [1, 1, 1]))).toEqual([-34, -33, -33]);
  });

  it('refuses weights that say nothing', () => {
    expect(() => allocate(aud(100), [])).toThrow(InvariantViolation);
    expect(() => allocate(aud(100), [0, 0])).toThrow(InvariantViolation);
    expect(() => allocate(aud(100), [1, -1])).toThrow(InvariantViolation);
    expect(() => allocate(aud(100), [0.5, 0.5])).toThrow(InvariantViolation);
  });
});

describe('a percentage, rounded half up', () => {
  it.each([
    [1000, 290, 29],
    [50, 100, 1],
    [49, 100, 0],
    [-50, 100, -1],
    [3001, 300, 90],
    [1, 10_000, 1],
    [Number.MAX_SAFE_INTEGER, 10_000, Number.MAX_SAFE_INTEGER],
  ])('of %d at %d basis points is %d', (amountMinor, rate, expected) => {
    expect(percentageRoundedHalfUp(aud(amountMinor), basisPoints(rate))).toEqual(aud(expected));
  });

  it.each([
    [1100, 100],
    [110, 10],
    [5, 0],
    [6, 1],
  ])('finds the tax of 10 %% inside %d', (gross, tax) => {
    expect(includedTaxRoundedHalfUp(aud(gross), basisPoints(1000))).toEqual(aud(tax));
  });

  it.each([-1, 0.5])('takes no rate of %d', (rate) => {
    expect(() => basisPoints(rate)).toThrow(InvariantViolation);
  });
});

describe('an amount in major units', () => {
  it.each([
    ['12.50', 'AUD', 1250],
    ['12.5', 'AUD', 1250],
    ['12', 'AUD', 1200],
    ['0.05', 'AUD', 5],
    ['007', 'AUD', 700],
    ['1500', 'JPY', 1500],
    ['90071992547409.91', 'AUD', Number.MAX_SAFE_INTEGER],
  ] as const)('reads %s %s as %d', (text, currency, amountMinor) => {
    expect(parseMajor(text, currency)).toEqual(money(amountMinor, currency));
  });

  it.each([
    ...['', ' 1', '1 ', '-1', '+1', '1e3', '1,00', '.5', '5.', '1.234', '0x10', '١', '1.0.0', 'NaN', 'Infinity'],
  ])('refuses %j', (text) => {
    expect(() => parseMajor(text, 'AUD')).toThrow(DomainError);
  });

  it('refuses places that the currency does not have', () => {
    expect(() => parseMajor('1500.5', 'JPY')).toThrow(DomainError);
  });

  it('refuses what cannot be counted exactly', () => {
    expect(() => parseMajor('90071992547409.92', 'AUD')).toThrow('too large');
  });

  it.each([
    [1250, 'AUD', '12.50'],
    [5, 'AUD', '0.05'],
    [-5, 'AUD', '-0.05'],
    [0, 'AUD', '0.00'],
    [-123_456, 'USD', '-1234.56'],
    [1500, 'JPY', '1500'],
  ] as const)('writes %d %s as %s', (amountMinor, currency, text) => {
    expect(formatMajor(money(amountMinor, currency))).toBe(text);
  });
});

describe('a currency', () => {
  it('that is not in the table is refused', () => {
    expect(() => parseCurrency('XTS')).toThrow(DomainError);
    expect(() => parseCurrency('aud')).toThrow(DomainError);
    expect(() => parseCurrency('toString')).toThrow(DomainError);
    expect(parseCurrency('AUD')).toBe('AUD');
  });

  it('has 0 or 2 decimal places: none with three is taken', () => {
    expect(currencyCodes.filter((code) => ![0, 2].includes(exponentOf(code)))).toEqual([]);
    expect(currencyCodes.filter((code) => exponentOf(code) === 0)).toEqual(
      expect.arrayContaining(['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'XAF']),
    );
  });

  it('is written by Stripe with two zeros for krónur and Ugandan shillings', () => {
    expect(toProviderAmount(money(500, 'UGX'), 'stripe')).toBe(50_000);
    expect(fromProviderAmount(50_000, 'ISK', 'stripe')).toEqual(money(500, 'ISK'));
    expect(toProviderAmount(money(500, 'JPY'), 'stripe')).toBe(500);
    expect(toProviderAmount(money(1250, 'AUD'), 'stripe')).toBe(1250);
    expect(toProviderAmount(money(500, 'UGX'), 'paystack')).toBe(500);
  });

  it('is never rounded on the way in', () => {
    expect(() => fromProviderAmount(50_001, 'ISK', 'stripe')).toThrow(InvariantViolation);
  });

  it('limits what one charge may be', () => {
    expect(assertChargeable(aud(99_999_999))).toEqual(aud(99_999_999));
    expect(() => assertChargeable(aud(100_000_000))).toThrow(DomainError);
    expect(() => assertChargeable(aud(0))).toThrow(DomainError);
    expect(() => assertChargeable(aud(-1))).toThrow(DomainError);
    expect(() => assertChargeable(money(1_000_000, 'ISK'))).toThrow(DomainError);
  });
});
