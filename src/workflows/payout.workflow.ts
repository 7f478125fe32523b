import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
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

/**
 * One payout from its settlement to the bank's word, however long that takes (temporal.md 5.5). The row is the truth:
 * files are made and banks' files are booked without this run, which looks at its row, keeps the times, and does what
 * persons want one after the other.
 */
export async function payout(input: PayoutInput): Promise<PayoutSnapshot> {
  const { payoutId } = input;
  const mailbox = new Mailbox<PayoutCommand, PayoutAnswer>();
  let heard = false;
  setHandler(actOnPayout, (command) => mailbox.ask(command));
  setHandler(payoutNews, () => void (heard = true));
  const obey = (command: PayoutCommand) => act(payoutId, command);

  let look = await book.lookAtPayout({ payoutId });
  while (!isPayoutOver(look.state) || mailbox.hasMail()) {
    setCurrentDetails(`state **${look.state}**, attempt ${look.attemptNo}`);
    const letter = mailbox.take();
    if (letter !== undefined) letter.answer(await obey(letter.command));
    else if (look.due === 'confirm') await book.hearBank(unopposed(payoutId, look.attemptNo));
    else if (look.due === 'remind') await book.remindOfPayout({ payoutId, reason: reminders[look.method] });
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

/** Nothing came back in time. */
function unopposed(payoutId: string, attemptNo: number) {
  return { payoutId, kind: 'confirm', attemptNo, reason: 'nothing came back in time' } as const;
}
