import type { ClubPlan } from './plan-month-end.ts';
import { systemFees } from './system-fees.ts';

/** A payout as our tables tell it; minor units. */
export interface PayoutRow {
  readonly id: string;
  /** Null: paid outside of every run. */
  readonly run: string | null;
  readonly club: string;
  readonly state: string;
  readonly method: string;
  readonly attempt: number;
  readonly settled: number;
  readonly amount: number;
  readonly advices: number;
}

/** A club's part of a settlement; minor units. */
export interface ItemRow {
  readonly run: string;
  readonly runState: string;
  readonly club: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly balance: number;
  readonly floatMinor: number;
  readonly settled: number;
  readonly overridden: number | null;
  readonly payout: number;
  readonly fee: number;
  readonly tax: number;
}

/** The figures of a part, as one text. */
export function opposite({ balance, floatMinor, settled, payout, fee, tax }: ItemRow): string {
  return `balance ${balance}, float ${floatMinor}, settled ${settled} = ${payout} + ${fee} + ${tax}`;
}

/**
 * The same, worked out from the club's past (cobalt.md 2.14, decisions D23): the payout is rounded half up, and so is the
 * tax in what is kept.
 */
export function expectedFigures(plan: ClubPlan, { overridden }: ItemRow): string {
  const balance = plan.openingMinor + plan.creditsMinor - plan.refundsMinor;
  const settled = overridden ?? balance - plan.floatMinor;
  const feeBp = plan.feeBp ?? systemFees.feeBp;
  const payout = Math.floor((settled * (10_000 - feeBp) + 5_000) / 10_000);
  const kept = settled - payout;
  const whole = 10_000 + systemFees.taxBp;
  const tax = Math.floor((kept * systemFees.taxBp + whole / 2) / whole);
  return `balance ${balance}, float ${plan.floatMinor}, settled ${settled} = ${payout} + ${kept - tax} + ${tax}`;
}

/** What the organisation, what is in flight, the bank or the processor, and income with tax gained by a payout. */
export function expectedMoves({ state, settled, amount }: PayoutRow): readonly number[] {
  if (state === 'reversed') return [0, 0, 0, 0];
  const isPaid = state === 'confirmed';
  return [-settled, isPaid ? 0 : amount, isPaid ? amount : 0, settled - amount];
}
