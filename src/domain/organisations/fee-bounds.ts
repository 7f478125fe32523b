import { DomainError } from '../errors.ts';

/** Fees of the whole deployment (cobalt.md 1.5), in the units of their columns. */
export interface FeeFigures {
  /** Hundredths of a percent of what is settled. */
  readonly defaultFeeBp: number;
  /** Ten thousandths of the currency's unit for each card payment … */
  readonly cardCostE4: number;
  /** … and ten thousandths of a percent of it. */
  readonly cardPercentE4: number;
  readonly refundFeeBp: number;
  readonly refundWeeks: number;
}

const whole = 10_000;

/** Throws `fee_out_of_range`, naming the field: a fee takes 0 to 100 %, and a refund leaves something (W-50). */
export function requireFeeFigures(figures: FeeFigures): void {
  requireSettlementFee(figures.defaultFeeBp, 'defaultFeePercent');
  requireWithin({ field: 'cardCost', value: figures.cardCostE4, max: 100 * whole });
  requireWithin({ field: 'cardPercent', value: figures.cardPercentE4, max: 100 * whole });
  requireWithin({ field: 'refundFeePercent', value: figures.refundFeeBp, max: whole - 1 });
  requireWithin({ field: 'refundWeeks', value: figures.refundWeeks, min: 1, max: 1_000 });
}

/** A settlement fee in hundredths of a percent: 0 to 100 %. Throws `fee_out_of_range`. */
export function requireSettlementFee(feeBp: number, field: string): void {
  requireWithin({ field, value: feeBp, max: whole });
}

interface Bounded {
  readonly field: string;
  readonly value: number;
  readonly min?: number;
  readonly max: number;
}

function requireWithin({ field, value, min = 0, max }: Bounded): void {
  if (value >= min && value <= max) return;
  const code = 'fee_out_of_range';
  const errors = [{ field, code, message: 'is out of its bounds' }];
  throw new DomainError(code, `The value of ${field} is out of its bounds.`, { errors });
}
