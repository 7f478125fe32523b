import type { TransitionTable } from '../transition.ts';

/** What an organisation does with its balance: pays somebody, adds to a member's balance, or takes that back. */
export type OrganisationPaymentKind = 'transfer' | 'member_top_up' | 'member_top_up_reversal';
/** By which the rows of both sides are typed (cobalt.md 1.9). */
export type OrganisationPaymentReason = 'transfer' | 'membership' | 'miscellaneous';
export type OrganisationPaymentState = 'created' | 'posted' | 'refused';

/** The changing part of an organisation's payment. */
export interface OrganisationPaymentSnapshot {
  readonly state: OrganisationPaymentState;
  /** Why it was refused: a stable code. */
  readonly outcome: string | null;
}

export const organisationPaymentTransitions: TransitionTable<OrganisationPaymentState, 'post' | 'refuse'> = {
  created: { post: 'posted', refuse: 'refused' },
  posted: {},
  refused: {},
};
