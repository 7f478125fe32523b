import { asyncLocalStorage } from '@temporalio/activity';
import { activityEdge } from '../activity-edge.ts';
import { noticeSavedCard } from './card-set-up.ts';
import { chargeTopUp } from './top-up-charging.ts';
import { askForTopUp, checkBalanceAfter, type AskingDependencies } from './top-up-asking.ts';
import { decideTopUp, waitingInVain, type TopUpStep } from './top-up-deciding.ts';

export type AutoTopUpActivities = ReturnType<typeof createAutoTopUpActivities>;

/** What automatic top-ups do in the world. Each is idempotent and holds no transaction open over the network. */
export function createAutoTopUpActivities(deps: AskingDependencies) {
  return {
    askForTopUp: (request: { paymentId: string }): Promise<{ readonly kind: 'asked' | 'unavailable' }> =>
      activityEdge(() => askForTopUp(deps, request)),
    checkBalanceAfter: (request: { paymentId: string }): Promise<void> =>
      activityEdge(() => checkBalanceAfter(deps, request)),
    noticeSavedCard: (request: { memberId: string }): Promise<void> =>
      activityEdge(() => noticeSavedCard(deps, request)),
    /** Decides what a member's needs come to, and charges it: one way through Temporal for both. */
    meetNeeds: (request: { memberId: string }): Promise<TopUpStep> => activityEdge(() => meetNeeds(deps, request)),
  };
}

/**
 * A second run finds the charge that the first one began, and goes on with it under its one key. What the first one
 * ended it may have told nobody, so a second run tells whoever still waits.
 */
async function meetNeeds(deps: AskingDependencies, request: { memberId: string }): Promise<TopUpStep> {
  const step = await decideTopUp(deps, request);
  const charged = step.topUpId === null ? [] : (await chargeTopUp(deps, { topUpId: step.topUpId })).ended;
  const forgotten = isSecondTry() ? await waitingInVain(deps, request) : [];
  return { ...step, ended: [...new Set([...step.ended, ...charged, ...forgotten])] };
}

function isSecondTry(): boolean {
  return (asyncLocalStorage.getStore()?.info.attempt ?? 1) > 1;
}
