import { defineSignal } from '@temporalio/workflow';

/** At most one at a time for a member, so that payments which lack money together share one charge (decisions D10). */
export function autoTopUpWorkflowId(memberId: string): string {
  return `topup-${memberId}`;
}

export interface AutoTopUpInput {
  readonly schema: 1;
  readonly memberId: string;
}

/** There is a need, or may be one. */
export const topUpNeeded = defineSignal('topUpNeeded');
/** A card may have been saved. */
export const cardSaved = defineSignal('cardSaved');
