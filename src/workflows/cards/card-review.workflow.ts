import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { RefundActivities } from '../../activities/payments/refund.activities.ts';
import { cardReviewNeeded, type CardReviewInput } from './card-review.messages.ts';

// What happened at the processor is a fact, so this never gives up.
const activities = proxyActivities<RefundActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** Compares a card payment whose owner is over with the processor, again for all that is heard meanwhile (W-19). */
export async function cardReview({ cardTransactionId }: CardReviewInput): Promise<void> {
  let isNeeded = true;
  setHandler(cardReviewNeeded, () => void (isNeeded = true));
  while (isNeeded) {
    isNeeded = false;
    await activities.reviewCard({ cardTransactionId });
  }
}
