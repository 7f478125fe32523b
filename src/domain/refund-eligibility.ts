/** Why a member cannot have a card payment back, in the order in which it is judged (cobalt.md 2.12). */
export type RefundObstacle = 'no_receipt' | 'already_refunded' | 'insufficient_funds' | 'too_old';

/** What a member's refund of one card payment is judged by; amounts in minor units of one currency. */
export interface RefundCircumstances {
  readonly capturedMinor: number;
  /** Gross, before any fee that was kept. */
  readonly refundedMinor: number;
  readonly receiptUrl: string | null;
  /** What the member can spend: a refund never takes what is held, nor goes below zero. */
  readonly balanceMinor: number;
  readonly capturedAt: Date;
  readonly now: Date;
  readonly ageLimitWeeks: number;
}

/** A card payment as old as this is too old for its member to ask it back. */
export const refundAgeLimitWeeks = 12;

/** The first thing that stands against giving back all that is left of a card payment, or null. */
export function refundObstacle(circumstances: RefundCircumstances): RefundObstacle | null {
  const { capturedMinor, refundedMinor, receiptUrl, balanceMinor } = circumstances;
  if (receiptUrl === null || receiptUrl === '') return 'no_receipt';
  if (refundedMinor >= capturedMinor) return 'already_refunded';
  if (balanceMinor < capturedMinor - refundedMinor) return 'insufficient_funds';
  return isTooOld(circumstances) ? 'too_old' : null;
}

const weekMs = 7 * 24 * 3_600_000;

/** Weeks of exactly 168 hours; the very limit is too old (decisions D21, REF-07). */
function isTooOld({ capturedAt, now, ageLimitWeeks }: RefundCircumstances): boolean {
  return now.getTime() - capturedAt.getTime() >= ageLimitWeeks * weekMs;
}
