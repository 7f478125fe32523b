import { exponentOf } from '../currency.ts';
import { ratioRoundedHalfUp, type Money } from '../money.ts';

/** What a processor is expected to keep of a card payment (cobalt.md 1.5). */
export interface CardCost {
  /** Of each payment, in ten thousandths of the currency's unit: 3000 is 0.30. */
  readonly costE4: number;
  /** Ten thousandths of a percent: 13500 is 1.35 %. */
  readonly percentE4: number;
}

/**
 * What of a card payment is expected to reach us: (amount - cost) x (1 - percent), half up (cobalt.md 3.5). Not the
 * amount less `estimatedCardFee`: the two formulas are the specification's own, and differ.
 */
export function expectedSettlement(amount: Money, { costE4, percentE4 }: CardCost): Money {
  const perMinor = e4PerMinor(amount);
  const afterCost = BigInt(amount.amountMinor) * perMinor - BigInt(costE4);
  return ratioRoundedHalfUp(afterCost * (whole - BigInt(percentE4)), perMinor * whole, amount.currency);
}

/** What card payments are estimated to cost: percent of `amount`, and the cost of each of `payments`, half up (3.5, 3.9). */
export function estimatedCardFee(amount: Money, { costE4, percentE4 }: CardCost, payments = 1): Money {
  const perMinor = e4PerMinor(amount);
  const part = BigInt(amount.amountMinor) * perMinor * BigInt(percentE4);
  return ratioRoundedHalfUp(part + BigInt(costE4) * BigInt(payments) * whole, perMinor * whole, amount.currency);
}

/** All of it, in ten thousandths of a percent. */
const whole = 1_000_000n;

/** How many ten thousandths of the currency's unit its minor unit is. */
function e4PerMinor({ currency }: Money): bigint {
  return 10n ** BigInt(4 - exponentOf(currency));
}

/** What `fee` is of `amount`, in percent with two places, half up: 165 of 10000 is `1.65`. */
export function effectivePercent(fee: Money, amount: Money): string {
  if (amount.amountMinor === 0) return '0.00';
  const hundredths = ratioRoundedHalfUp(BigInt(fee.amountMinor) * 10_000n, BigInt(amount.amountMinor), fee.currency);
  const digits = String(Math.abs(hundredths.amountMinor)).padStart(3, '0');
  return `${hundredths.amountMinor < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
