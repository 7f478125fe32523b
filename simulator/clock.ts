import { createPlanQueue, type Plan } from './plan-queue.ts';
import type { Clock } from './ports.ts';

/** The clock of one simulator, with what its control plane and its shutdown need. */
export interface SimulatedClock extends Clock {
  /** Unix seconds, as Stripe's objects carry them. */
  nowSeconds(): number;
  /** Moves forward to an instant; going back is refused, since events have been stamped already. */
  set(epochMs: number): void;
  /** Forgets the offset and everything planned. */
  reset(): void;
}

/** setTimeout overflows above 2^31 ms; waking once an hour costs nothing. */
const LONGEST_SLEEP_MS = 3_600_000;

/** Real time plus an offset. What is planned fires in order of its due time, early when the clock is moved over it. */
export function createClock(): SimulatedClock {
  const offset = createOffset();
  const plans = createPlanQueue();
  let planned = 0;
  let timer: NodeJS.Timeout | undefined;

  const arm = (): void => {
    clearTimeout(timer);
    const next = plans.first();
    if (next === undefined) return;
    timer = setTimeout(moveTo, Math.min(Math.max(0, next.dueMs - offset.nowMs()), LONGEST_SLEEP_MS));
    timer.unref();
  };
  /** Actions planned by an action fire too when they fall due before `limitMs`. */
  const fireUntil = (limitMs: number): void => {
    for (let next = plans.first(); next !== undefined && next.dueMs <= limitMs; next = plans.first()) {
      plans.remove(next);
      offset.moveTo(next.dueMs);
      next.action();
    }
  };
  const moveTo = (epochMs = offset.nowMs()): void => {
    fireUntil(epochMs);
    offset.moveTo(epochMs);
    arm();
  };
  const after: Clock['after'] = (delayMs, action) => {
    const plan: Plan = { dueMs: offset.nowMs() + Math.max(0, delayMs), order: (planned += 1), slot: -1, action };
    plans.add(plan);
    if (plans.first() === plan) arm();
    return { cancel: plans.remove.bind(plans, plan) };
  };
  return {
    nowMs: offset.nowMs,
    nowSeconds: () => Math.floor(offset.nowMs() / 1000),
    set(epochMs) {
      offset.refusePast(epochMs);
      moveTo(epochMs);
    },
    advance(ms) {
      moveTo(offset.nowMs() + Math.max(0, ms));
    },
    after,
    reset() {
      clearTimeout(timer);
      plans.clear();
      offset.clear();
    },
  };
}

/** How far simulated time is ahead of real time. */
function createOffset() {
  let offsetMs = 0;
  const nowMs = (): number => Date.now() + offsetMs;
  return {
    nowMs,
    moveTo: (epochMs: number): void => {
      offsetMs += Math.max(0, epochMs - nowMs());
    },
    refusePast: (epochMs: number): void => {
      if (epochMs < nowMs()) throw new RangeError(`the clock stands at ${nowMs()} and cannot go back to ${epochMs}`);
    },
    clear: (): void => {
      offsetMs = 0;
    },
  };
}
