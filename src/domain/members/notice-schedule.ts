const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Pauses after each failed attempt to send a notice; together about two days. */
const pausesMs: readonly number[] = [
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  4 * hourMs,
  ...Array.from({ length: 7 }, () => 6 * hourMs),
];

/** How many times a notice is tried before it is `failed`. */
export const noticeAttempts = pausesMs.length + 1;

/** How long to wait, in ms, after attempt number `attempts` failed; null: the notice has failed. */
export function noticePauseMs(attempts: number): number | null {
  return pausesMs[attempts - 1] ?? null;
}
