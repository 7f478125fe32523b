import type { SaleState } from './sale.ts';

/** Patience of a sale in ms, all arguments so that tests run in milliseconds (spec/temporal.md 5.2). */
export interface SaleTiming {
  /** Without an accepted `begin` in this time the sale ends `never_begun`. */
  readonly beginMs: number;
  /** How long a reader may wait for a card. */
  readonly cardWaitMs: number;
  /** How long a declined sale may be tried again before it is given up. */
  readonly retryMs: number;
  /** Pauses between looks at the processor while nothing is heard; the last one repeats. */
  readonly ladderMs: readonly number[];
  /** How long after its authorization money may wait for staff to capture it. */
  readonly captureMs: number;
  /** How long an outcome may stay unknown before a person is asked. */
  readonly attentionMs: number;
}

export const productionSaleTiming: SaleTiming = {
  beginMs: 15_000,
  cardWaitMs: 120_000,
  retryMs: 900_000,
  ladderMs: [10_000, 20_000, 30_000],
  captureMs: 47 * 3_600_000,
  attentionMs: 600_000,
};

/** What a sale does by itself when nobody speaks to it for `afterMs`. */
export interface NextStep {
  readonly afterMs: number;
  readonly step: 'look' | 'give_up';
}

/** How long a sale has been where it is, and how often it has looked at the processor since. */
export interface Waiting {
  readonly state: SaleState;
  readonly sinceMs: number;
  readonly looks: number;
}

/**
 * The next thing a silent sale does. A state with a limit looks along the ladder until the limit and is then given
 * up; a state whose money is in the balance only ever looks, since giving up is not ours to decide.
 */
export function nextStep(waiting: Waiting, timing: SaleTiming): NextStep {
  const limitMs = limitOf(waiting.state, timing);
  const rungMs = rung(timing.ladderMs, waiting.looks);
  if (limitMs === undefined) return { afterMs: rungMs, step: 'look' };
  const leftMs = limitMs - waiting.sinceMs;
  if (leftMs <= 0) return { afterMs: waiting.looks === 0 ? 1 : rungMs, step: 'give_up' };
  if (looksWhileWaiting(waiting.state) && rungMs < leftMs) return { afterMs: rungMs, step: 'look' };
  return { afterMs: leftMs, step: 'give_up' };
}

function limitOf(state: SaleState, timing: SaleTiming): number | undefined {
  switch (state) {
    case 'created':
      return timing.beginMs;
    case 'awaiting_card':
      return timing.cardWaitMs;
    case 'declined':
      return timing.retryMs;
    case 'authorized':
      return timing.captureMs;
    default:
      return undefined;
  }
}

/** Only a reader that waits for a card can change while we hear nothing; the others wait for people. */
function looksWhileWaiting(state: SaleState): boolean {
  return state === 'awaiting_card';
}

function rung(ladderMs: readonly number[], looks: number): number {
  return Math.max(1, ladderMs[Math.min(looks, ladderMs.length - 1)] ?? 1_000);
}
