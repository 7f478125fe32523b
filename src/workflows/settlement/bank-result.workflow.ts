import { getExternalWorkflowHandle, proxyActivities } from '@temporalio/workflow';
import type { PayoutActivities } from '../../activities/settlement/payout.activities.ts';
import type { BankResultInput } from './bank-result.messages.ts';
import { payoutNews, payoutWorkflowId } from './payout.messages.ts';

const book = proxyActivities<PayoutActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

/** Books what a bank's file says, page by page, and lets the payouts know. */
export async function bankResult({ resultId }: BankResultInput): Promise<void> {
  for (let more = true; more;) {
    const page = await book.tellBankWords({ resultId });
    await Promise.all(page.moved.map(wakePayout));
    ({ more } = page);
  }
}

/** One whose run is over does not wait for anything, and its row says what there is to say. */
export async function wakePayout(payoutId: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(payoutWorkflowId(payoutId)).signal(payoutNews);
  } catch {
    return;
  }
}
