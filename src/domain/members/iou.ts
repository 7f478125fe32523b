import type { TransitionTable } from '../transition.ts';

/** Where an IOU can stand; overdue is derived, never a state (decisions D20). */
export type IouState = 'open' | 'paying' | 'paid' | 'cancelled' | 'written_off';

/** What can happen to an IOU, as past facts of its story. */
export type IouChange = 'begin_payment' | 'pay' | 'fail_payment' | 'cancel' | 'write_off';

/** While it is being paid nobody else pays, cancels or writes it off (IOU-05); nothing leads out of an end. */
export const iouTransitions: TransitionTable<IouState, IouChange> = {
  open: { begin_payment: 'paying', cancel: 'cancelled', write_off: 'written_off' },
  paying: { pay: 'paid', fail_payment: 'open' },
  paid: {},
  cancelled: {},
  written_off: {},
};

/** Whether it is still owed at `now` although it was due before; times in ms. */
export function isIouOverdue(state: IouState, dueAtMs: number | null, nowMs: number): boolean {
  return (state === 'open' || state === 'paying') && dueAtMs !== null && dueAtMs < nowMs;
}

/** Ages in whole days since an IOU was made, the last without an end. */
export const iouAgeBuckets = [
  { from: 0, to: 30 },
  { from: 31, to: 60 },
  { from: 61, to: 90 },
  { from: 91, to: null },
] as const;

/** How a payment of an IOU is named where it is shown; an IOU without a description must not break it (W-36). */
export function iouDescription(no: number, description: string | null): string {
  return description ?? `IOU ${no}`;
}
