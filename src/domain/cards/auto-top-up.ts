import { invariant } from '../invariant.ts';

/** Whether a member's balance is refilled by card (decisions D9). `disabled`: by us, after a decline that will not pass. */
export type AutoTopUpState = 'off' | 'pending' | 'on' | 'disabled';

/** Limits of one currency, in its minor units; AUD's are those of cobalt.md 2.1 (decisions D1). */
export interface TopUpLimits {
  /** A balance below it is low: it triggers a top-up or a warning. */
  readonly lowMinor: number;
  /** What a new member's automatic top-up is set to. */
  readonly autoDefaultMinor: number;
  /** The least of a manual top-up. */
  readonly manualMinimumMinor: number;
  /** What a manual top-up may bring a balance to. */
  readonly balanceMaximumMinor: number;
  /** The least that the processor charges a card with. */
  readonly chargeMinimumMinor: number;
  /** More automatic charges of one member within 24 hours are a runaway. */
  readonly autoPerDayMax: number;
}

/** Why a charge has its amount, so that "why 300?" has an answer (cobalt.md 2.2). */
export type TopUpBranch = 'balance_not_low' | 'candidate_enough' | 'steps';

export interface TopUpDecision {
  readonly amountMinor: number;
  readonly branch: TopUpBranch;
}

export interface TopUpQuestion {
  /** The member's own amount of one automatic top-up (A). */
  readonly autoMinor: number;
  /** What is to be paid (P). */
  readonly needMinor: number;
  /** What is there, which may be below zero (B). */
  readonly balanceMinor: number;
  readonly lowMinor: number;
}

/**
 * What a card is charged with when a payment lacks money, in minor units (cobalt.md 2.2, ATU). A balance that is not low
 * is left untouched; a low one is lifted to the limit, in whole steps of the member's amount. An exact multiple still
 * takes one step more (decisions D11).
 */
export function topUpAmount({ autoMinor, needMinor, balanceMinor, lowMinor }: TopUpQuestion): TopUpDecision {
  invariant(autoMinor > 0 && needMinor > 0, 'A top-up has a step and a need.');
  const candidate = Math.max(autoMinor, needMinor);
  if (balanceMinor >= lowMinor) return { amountMinor: candidate, branch: 'balance_not_low' };
  if (balanceMinor + candidate - needMinor >= lowMinor) return { amountMinor: candidate, branch: 'candidate_enough' };
  const missing = needMinor - balanceMinor + lowMinor;
  const steps = (missing - (missing % autoMinor)) / autoMinor + 1;
  return { amountMinor: steps * autoMinor, branch: 'steps' };
}
