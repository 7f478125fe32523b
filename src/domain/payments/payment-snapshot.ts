import type { PaymentState } from './member-payment.ts';
import type { TopUpState } from '../cards/top-up.ts';

/** The changing part of a payment; amounts are minor units of the member's currency. Never a client secret (D36). */
export interface PaymentSnapshot {
  readonly state: PaymentState;
  /** Why it was refused or fell short: a stable code. */
  readonly outcome: string | null;
  readonly attentionReason: string | null;
  /** The card money that it waits for, once a checkout was offered. */
  readonly topUp: TopUpSnapshot | null;
  /** ISO 8601. */
  readonly asOf: string;
}

/** The changing part of a top-up. */
export interface TopUpSnapshot {
  readonly id: string;
  readonly state: TopUpState;
  readonly amountMinor: number;
  readonly paymentRef: string | null;
  readonly failureCode: string | null;
  readonly attentionReason: string | null;
  readonly asOf: string;
}

/** Patience of a checkout, in ms; all of them workflow arguments (design.md 5-9). */
export interface CheckoutTiming {
  /** Without a `begin` the workflow ends. */
  readonly beginMs: number;
  /** Pauses between looks at the processor while nothing was heard; the last one repeats. */
  readonly ladderMs: readonly number[];
  /** After this an unpaid checkout is withdrawn. */
  readonly checkoutMs: number;
  /** For so long a payment waits for an automatic top-up before it goes to checkout. */
  readonly topUpMs: number;
  /** For so long funds are held for their host to book within. */
  readonly bookingMs: number;
}

export const checkoutTiming: CheckoutTiming = {
  beginMs: 60_000,
  ladderMs: [60_000, 120_000, 300_000, 600_000, 1_800_000],
  checkoutMs: 24 * 3_600_000,
  topUpMs: 15_000,
  bookingMs: 2 * 3_600_000,
};
