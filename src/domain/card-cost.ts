import { exponentOf } from './currency.ts';
import { ratioRoundedHalfUp, type Money } from './money.ts';

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
