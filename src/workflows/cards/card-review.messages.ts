import { defineSignal } from '@temporalio/workflow';

/** At most one at a time for a card payment, so that its events share one look at the processor. */
export function cardReviewWorkflowId(cardTransactionId: string): string {
  return `card-review-${cardTransactionId}`;
}

export interface CardReviewInput {
  readonly schema: 1;
  readonly cardTransactionId: string;
}

/** Money may have come late, or gone back, at the processor: compare. */
export const cardReviewNeeded = defineSignal('cardReviewNeeded');
