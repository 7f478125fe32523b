import { allHandlersFinished, condition, proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { RefundActivities } from '../../activities/payments/refund.activities.ts';
import { isRefundOver } from '../../domain/payments/refund.ts';
import type { RefundSnapshot } from '../../domain/payments/refund-snapshot.ts';
import { setAlarm } from '../alarm.ts';
import { beginRefund, refundNews, refundStatus, type RefundInput } from './refund.messages.ts';
import { isSilence } from '../silence.ts';

const heartbeatTimeout = '5 seconds';
const retry = { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' } as const;
// Somebody waits for these; what stays unknown after a minute is found out by the ladder, under the same key.
const activities = proxyActivities<RefundActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '60 seconds',
  heartbeatTimeout,
  retry,
});
// Rows and book only: without the database nothing else can be done either, so these wait for it.
const book = proxyActivities<RefundActivities>({ startToCloseTimeout: '30 seconds', heartbeatTimeout, retry });

/** Where the run stands between two messages. */
interface Course {
  begun: boolean;
  heard: boolean;
  looks: number;
  refund: RefundSnapshot | null;
}

/**
 * One refund: reserved in the book first, then asked for at the processor, then confirmed or undone by the processor's
 * word, however late that comes (W-20). What changes after its end is found by the review of its card transaction.
 */
export async function refund(input: RefundInput): Promise<RefundSnapshot> {
  const course: Course = { begun: false, heard: false, looks: 0, refund: null };
  setHandler(beginRefund, async () => {
    course.begun = true;
    await condition(() => course.refund !== null);
    return course.refund as RefundSnapshot;
  });
  setHandler(refundNews, () => void (course.heard = true));
  setHandler(refundStatus, () => course.refund);

  // The API wrote it down and went away: nobody waits for it, and nothing is moved.
  const isAwaited = await condition(() => course.begun, input.timing.beginMs);
  become(course, isAwaited ? await begin(input) : await book.refuseRefund(abandoned(input)));
  while (course.refund !== null && !isRefundOver(course.refund.state)) await follow(input, course);
  await condition(allHandlersFinished);
  return course.refund as unknown as RefundSnapshot;
}

function abandoned({ refundId }: RefundInput): { refundId: string; outcome: string } {
  return { refundId, outcome: 'never_begun' };
}

async function begin({ refundId }: RefundInput): Promise<RefundSnapshot> {
  let reserved: RefundSnapshot;
  try {
    reserved = await activities.reserveRefund({ refundId });
  } catch (error) {
    if (!isSilence(error)) throw error;
    // The processor was only asked what it has: nothing was moved, unless the reservation was written and not heard of.
    reserved = await book.refuseRefund({ refundId, outcome: 'processor_silent' });
  }
  if (isRefundOver(reserved.state)) return reserved;
  try {
    return await activities.sendRefund({ refundId });
  } catch (error) {
    if (!isSilence(error)) throw error;
    return book.loseRefund({ refundId });
  }
}

async function follow({ refundId, timing }: RefundInput, course: Course): Promise<void> {
  const { ladderMs } = timing;
  const pauseMs = ladderMs[Math.min(course.looks, ladderMs.length - 1)] ?? 0;
  const alarm = setAlarm(pauseMs, 'look while a refund is under way');
  await condition(() => course.heard || alarm.rang());
  if (!course.heard) course.looks += 1;
  else alarm.turnOff();
  course.heard = false;
  try {
    become(course, await activities.followRefund({ refundId }));
  } catch (error) {
    // A processor that stays silent changes nothing: the ladder looks again.
    if (!isSilence(error)) throw error;
  }
}

function become(course: Course, next: RefundSnapshot): void {
  course.refund = next;
  setCurrentDetails(`state **${next.state}**${next.outcome === null ? '' : ` (${next.outcome})`}`);
}
