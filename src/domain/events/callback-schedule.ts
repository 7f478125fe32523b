const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Pauses after each failed attempt, as Standard Webhooks suggests them; together just under three days. */
const pausesMs: readonly number[] = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  20 * hourMs,
];

/** How many times a delivery is tried before it is given up. */
export const callbackAttempts = pausesMs.length + 1;

/** How long to wait, in ms, after attempt number `attempts` failed; null: the delivery is given up. */
export function callbackPauseMs(attempts: number): number | null {
  return pausesMs[attempts - 1] ?? null;
}
