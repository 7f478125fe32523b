import type { PayoutDependencies } from '../src/activities/payout-desk.ts';
import { createPayoutActivities } from '../src/activities/payout.activities.ts';
import type { Config } from '../src/config.ts';
import { bankCalendarOf, payoutOriginatorsOf, payoutRulesOf } from './payout-rules.ts';

/** What the activities of both queues share. */
export type SharedDependencies = Pick<PayoutDependencies, 'orm' | 'pool' | 'poster' | 'now'>;

/** What the workflows of the `bulk` queue do in the world: settlements, payouts and reconciliation. */
export function createBulkActivities(config: Config, deps: SharedDependencies): object {
  return createPayoutActivities({
    ...deps,
    payoutRules: payoutRulesOf(config),
    calendar: bankCalendarOf(config),
    originators: payoutOriginatorsOf(config),
    tellOrganisation: async () => {
      // Letters are ready and have no post yet: organisations get no mail.
    },
  });
}
