/** Why a member may not have card money back, in the order in which it is judged (cobalt.md 2.12). */
export type RefundObstacle =
  'not_paid' | 'no_receipt' | 'already_refunded' | 'insufficient_funds' | 'processor_short' | 'too_old';

/** What a member's wish for card money back is judged on; amounts in minor units of one currency. */
export interface RefundQuestion {
  readonly capturedMinor: number;
  /** Refunded and being refunded, fees included. */
  readonly refundedMinor: number;
  readonly receiptUrl: string | null;
  readonly balanceMinor: number;
  readonly capturedAt: Date | null;
  readonly now: Date;
  readonly ageLimitWeeks: number;
  /** What the processor has available for us; left out where nobody asked it. */
  readonly processorAvailableMinor?: number;
}

const weekMs = 7 * 24 * 3_600_000;

/** The first obstacle to giving a member all that is left of a card payment back; null when there is none. */
export function refundObstacle(question: RefundQuestion): RefundObstacle | null {
  const { capturedMinor, refundedMinor, balanceMinor, capturedAt, now } = question;
  const restMinor = capturedMinor - refundedMinor;
  if (capturedAt === null) return 'not_paid';
  if (question.receiptUrl === null) return 'no_receipt';
  if (restMinor <= 0) return 'already_refunded';
  if (balanceMinor < restMinor) return 'insufficient_funds';
  if ((question.processorAvailableMinor ?? restMinor) < restMinor) return 'processor_short';
  return now.getTime() - capturedAt.getTime() >= question.ageLimitWeeks * weekMs ? 'too_old' : null;
}
