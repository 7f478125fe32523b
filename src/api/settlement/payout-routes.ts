import type { Client } from '@temporalio/client';
import type { AnswerKeeper } from '../../entities/answer-keeper.ts';
import type { Orm } from '../../entities/orm.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import { PayoutMessenger } from './payout-messenger.ts';
import type { PayoutParts, PayoutSettings } from './payout-writing.ts';
import type { Route } from '../route.ts';
import { bankResultRoutes } from '../routes/settlement/bank-results.route.ts';
import { bankStatementRoutes } from '../routes/reconciliation/bank-statements.route.ts';
import { payoutFileRoutes } from '../routes/settlement/payout-files.route.ts';
import { payoutRoutes } from '../routes/settlement/payouts.route.ts';
import { settlementHistoryRoutes } from '../routes/settlement/settlement-history.route.ts';

/** What the routes of payouts stand on. */
export interface PayoutRouteDependencies {
  readonly orm: Orm;
  readonly pool: SqlPool;
  readonly temporal: Client;
  readonly answers: AnswerKeeper;
  readonly payoutSettings: PayoutSettings;
  readonly settings: { readonly deadlineMs: number };
}

/** Everything about what organisations are paid. */
export function allPayoutRoutes(dependencies: PayoutRouteDependencies): readonly Route[] {
  const { orm, pool, answers, payoutSettings, temporal, settings } = dependencies;
  const { bulkQueue } = payoutSettings;
  const payouts = new PayoutMessenger(temporal, { bulkQueue, deadlineMs: settings.deadlineMs });
  const parts: PayoutParts = { orm, pool, answers, payouts, payoutSettings };
  return [
    ...payoutRoutes(parts),
    ...payoutFileRoutes(parts),
    ...bankResultRoutes(parts),
    ...bankStatementRoutes(parts),
    ...settlementHistoryRoutes({ pool, zone: payoutSettings.calendar.zone }),
  ];
}
