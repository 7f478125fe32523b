/** What the control plane can change while the simulator runs. Times are simulated milliseconds. */
export interface Settings {
  /** How long Stripe takes to show a captured charge's balance transaction and send `charge.updated`. */
  balanceTransactionDelayMs: number;
  /** From tap to result; while it lasts the reader is busy. 0 decides within the request that taps. */
  authorizationMs: number;
  /** Whether the intent shows `processing` between tap and result. */
  showProcessing: boolean;
  /** terminal.md 5.6: which cards answer by the last two digits of the amount. */
  amountEndings: 'standard_card' | 'all_cards' | 'off';
  /** How far payment_intents/search lags behind; Stripe says about a minute. */
  searchLagMs: number;
  /** Until a card_present authorization lapses (terminal.md 4.14). */
  authorizationValidMs: number;
  /** Two-step payments: from collecting to confirming (terminal.md 4.14). */
  confirmWithinMs: number;
  /** Until a reader that fell silent is shown as offline (terminal.md 4.14). */
  offlineAfterMs: number;
  refundStatus: 'succeeded' | 'pending';
  /** Until the refund of the failing card turns `failed`. */
  refundFailureDelayMs: number;
  /** Until the refund of the card whose refunds wait turns `succeeded`. */
  refundSettleDelayMs: number;
  /** Until the holder of a disputing card disputes, and until the bank decides on evidence that names its outcome. */
  disputeDelayMs: number;
  /** Until money that was taken can be paid out; money that goes, and that comes back, counts at once. 0: instantly. */
  balanceAvailableAfterMs: number;
  idempotencyKeptMs: number;
  /** An artificial execution time, real milliseconds, which makes the 409 of a key in use reproducible. */
  executionDelayMs: number;
  /** Limits of the logs; the oldest fall out. */
  keptEvents: number;
  keptRequests: number;
  keptIdempotencyKeys: number;
}

const DAY_MS = 86_400_000;

export const defaultSettings: Readonly<Settings> = {
  balanceTransactionDelayMs: 50,
  authorizationMs: 0,
  showProcessing: false,
  amountEndings: 'standard_card',
  searchLagMs: 60_000,
  authorizationValidMs: 2 * DAY_MS,
  confirmWithinMs: 30_000,
  offlineAfterMs: 120_000,
  refundStatus: 'succeeded',
  refundFailureDelayMs: 200,
  refundSettleDelayMs: 200,
  disputeDelayMs: 200,
  balanceAvailableAfterMs: 2 * DAY_MS,
  idempotencyKeptMs: DAY_MS,
  executionDelayMs: 0,
  keptEvents: 20_000,
  keptRequests: 10_000,
  keptIdempotencyKeys: 100_000,
};
