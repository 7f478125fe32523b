import type { TransitionTable } from '../transition.ts';

/** Where a run can stand (temporal.md 5.5). */
export type SettlementRunState =
  'planned' | 'awaiting_approval' | 'posting' | 'filing' | 'done' | 'done_with_errors' | 'rejected' | 'expired';

/** What can happen to a run, as past facts of its story. */
export type SettlementRunChange =
  'propose' | 'approve' | 'post' | 'finish' | 'finish_with_errors' | 'reject' | 'expire';

export const settlementRunTransitions: TransitionTable<SettlementRunState, SettlementRunChange> = {
  planned: { propose: 'awaiting_approval', reject: 'rejected', finish: 'done' },
  awaiting_approval: { propose: 'awaiting_approval', approve: 'posting', reject: 'rejected', expire: 'expired' },
  posting: { post: 'filing' },
  filing: { finish: 'done', finish_with_errors: 'done_with_errors' },
  done: {},
  done_with_errors: {},
  rejected: {},
  expired: {},
};

/**
 * `blocked`: it cannot be paid as it stands, because its bank details are missing or have changed. `short`: its balance
 * no longer covers what was planned (decisions D27). `released`: its run ended without it.
 */
export type SettlementItemState = 'planned' | 'held_back' | 'blocked' | 'posted' | 'short' | 'released';

/** Hundredths of a percent. */
export const wholeBp = 10_000;

/** What goes into an organisation's settlement; in minor units of one currency. */
export interface SettlementBasis {
  /** At the end of the period. */
  readonly balanceMinor: number;
  /** What stays on the account. */
  readonly floatMinor: number;
  /** What a person wants settled instead of all above the float. */
  readonly overrideMinor: number | null;
  readonly feeBp: number;
  /** Of the fee, which includes it. */
  readonly taxBp: number;
}

/** What an organisation's settlement comes to: settled = payout + fee + tax (decisions D23). */
export interface SettlementFigures {
  readonly settledMinor: number;
  readonly payoutMinor: number;
  /** Without tax. */
  readonly feeMinor: number;
  readonly taxMinor: number;
}

/**
 * The one rule of rounding (W-33): the payout is rounded half up, what is kept is the rest, and its tax is rounded half up
 * (cobalt.md 2.14, decisions D8, D23). Null when nothing is above the float.
 */
export function settlementFigures(basis: SettlementBasis): SettlementFigures | null {
  const settledMinor = basis.overrideMinor ?? basis.balanceMinor - basis.floatMinor;
  if (settledMinor <= 0) return null;
  const payoutMinor = shareHalfUp(settledMinor, wholeBp - basis.feeBp, wholeBp);
  const keptMinor = settledMinor - payoutMinor;
  const taxMinor = shareHalfUp(keptMinor, basis.taxBp, wholeBp + basis.taxBp);
  return { settledMinor, payoutMinor, feeMinor: keptMinor - taxMinor, taxMinor };
}

/** `amount` × `part` / `whole`, half up; exact, since the product can be beyond safe integers. */
function shareHalfUp(amount: number, part: number, whole: number): number {
  return Number((2n * BigInt(amount) * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole)));
}
