/** Something to happen at an instant; `slot` is its place in the queue, -1 outside it. */
export interface Plan {
  dueMs: number;
  order: number;
  slot: number;
  action: () => void;
}

/** Plans by due time, and by the order they were made when due together. */
export interface PlanQueue {
  first(): Plan | undefined;
  add(plan: Plan): void;
  remove(plan: Plan): void;
  clear(): void;
}

/** A binary heap whose entries know their slot, so that a cancelled plan leaves at once: authorizations plan two days ahead. */
export function createPlanQueue(): PlanQueue {
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
