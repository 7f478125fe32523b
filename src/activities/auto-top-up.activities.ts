import { activityEdge } from './activity-edge.ts';
import { noticeSavedCard } from './card-set-up.ts';
import { chargeTopUp } from './top-up-charging.ts';
import { askForTopUp, checkBalanceAfter, type AskingDependencies } from './top-up-asking.ts';
import { decideTopUp, type TopUpStep } from './top-up-deciding.ts';

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
    decideTopUp: (request: { memberId: string }): Promise<TopUpStep> => activityEdge(() => decideTopUp(deps, request)),
    chargeTopUp: (request: { topUpId: string }): Promise<TopUpStep> => activityEdge(() => chargeTopUp(deps, request)),
  };
}
