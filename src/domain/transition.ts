import { InvariantViolation } from './invariant.ts';

/**
 * States and the events that lead out of them. A self-loop means "harmless on retry", absence means illegal; the type
 * makes the table name every state.
 */
export type TransitionTable<S extends string, E extends string> = { readonly [K in S]: { readonly [V in E]?: S } };

/** The state after `event`, or `InvariantViolation` when the table does not allow it. */
export function nextState<S extends string, E extends string>(table: TransitionTable<S, E>, from: S, event: E): S {
  const to = table[from][event];
  if (to === undefined) throw new InvariantViolation(`No transition from ${from} by ${event}`);
  return to;
}

/** Whether the table lets `event` happen in state `from`. */
export function admits<S extends string, E extends string>(table: TransitionTable<S, E>, from: S, event: E): boolean {
  return table[from][event] !== undefined;
}

/** Every state that can be reached from `start`, itself included. */
export function reachableFrom<S extends string, E extends string>(table: TransitionTable<S, E>, start: S): Set<S> {
  const reached = new Set<S>([start]);
  for (const state of reached) {
    for (const next of Object.values<S | undefined>(table[state])) if (next !== undefined) reached.add(next);
  }
  return reached;
}
