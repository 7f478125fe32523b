import { allHandlersFinished, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { MemberPaymentActivities } from '../../activities/payments/member-payment.activities.ts';
import type { TopUpSnapshot } from '../../domain/payments/payment-snapshot.ts';
import { isTopUpOver } from '../../domain/cards/top-up.ts';
import { setAlarm } from '../alarm.ts';
import { patience } from '../payments/checkout-patience.ts';
import { cardNews } from '../payments/interactive-payment.messages.ts';
import { isSilence } from '../silence.ts';
import { Mailbox } from '../mailbox.ts';
import { beginTopUp, cancelTopUp, type ManualTopUpInput } from './manual-top-up.messages.ts';

const activities = proxyActivities<MemberPaymentActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '60 seconds',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

// Rows only: without the database nothing else can be done either, so these wait for it.
const rows = proxyActivities<MemberPaymentActivities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

interface Course {
  readonly topUpId: string;
  topUp: TopUpSnapshot | null;
  heard: boolean;
  looks: number;
  readonly startedAt: number;
}

/** Card money that a member wants on the balance: offered at a checkout, followed, and withdrawn when nobody pays. */
export async function manualTopUp(input: ManualTopUpInput): Promise<TopUpSnapshot> {
  const mailbox = new Mailbox<'begin' | 'cancel', TopUpSnapshot>();
  const course: Course = { topUpId: input.topUpId, topUp: null, heard: false, looks: 0, startedAt: Date.now() };
  setHandler(beginTopUp, () => mailbox.ask('begin'));
  setHandler(cancelTopUp, () => mailbox.ask('cancel'));
  setHandler(cardNews, () => void (course.heard = true));

  // The API wrote it down and went away: nobody waits for it, and no card is asked.
  const begun = await condition(() => mailbox.hasMail(), input.timing.beginMs);
  if (!begun) course.topUp = await rows.abandonTopUp({ topUpId: input.topUpId });
  while (course.topUp === null || !isTopUpOver(course.topUp.state)) await advance(input, mailbox, course);
  const end = course.topUp;
  await mailbox.answerRest(() => Promise.resolve(end));
  await condition(allHandlersFinished);
  return end;
}

async function advance(
  { topUpId, timing }: ManualTopUpInput,
  mailbox: Mailbox<'begin' | 'cancel', TopUpSnapshot>,
  course: Course,
): Promise<void> {
  const next = patience(timing, { looks: course.looks, openMs: Date.now() - course.startedAt });
  const alarm = mailbox.hasMail() ? undefined : setAlarm(next.afterMs, `${next.step} while a checkout is open`);
  await condition(() => mailbox.hasMail() || course.heard || alarm?.rang() === true);
  const letter = mailbox.take();
  if (letter === undefined) course.topUp = await followOrExpire(topUpId, next.step, course);
  else {
    course.topUp = await obey(topUpId, letter.command, course);
    letter.answer(course.topUp);
  }
  if (!isTopUpOver(course.topUp.state)) alarm?.turnOff();
}

async function followOrExpire(topUpId: string, step: 'look' | 'withdraw', course: Course): Promise<TopUpSnapshot> {
  if (!course.heard && step === 'withdraw') return withdraw(topUpId, 'expire', course);
  course.looks += course.heard ? 0 : 1;
  course.heard = false;
  return tolerate(course, activities.followTopUp({ topUpId }));
}

async function obey(topUpId: string, command: 'begin' | 'cancel', course: Course): Promise<TopUpSnapshot> {
  if (command === 'cancel' && course.topUp !== null) return withdraw(topUpId, 'cancel', course);
  try {
    return await activities.offerTopUp({ topUpId });
  } catch (error) {
    if (!isSilence(error)) throw error;
    return rows.loseTopUp({ topUpId });
  }
}

function withdraw(topUpId: string, as: 'expire' | 'cancel', course: Course): Promise<TopUpSnapshot> {
  return tolerate(course, activities.withdrawTopUp({ topUpId, as }));
}

/** A processor that stays silent changes nothing: the ladder looks again, under the same keys. */
async function tolerate(course: Course, work: Promise<TopUpSnapshot>): Promise<TopUpSnapshot> {
  try {
    return await work;
  } catch (error) {
    if (!isSilence(error)) throw error;
    return course.topUp ?? rows.loseTopUp({ topUpId: course.topUpId });
  }
}
