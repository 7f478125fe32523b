import type { NativeConnection } from '@temporalio/worker';
import { Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { createBankStatementActivities } from '../src/activities/reconciliation/bank-statement.activities.ts';
import {
  createSettlementActivities,
  type SettlementDependencies,
} from '../src/activities/settlement/settlement.activities.ts';
import { createReconciliationActivities } from '../src/activities/reconciliation/reconciliation.activities.ts';
import type { ReconciliationDependencies } from '../src/activities/reconciliation/reconciliation-desk.ts';
import type { PayoutDependencies } from '../src/activities/settlement/payout-desk.ts';
import { createPayoutActivities } from '../src/activities/settlement/payout.activities.ts';
import { payoutPost } from '../src/activities/settlement/payout-post.ts';
import type { Config } from '../src/config.ts';
import { feeTaxesFrom } from './fee-taxes.ts';
import { bankCalendarOf, invoiceIssuerOf, payoutOriginatorsOf, payoutRulesOf } from './payout-rules.ts';
import { settlementRulesOf } from './settlement-settings.ts';

/** What the bulk queue's activities stand on. */
export interface BulkDependencies
  extends ReconciliationDependencies, Pick<PayoutDependencies, 'orm' | 'pool' | 'poster' | 'now' | 'transfersAt'> {
  readonly connection: NativeConnection;
  readonly config: Config;
}

/** What the workflows of the `bulk` queue do in the world: settlements, payouts and reconciliation. */
export function createBulkActivities({ connection, config, ...deps }: BulkDependencies): object {
  const payouts: PayoutDependencies & typeof deps = {
    ...deps,
    payoutRules: payoutRulesOf(config),
    calendar: bankCalendarOf(config),
    originators: payoutOriginatorsOf(config),
    issuer: invoiceIssuerOf(config),
    feeTaxes: feeTaxesFrom(config.FEE_TAXES),
    tellOrganisation: payoutPost(deps),
  };
  return {
    ...createReconciliationActivities(deps),
    ...createPayoutActivities(payouts),
    ...createBankStatementActivities(payouts),
    ...createSettlementActivities({
      ...deps,
      settlementRules: settlementRulesOf(config),
      scheduled: { approvalsWanted: config.SETTLEMENT_APPROVALS, capsShort: config.SETTLEMENT_CAPS },
      startPayouts: payoutStarter(connection, config),
    }),
  };
}

/** Starts that are under way at once: enough to fill the way there and back. */
const startsAtOnce = 10;

/** Each payout has one workflow for ever; one that runs, or has run, is left alone. */
function payoutStarter(connection: NativeConnection, config: Config): SettlementDependencies['startPayouts'] {
  const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  const start = async (payoutId: string): Promise<void> => {
    try {
      await client.workflow.start('payout', {
        workflowId: `payout-${payoutId}`,
        taskQueue: config.TASK_QUEUE_BULK,
        args: [{ schema: 1, payoutId }],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };
  return async (payoutIds) => {
    const waiting = payoutIds.values();
    const lane = async (): Promise<void> => {
      for (const payoutId of waiting) await start(payoutId);
    };
    await Promise.all(Array.from({ length: startsAtOnce }, lane));
  };
}
