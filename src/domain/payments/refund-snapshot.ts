import type { RefundState } from './refund.ts';

/** The changing part of a refund; amounts are minor units of its currency. */
export interface RefundSnapshot {
  readonly state: RefundState;
  /** Why it was refused or failed: a stable code, or the processor's. */
  readonly outcome: string | null;
  readonly attentionReason: string | null;
  /** ISO 8601. */
  readonly asOf: string;
}

/** Patience of a refund, in ms; all of them workflow arguments (design.md 5-9). */
export interface RefundTiming {
  /** Without a `begin` the workflow ends. */
  readonly beginMs: number;
  /** Pauses between looks at the processor while nothing was heard; the last one repeats. */
  readonly ladderMs: readonly number[];
}

export const refundTiming: RefundTiming = {
  beginMs: 60_000,
  ladderMs: [60_000, 600_000, 3_600_000, 86_400_000],
};
