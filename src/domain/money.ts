import { chargeMaxMinorOf, exponentOf, providerExponentOf, type Currency, type Provider } from './currency.ts';
import { DomainError } from './errors.ts';
import type { Brand } from './ids.ts';
import { invariant } from './invariant.ts';

/** A whole number of a currency's smallest unit, proven to be a safe integer. */
export type MinorUnits = Brand<number, 'MinorUnits'>;

/**
 * An amount in one currency: plain data, fit for JSON, Temporal and BullMQ (style.md 4.6). May be negative: a balance
 * can be. `C` keeps two currencies from being added by mistake at compile time.
 */
export interface Money<C extends Currency = Currency> {
  readonly amountMinor: MinorUnits;
  readonly currency: C;
}

/** Hundredths of a percent: 290 is 2.90 %. */
export type BasisPoints = Brand<number, 'BasisPoints'>;

/** `amountMinor` minor units of `currency`. Throws `InvariantViolation` unless it is a safe integer. */
export function money<C extends Currency>(amountMinor: number, currency: C): Money<C> {
  return { amountMinor: minorUnits(amountMinor), currency };
}

/** Nothing, in `currency`. */
export function zero<C extends Currency>(currency: C): Money<C> {
  return money(0, currency);
}

/** `value` as minor units. Throws `InvariantViolation` unless it is a safe integer. */
export function minorUnits(value: number): MinorUnits {
  invariant(Number.isSafeInteger(value), `Not a safe integer of minor units: ${value}`);
  // Minus zero would show as "-0" and differ from zero in comparisons of records.
  return (value === 0 ? 0 : value) as MinorUnits;
}

/** `value` hundredths of a percent, a whole number of at least 0. Throws `InvariantViolation` otherwise. */
export function basisPoints(value: number): BasisPoints {
  invariant(Number.isSafeInteger(value) && value >= 0, `Not a whole number of basis points: ${value}`);
  return value as BasisPoints;
}

/** The sum. Two currencies fail to compile, and throw `InvariantViolation` where the compiler could not tell. */
export function add<C extends Currency>(left: Money<C>, right: Money<NoInfer<C>>): Money<C> {
  assertSameCurrency(left, right);
  return money(left.amountMinor + right.amountMinor, left.currency);
}

/** `left` less `right`; may be negative. Currencies as in `add`. */
export function subtract<C extends Currency>(left: Money<C>, right: Money<NoInfer<C>>): Money<C> {
  assertSameCurrency(left, right);
  return money(left.amountMinor - right.amountMinor, left.currency);
}

/** The sum of `amounts`, all in `currency`; zero when there are none. */
export function sum<C extends Currency>(amounts: readonly Money<NoInfer<C>>[], currency: C): Money<C> {
  return amounts.reduce<Money<C>>((total, amount) => add(total, amount), zero(currency));
}

/** The same amount with the other sign. */
export function negate<C extends Currency>(amount: Money<C>): Money<C> {
  return money(0 - amount.amountMinor, amount.currency);
}

/** Less than zero, zero, or more than zero, as `left` is smaller than, equal to, or larger than `right`. */
export function compare<C extends Currency>(left: Money<C>, right: Money<NoInfer<C>>): number {
  assertSameCurrency(left, right);
  return Math.sign(left.amountMinor - right.amountMinor);
}

export function isPositive(amount: Money): boolean {
  return amount.amountMinor > 0;
}

export function isZero(amount: Money): boolean {
  return amount.amountMinor === 0;
}

/** The smaller of two amounts. */
export function minimum<C extends Currency>(left: Money<C>, right: Money<NoInfer<C>>): Money<C> {
  return compare(left, right) <= 0 ? left : right;
}

/**
 * Splits `total` in proportion to `weights` (whole numbers of at least 0, not all 0) and keeps every minor unit: the
 * parts add up to `total`, each within one unit of its exact share. The units left over go to the largest remainders,
 * and among equals to the earlier weight, so that the same input always gives the same parts.
 */
export function allocate<C extends Currency>(total: Money<C>, weights: readonly number[]): Money<C>[] {
  invariant(
    weights.every((weight) => Number.isSafeInteger(weight) && weight >= 0),
    'Weights are whole and not negative',
  );
  const weightSum = weights.reduce((sumSoFar, weight) => sumSoFar + BigInt(weight), 0n);
  invariant(weightSum > 0n, 'At least one weight is above zero');

  const sign = total.amountMinor < 0 ? -1n : 1n;
  const magnitude = BigInt(total.amountMinor) * sign;
  const shares = weights.map((weight, index) => {
    const exact = magnitude * BigInt(weight);
    return { index, part: exact / weightSum, remainder: exact % weightSum };
  });
  const leftOver = Number(magnitude - shares.reduce((sumSoFar, share) => sumSoFar + share.part, 0n));
  const luckiest = [...shares].sort((a, b) => bySize(b.remainder, a.remainder) || a.index - b.index).slice(0, leftOver);
  const lucky = new Set(luckiest.map((share) => share.index));
  return shares.map(({ part, index }) => money(Number(sign * (part + (lucky.has(index) ? 1n : 0n))), total.currency));
}

/** `rate` of `amount`, rounded to the minor unit; exact halves go away from zero. */
export function percentageRoundedHalfUp<C extends Currency>(amount: Money<C>, rate: BasisPoints): Money<C> {
  return money(divideRoundedHalfUp(BigInt(amount.amountMinor) * BigInt(rate), 10_000n), amount.currency);
}

/**
 * The tax inside an amount that includes it: `gross * rate / (100 % + rate)`, rounded to the minor unit, exact halves
 * away from zero (decisions D8). At 1,000 basis points 11.00 holds 1.00.
 */
export function includedTaxRoundedHalfUp<C extends Currency>(gross: Money<C>, rate: BasisPoints): Money<C> {
  const dividend = BigInt(gross.amountMinor) * BigInt(rate);
  return money(divideRoundedHalfUp(dividend, 10_000n + BigInt(rate)), gross.currency);
}

/** `dividend` / `divisor` minor units, rounded; exact halves go away from zero. The divisor is above zero. */
export function ratioRoundedHalfUp<C extends Currency>(dividend: bigint, divisor: bigint, currency: C): Money<C> {
  return money(divideRoundedHalfUp(dividend, divisor), currency);
}

/**
 * Reads an amount written in major units: digits, and at most one point followed by digits, not more places than the
 * currency has; no sign, exponent or blank (decisions D64). Throws `DomainError` `invalid_request`, or
 * `amount_out_of_range` above what can be counted.
 */
export function parseMajor<C extends Currency>(text: string, currency: C): Money<C> {
  const places = exponentOf(currency);
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[2] ?? '';
  if (match === null || fraction.length > places) {
    throw new DomainError('invalid_request', `Not an amount in ${currency} with at most ${places} decimal places`);
  }
  const amountMinor = Number(`${match[1] ?? ''}${fraction.padEnd(places, '0')}`);
  if (!Number.isSafeInteger(amountMinor)) throw new DomainError('amount_out_of_range', 'The amount is too large');
  return money(amountMinor, currency);
}

/** Writes an amount in major units with all places of its currency: `1250` AUD is `12.50`, `-5` AUD is `-0.05`. */
export function formatMajor(amount: Money): string {
  const places = exponentOf(amount.currency);
  const digits = String(Math.abs(amount.amountMinor)).padStart(places + 1, '0');
  const sign = amount.amountMinor < 0 ? '-' : '';
  if (places === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** The number `provider` wants for `amount` in its own way of counting (decisions D64: Stripe's ISK and UGX). */
export function toProviderAmount(amount: Money, provider: Provider): number {
  return minorUnits(amount.amountMinor * providerFactor(amount.currency, provider));
}

/**
 * The amount meant by `provider`'s number. Throws `InvariantViolation` when it is not a whole number of our minor units:
 * rounding it would lose money without a word.
 */
export function fromProviderAmount<C extends Currency>(
  providerAmount: number,
  currency: C,
  provider: Provider,
): Money<C> {
  const factor = providerFactor(currency, provider);
  invariant(
    Number.isSafeInteger(providerAmount) && providerAmount % factor === 0,
    `${provider} reported ${providerAmount} ${currency}, which is not a multiple of ${factor}`,
  );
  return money(providerAmount / factor, currency);
}

/**
 * `amount` when it can be charged: above zero and not above the currency's maximum. Throws `DomainError`
 * `amount_out_of_range` otherwise.
 */
export function assertChargeable<C extends Currency>(amount: Money<C>): Money<C> {
  const max = chargeMaxMinorOf(amount.currency);
  if (amount.amountMinor <= 0 || amount.amountMinor > max) {
    throw new DomainError('amount_out_of_range', `The amount must be between 1 and ${max} minor units`, {
      currency: amount.currency,
      max,
    });
  }
  return amount;
}

function providerFactor(currency: Currency, provider: Provider): number {
  return 10 ** (providerExponentOf(currency, provider) - exponentOf(currency));
}

function divideRoundedHalfUp(dividend: bigint, divisor: bigint): number {
  const sign = dividend < 0n ? -1n : 1n;
  return Number(sign * ((dividend * sign * 2n + divisor) / (divisor * 2n)));
}

function bySize(left: bigint, right: bigint): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function assertSameCurrency(left: Money, right: Money): void {
  invariant(left.currency === right.currency, `${left.currency} and ${right.currency} cannot be combined`);
}
