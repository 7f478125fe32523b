import { allHandlersFinished, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { PaymentBatchActivities } from '../../activities/payments/payment-batch.activities.ts';
import { topUpEnded } from './interactive-payment.messages.ts';
import { beginBatch, type BatchSnapshot, type PaymentBatchInput } from './payment-batch.messages.ts';

// Rows and book only: without the database nothing else can be done either, so these wait for it.
const activities = proxyActivities<PaymentBatchActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

/**
 * Many payments without a checkout (cobalt.md 2.6): what the balances cover is booked in ledger groups at once, what they
 * lack is topped up where the member's card may be asked, and the rest is refused with a code.
 */
export async function paymentBatch({ batchId, timing }: PaymentBatchInput): Promise<BatchSnapshot> {
  const course: { begun: boolean; result: BatchSnapshot | null; news: boolean } = {
    begun: false,
    result: null,
    news: false,
  };
  setHandler(topUpEnded, () => void (course.news = true));
  setHandler(beginBatch, async () => {
    course.begun = true;
    await condition(() => course.result !== null);
    return course.result as BatchSnapshot;
  });

  // The API wrote it down and went away: nobody waits for it, and nothing is moved.
  if (!(await condition(() => course.begun, timing.beginMs)))
    return activities.endBatch({ batchId, outcome: 'never_begun' });
  const deadline = Date.now() + timing.topUpMs;
  let tried = await activities.payBatch({ batchId });
  // Another payment may be faster with the money of a top-up: what is short then asks again.
  while (tried.short > 0 && Date.now() < deadline) {
    if (tried.waiting === 0 && (await activities.askForBatch({ batchId })).waiting === 0) break;
    await condition(() => course.news, deadline - Date.now());
    course.news = false;
    tried = await activities.payBatch({ batchId });
  }
  course.result = await activities.endBatch({ batchId });
  await condition(allHandlersFinished);
  await activities.checkBalancesAfter({ batchId });
  return course.result;
}
