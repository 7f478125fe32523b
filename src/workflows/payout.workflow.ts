import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { PayoutLook } from '../activities/payout-looking.ts';
import type { PayoutActivities } from '../activities/payout.activities.ts';
import { isPayoutOver, type PayoutAnswer, type PayoutCommand, type PayoutSnapshot } from '../domain/payout.ts';
import { setAlarm } from './alarm.ts';
import { Mailbox } from './mailbox.ts';
import { actOnPayout, payoutNews, type PayoutInput } from './payout.messages.ts';

// Rows and book only: without the database nothing else can be done either, so these wait for it.
const book = proxyActivities<PayoutActivities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

// A month of a million entries takes a while to add up.
const desk = proxyActivities<PayoutActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
});

/**
 * One payout from its settlement to the bank's word, however long that takes (temporal.md 5.5). The row is the truth:
 * files are made and banks' files are booked without this run, which looks at its row, keeps the times, and does what
 * persons want one after the other.
 */
export async function payout(input: PayoutInput): Promise<PayoutSnapshot> {
  const { payoutId } = input;
  const mailbox = new Mailbox<PayoutCommand, PayoutAnswer>();
  let heard = false;
  let advisedAttempt: number | null = null;
  setHandler(actOnPayout, (command) => mailbox.ask(command));
  setHandler(payoutNews, () => void (heard = true));
  const obey = (command: PayoutCommand) => act(payoutId, command);

  let look = await book.lookAtPayout({ payoutId });
  while (mailbox.hasMail() || isUnfinished(look, advisedAttempt)) {
    setCurrentDetails(`state **${look.state}**, attempt ${look.attemptNo}`);
    const letter = mailbox.take();
    if (letter !== undefined) letter.answer(await obey(letter.command));
    else if (owesAdvice(look, advisedAttempt)) {
      await desk.issueRemittance({ payoutId });
      advisedAttempt = look.attemptNo;
    } else if (look.due !== null) await doWhatIsDue(payoutId, look);
    else await wait(look.lookInMs);
    heard = false;
    if (workflowInfo().continueAsNewSuggested && !mailbox.hasMail()) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof payout>(input);
    }
    look = await book.lookAtPayout({ payoutId });
  }
  await mailbox.answerRest(obey);
  await condition(allHandlersFinished);
  setCurrentDetails(`state **${look.state}**, attempt ${look.attemptNo}`);
  return look;

  async function wait(ms: number | null): Promise<void> {
    const alarm = ms === null ? undefined : setAlarm(ms, 'look at the payout');
    await condition(() => heard || mailbox.hasMail() || alarm?.rang() === true);
    alarm?.turnOff();
  }
}

function isUnfinished(look: PayoutLook, advisedAttempt: number | null): boolean {
  return !isPayoutOver(look.state) || owesAdvice(look, advisedAttempt);
}

/** Whether the organisation still has to get the advice of an attempt that was paid. */
function owesAdvice({ state, attemptNo }: PayoutSnapshot, advisedAttempt: number | null): boolean {
  return state === 'confirmed' && attemptNo !== advisedAttempt;
}

const reminders = { bank: 'no_word_from_the_bank', transfer: 'transfers_are_not_sent_yet' } as const;

function act(payoutId: string, command: PayoutCommand): Promise<PayoutAnswer> {
  switch (command.kind) {
    case 'confirm':
    case 'return':
      return book.hearBank({ payoutId, kind: command.kind, attemptNo: command.attemptNo, reason: command.reason });
    case 'retry':
      return book.retryPayout({ payoutId });
    case 'reverse':
      return book.reversePayout({ payoutId, reason: command.reason });
  }
}

async function doWhatIsDue(payoutId: string, { due, attemptNo, method }: PayoutLook): Promise<void> {
  if (due === 'confirm') await book.hearBank(unopposed(payoutId, attemptNo));
  else await book.remindOfPayout({ payoutId, reason: reminders[method] });
}

/** Nothing came back in time. */
function unopposed(payoutId: string, attemptNo: number) {
  return { payoutId, kind: 'confirm', attemptNo, reason: 'nothing came back in time' } as const;
}
