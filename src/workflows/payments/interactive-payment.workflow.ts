import { allHandlersFinished, condition, proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { AutoTopUpActivities } from '../../activities/cards/auto-top-up.activities.ts';
import type { MemberPaymentActivities } from '../../activities/payments/member-payment.activities.ts';
import { isPaymentOver } from '../../domain/payments/member-payment.ts';
import type { PaymentSnapshot } from '../../domain/payments/payment-snapshot.ts';
import { setAlarm } from '../alarm.ts';
import { patience } from './checkout-patience.ts';
import {
  beginPayment,
  bookPayment,
  cancelPayment,
  cardNews,
  paymentStatus,
  topUpEnded,
  type InteractivePaymentInput,
} from './interactive-payment.messages.ts';
import { isSilence } from '../silence.ts';
import { Mailbox, type Letter } from '../mailbox.ts';

const heartbeatTimeout = '5 seconds';
const retry = { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' } as const;
// A member waits for these; what stays unknown after a minute is found out by the ladder, under the same keys.
const activities = proxyActivities<MemberPaymentActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '60 seconds',
  heartbeatTimeout,
  retry,
});
// Rows and book only: without the database nothing else can be done either, so these wait for it.
const book = proxyActivities<MemberPaymentActivities>({ startToCloseTimeout: '30 seconds', heartbeatTimeout, retry });

const topUps = proxyActivities<AutoTopUpActivities>({ startToCloseTimeout: '30 seconds', heartbeatTimeout, retry });

type Command = 'begin' | 'cancel' | { readonly bookingId: string };

/** Where the run stands between two messages. */
interface Course {
  payment: PaymentSnapshot | null;
  heard: boolean;
  toppedUp: boolean;
  /** No card money was needed, so that what is left is judged afterwards. */
  paidFromBalance: boolean;
  looks: number;
  /** Since when it waits for a card, or for its host, in ms. */
  openSince: number;
}

/**
 * One payment of a member: from the balance, or by a checkout for what the balance lacks. The member, webhooks and time
 * only leave messages; this loop is the one writer that acts on them, and it ends when nothing more can happen.
 */
export async function interactivePayment(input: InteractivePaymentInput): Promise<PaymentSnapshot> {
  const mailbox = new Mailbox<Command, PaymentSnapshot>();
  const course: Course = {
    payment: null,
    heard: false,
    toppedUp: false,
    paidFromBalance: false,
    looks: 0,
    openSince: Date.now(),
  };
  setHandler(beginPayment, () => mailbox.ask('begin'));
  setHandler(bookPayment, ({ bookingId }) => mailbox.ask({ bookingId }));
  setHandler(cancelPayment, () => mailbox.ask('cancel'));
  setHandler(cardNews, () => void (course.heard = true));
  setHandler(topUpEnded, () => void (course.toppedUp = true));
  setHandler(paymentStatus, () => course.payment);

  const begun = await condition(() => mailbox.hasMail(), input.timing.beginMs);
  // The API wrote it down and went away: nobody waits for it, and nothing was moved.
  if (!begun) become(course, await book.refusePayment({ paymentId: input.paymentId, outcome: 'never_begun' }));
  while (course.payment === null || !isPaymentOver(course.payment.state)) await advance(input, mailbox, course);
  const end = course.payment;
  await mailbox.answerRest(() => Promise.resolve(end));
  await checkBalance(input, course);
  // Whoever asked while the balance was judged is answered too: the run ends only when no caller waits.
  await mailbox.answerRest(() => Promise.resolve(end));
  await condition(allHandlersFinished);
  return end;
}

async function advance(
  input: InteractivePaymentInput,
  mailbox: Mailbox<Command, PaymentSnapshot>,
  course: Course,
): Promise<void> {
  const next = nextStep(input, course);
  const alarm = mailbox.hasMail() ? undefined : setAlarm(next.afterMs, `${next.step} while nothing is heard`);
  await condition(() => mailbox.hasMail() || course.heard || alarm?.rang() === true);
  const letter = mailbox.take();
  if (letter !== undefined) {
    await read(input, letter, course);
  } else if (course.heard) {
    course.heard = false;
    become(course, await tolerate(course, activities.followCheckout({ paymentId: input.paymentId })));
  } else {
    course.looks += 1;
    become(course, await takeStep(input.paymentId, next.step, course));
  }
  if (course.payment === null || !isPaymentOver(course.payment.state)) alarm?.turnOff();
}

async function read(
  input: InteractivePaymentInput,
  letter: Letter<Command, PaymentSnapshot>,
  course: Course,
): Promise<void> {
  become(course, await obey(input, letter.command, course));
  if (course.payment !== null) letter.answer(course.payment);
  // What is held for a host is gone from what the member can spend (BAT-14).
  if (letter.command === 'begin' && isFunded(course)) await checkBalance(input, course);
}

type Step = 'look' | 'withdraw' | 'release';

function nextStep(
  { timing }: InteractivePaymentInput,
  course: Course,
): { readonly step: Step; readonly afterMs: number } {
  const openMs = Date.now() - course.openSince;
  if (isFunded(course)) return { step: 'release', afterMs: Math.max(timing.bookingMs - openMs, 0) };
  return patience(timing, { looks: course.looks, openMs });
}

function isFunded({ payment }: Course): boolean {
  return payment?.state === 'funded';
}

async function checkBalance({ paymentId }: InteractivePaymentInput, { paidFromBalance }: Course): Promise<void> {
  if (paidFromBalance) await topUps.checkBalanceAfter({ paymentId });
}

async function obey(input: InteractivePaymentInput, command: Command, course: Course): Promise<PaymentSnapshot> {
  const { paymentId } = input;
  if (command === 'begin') return course.payment ?? (await begin(input, course));
  if (command !== 'cancel') return book.bookFunds({ paymentId, bookingId: command.bookingId });
  if (isFunded(course)) return book.releaseFunds({ paymentId, outcome: 'released_by_host' });
  return tolerate(course, activities.withdrawCheckout({ paymentId, as: 'cancel' }));
}

/** Balance first, then an automatic top-up; what is still lacking is offered at a checkout (cobalt.md 2.7). */
async function begin({ paymentId, timing }: InteractivePaymentInput, course: Course): Promise<PaymentSnapshot> {
  const paid = await book.payFromBalance({ paymentId });
  course.paidFromBalance = paid.kind === 'settled' && ['paid', 'funded'].includes(paid.payment.state);
  if (paid.kind === 'settled') return paid.payment;
  const deadline = Date.now() + timing.topUpMs;
  while (Date.now() < deadline && (await topUps.askForTopUp({ paymentId })).kind === 'asked') {
    await condition(() => course.toppedUp, deadline - Date.now());
    course.toppedUp = false;
    // Another payment may have been faster with the money: then this one asks again.
    const toppedUp = await book.payFromBalance({ paymentId });
    if (toppedUp.kind === 'settled') return toppedUp.payment;
  }
  try {
    return await activities.offerCheckout({ paymentId });
  } catch (error) {
    if (!isSilence(error)) throw error;
    return book.losePayment({ paymentId });
  }
}

async function takeStep(paymentId: string, step: Step, course: Course): Promise<PaymentSnapshot> {
  if (step === 'release') return book.releaseFunds({ paymentId, outcome: 'not_booked_in_time' });
  const work =
    step === 'look'
      ? activities.followCheckout({ paymentId })
      : activities.withdrawCheckout({ paymentId, as: 'expire' });
  return tolerate(course, work);
}

/** A processor that stays silent changes nothing: the ladder looks again, under the same keys. */
async function tolerate(course: Course, work: Promise<PaymentSnapshot>): Promise<PaymentSnapshot> {
  try {
    return await work;
  } catch (error) {
    if (!isSilence(error) || course.payment === null) throw error;
    return course.payment;
  }
}

const waiting: ReadonlySet<PaymentSnapshot['state']> = new Set(['checkout', 'funded']);

function become(course: Course, next: PaymentSnapshot): void {
  if (waiting.has(next.state) && course.payment?.state !== next.state) course.openSince = Date.now();
  course.payment = next;
  setCurrentDetails(`state **${next.state}**${next.outcome === null ? '' : ` (${next.outcome})`}`);
}
