import { allHandlersFinished, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { InternalRefundActivities } from '../../activities/organisations/internal-refund.activities.ts';
import type { InternalRefundSnapshot } from '../../domain/organisations/internal-refund.ts';
import { beginInternalRefund, type InternalRefundInput } from './internal-refund.messages.ts';

// Rows and book only: without the database nothing else can be done either, so these wait for it.
const book = proxyActivities<InternalRefundActivities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

/** What an organisation gives back to members, all of it in one transaction or nothing (cobalt.md 2.13). */
export async function internalRefund(input: InternalRefundInput): Promise<InternalRefundSnapshot> {
  const { internalRefundId, beginMs } = input;
  let isBegun = false;
  const done: InternalRefundSnapshot[] = [];
  setHandler(beginInternalRefund, async () => {
    isBegun = true;
    await condition(() => done.length > 0);
    return done[0] as InternalRefundSnapshot;
  });
  // The API wrote it down and went away: nobody waits for it, and nothing is moved.
  const isAwaited = await condition(() => isBegun, beginMs);
  const end = isAwaited
    ? await book.postInternalRefund({ internalRefundId })
    : await book.refuseInternalRefund({ internalRefundId, outcome: 'never_begun' });
  done.push(end);
  await condition(allHandlersFinished);
  return end;
}
