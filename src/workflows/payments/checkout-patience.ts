import type { CheckoutTiming } from '../../domain/payments/payment-snapshot.ts';

/** What to do next with an open checkout if nobody says anything, and after how many ms. */
export interface Patience {
  readonly step: 'look' | 'withdraw';
  readonly afterMs: number;
}

/** Looks along the ladder until the checkout has been open for long enough, and withdraws it then (W-17, W-18). */
export function patience(timing: CheckoutTiming, { looks, openMs }: { looks: number; openMs: number }): Patience {
  const rung = timing.ladderMs[Math.min(looks, timing.ladderMs.length - 1)] ?? timing.checkoutMs;
  const leftMs = timing.checkoutMs - openMs;
  return leftMs <= rung ? { step: 'withdraw', afterMs: Math.max(leftMs, 0) } : { step: 'look', afterMs: rung };
}
