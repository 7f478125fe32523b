import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { PayoutLook } from '../../activities/settlement/payout-looking.ts';
import type { PayoutActivities } from '../../activities/settlement/payout.activities.ts';
import {
  isPayoutOver,
  silentProcessor,
  type PayoutAnswer,
  type PayoutCommand,
  type PayoutSnapshot,
} from '../../domain/settlement/payout.ts';
import { setAlarm } from '../alarm.ts';
import { Mailbox } from '../mailbox.ts';
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

// A processor that is silent does not keep persons waiting: after a few tries they are served first.
const processor = proxyActivities<PayoutActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '5 seconds',
  retry: {
    initialInterval: '200 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '10 seconds',
    maximumAttempts: 5,
  },
});

/**
 * One payout from its settlement to the bank's word, however long that takes (temporal.md 5.5). The row is the truth:
 * files are made and banks' files are booked without this run, which looks at its row, keeps the times, sends what is
 * paid by transfer, and does what persons want one after the other. It runs again when a transfer was taken back.
 */
export async function payout(input: PayoutInput): Promise<PayoutSnapshot> {
  const { payoutId } = input;
  const mailbox = new Mailbox<PayoutCommand, PayoutAnswer>();
  let heard = false;
  let advisedAttempt: number | null = null;
  let hasNews = input.hasNews ?? false;
  setHandler(actOnPayout, (command) => mailbox.ask(command));
  setHandler(payoutNews, () => void (heard = hasNews = true));
  const obey = (command: PayoutCommand) => act(payoutId, command);
  const mustRead = (at: PayoutLook): boolean => hasNews && at.method === 'transfer' && at.state === 'confirmed';
  const goesOn = (at: PayoutLook): boolean =>
    !isPayoutOver(at.state) || mailbox.hasMail() || mustRead(at) || owesAdvice(at, advisedAttempt);

  let look = await book.lookAtPayout({ payoutId });
  while (goesOn(look)) {
    setCurrentDetails(`state **${look.state}**, attempt ${look.attemptNo}`);
    const letter = mailbox.take();
    if (letter !== undefined) letter.answer(await obey(letter.command));
    else await goOn(look);
    heard = false;
    if (workflowInfo().continueAsNewSuggested && !mailbox.hasMail()) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof payout>({ ...input, hasNews });
    }
    look = await book.lookAtPayout({ payoutId });
  }
  await mailbox.answerRest(obey);
  await condition(allHandlersFinished);
  setCurrentDetails(`state **${look.state}**, attempt ${look.attemptNo}`);
  return look;

  async function goOn(at: PayoutLook): Promise<void> {
    if (mustRead(at)) return readTransfer();
    if (owesAdvice(at, advisedAttempt)) {
      await desk.issueRemittance({ payoutId });
      advisedAttempt = at.attemptNo;
      return;
    }
    if (!(await meetDue(payoutId, at))) await wait(at.lookInMs);
  }

  async function readTransfer(): Promise<void> {
    hasNews = false;
    if (await isAnswered(payoutId, () => processor.checkTransfer({ payoutId }))) return;
    hasNews = true;
    await wait(askAgainMs);
  }

  async function wait(ms: number | null): Promise<void> {
    const alarm = ms === null ? undefined : setAlarm(ms, 'look at the payout');
    await condition(() => heard || mailbox.hasMail() || alarm?.rang() === true);
    alarm?.turnOff();
  }
}

/** Whether the organisation still has to get the advice of an attempt that was paid. */
function owesAdvice({ state, attemptNo }: PayoutSnapshot, advisedAttempt: number | null): boolean {
  return state === 'confirmed' && attemptNo !== advisedAttempt;
}

/** A processor that did not tell of a transfer is asked again after this. */
const askAgainMs = 60_000;

/** Does what the time has come for; false where there is nothing, or nothing came of it. */
async function meetDue(payoutId: string, look: PayoutLook): Promise<boolean> {
  if (look.due === 'send') return isAnswered(payoutId, () => processor.sendTransfer({ payoutId }));
  if (look.due === 'confirm') await book.hearBank(unopposed(payoutId, look.attemptNo));
  else if (look.due === 'remind') await book.remindOfPayout({ payoutId, reason: 'no_word_from_the_bank' });
  return look.due !== null;
}

/** Whether the call came to an end; where it did not, nothing is known of its effect, and a person is told. */
async function isAnswered(payoutId: string, call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    await book.remindOfPayout({ payoutId, reason: silentProcessor });
    return false;
  }
}

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
