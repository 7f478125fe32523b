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

interface Plan {
  dueMs: number;
  order: number;
  slot: number;
  action: () => void;
}

/** setTimeout overflows above 2^31 ms; waking once an hour costs nothing. */
const LONGEST_SLEEP_MS = 3_600_000;

/** Real time plus an offset. What is planned fires in order of its due time, early when the clock is moved over it. */
export function createClock(): SimulatedClock {
  let offsetMs = 0;
  let planned = 0;
  let timer: NodeJS.Timeout | undefined;
  const plans = createQueue();

  const nowMs = (): number => Date.now() + offsetMs;
  const moveTo = (epochMs: number): void => {
    offsetMs += Math.max(0, epochMs - nowMs());
  };
  const arm = (): void => {
    clearTimeout(timer);
    const next = plans.first();
    if (next === undefined) return;
    timer = setTimeout(wake, Math.min(Math.max(0, next.dueMs - nowMs()), LONGEST_SLEEP_MS));
    timer.unref();
  };
  const wake = (): void => {
    fireUntil(nowMs());
    arm();
  };
  /** Actions planned by an action fire too when they fall due before `limitMs`. */
  const fireUntil = (limitMs: number): void => {
    for (let next = plans.first(); next !== undefined && next.dueMs <= limitMs; next = plans.first()) {
      plans.remove(next);
      moveTo(next.dueMs);
      next.action();
    }
  };
  const set = (epochMs: number): void => {
    if (epochMs < nowMs()) throw new RangeError(`the clock stands at ${nowMs()} and cannot go back to ${epochMs}`);
    fireUntil(epochMs);
    moveTo(epochMs);
    arm();
  };

  return {
    nowMs,
    nowSeconds: () => Math.floor(nowMs() / 1000),
    set,
    advance: (ms) => {
      set(nowMs() + ms);
    },
    after(delayMs, action) {
      const plan: Plan = { dueMs: nowMs() + Math.max(0, delayMs), order: (planned += 1), slot: -1, action };
      plans.add(plan);
      if (plans.first() === plan) arm();
      return {
        cancel: () => {
          plans.remove(plan);
        },
      };
    },
    reset() {
      clearTimeout(timer);
      plans.clear();
      offsetMs = 0;
    },
  };
}

interface PlanQueue {
  first(): Plan | undefined;
  add(plan: Plan): void;
  remove(plan: Plan): void;
  clear(): void;
}

/** A binary heap whose entries know their slot, so that a cancelled plan leaves at once: authorizations plan two days ahead. */
function createQueue(): PlanQueue {
  let heap: Plan[] = [];
  const before = (a: Plan, b: Plan): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
  const put = (plan: Plan, slot: number): void => {
    heap[slot] = plan;
    plan.slot = slot;
  };
  const rise = (plan: Plan, from: number): void => {
    let slot = from;
    while (slot > 0) {
      const parent = heap[(slot - 1) >> 1];
      if (parent === undefined || !before(plan, parent)) break;
      put(parent, slot);
      slot = (slot - 1) >> 1;
    }
    put(plan, slot);
  };
  const sink = (plan: Plan, from: number): void => {
    let slot = from;
    for (;;) {
      const left = heap[2 * slot + 1];
      const right = heap[2 * slot + 2];
      const child = left !== undefined && right !== undefined && before(right, left) ? right : left;
      if (child === undefined || !before(child, plan)) break;
      const next = child.slot;
      put(child, slot);
      slot = next;
    }
    put(plan, slot);
  };
  return {
    first: () => heap[0],
    add: (plan) => {
      rise(plan, heap.length);
    },
    remove(plan) {
      const { slot } = plan;
      if (slot < 0) return;
      plan.slot = -1;
      const last = heap.pop();
      if (last === undefined || last === plan) return;
      rise(last, slot);
      sink(last, last.slot);
    },
    clear: () => {
      heap = [];
    },
  };
}
