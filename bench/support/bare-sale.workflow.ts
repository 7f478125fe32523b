import { allHandlersFinished, condition, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import { bareEvent, beginBare, type BareActivities } from './bare-sale.messages.ts';

const { dispatchNothing, settleNothing } = proxyActivities<BareActivities>({ startToCloseTimeout: '30 seconds' });

/**
 * What R5 compares a terminal sale with: the same hops and nothing in them. One update answered by an activity, a timer
 * for the card, one signal for the tap, one activity that settles. A test holds the two histories against each other.
 */
export async function bareSale(): Promise<string> {
  let hasBegun = false;
  let heard = false;
  setHandler(beginBare, async () => {
    const answer = await dispatchNothing();
    hasBegun = true;
    return answer;
  });
  setHandler(bareEvent, () => {
    heard = true;
  });
  await condition(() => hasBegun);
  // Left running, as the sale leaves its own: the workflow ends before it.
  void sleep('10 seconds');
  await condition(() => heard);
  const outcome = await settleNothing();
  await condition(allHandlersFinished);
  return outcome;
}

/** What R20 compares a payment from balance with: one update, answered by one activity. */
export async function bareAsk(): Promise<void> {
  let isAnswered = false;
  setHandler(beginBare, async () => {
    const answer = await dispatchNothing();
    isAnswered = true;
    return answer;
  });
  await condition(() => isAnswered);
  await condition(allHandlersFinished);
}
