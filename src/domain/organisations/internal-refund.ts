import type { TransitionTable } from '../transition.ts';

/** `session`: the organisation must have all of it. `event`: it may go below zero, down to a limit (decisions 1). */
export type InternalRefundKind = 'session' | 'event';
export type InternalRefundState = 'created' | 'posted' | 'refused';

/** What one member gets, in minor units. */
export interface InternalRefundLine {
  readonly memberId: string;
  readonly amountMinor: number;
}

/** The changing part of an internal refund. */
export interface InternalRefundSnapshot {
  readonly state: InternalRefundState;
  /** Why it was refused: a stable code. */
  readonly outcome: string | null;
}

export const internalRefundTransitions: TransitionTable<InternalRefundState, 'post' | 'refuse'> = {
  created: { post: 'posted', refuse: 'refused' },
  posted: {},
  refused: {},
};
