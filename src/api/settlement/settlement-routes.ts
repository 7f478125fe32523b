import type { Client } from '@temporalio/client';
import type { SettlementRules } from '../../domain/settlement/settlement-plan.ts';
import type { SettlementTiming } from '../../domain/settlement/settlement-run.ts';
import type { AnswerKeeper } from '../../entities/answer-keeper.ts';
import type { SealKeys } from '../../entities/sealed-text.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import type { Route } from '../route.ts';
import { settlementDecisionRoutes } from '../routes/settlement/settlement-decisions.route.ts';
import { settlementFileRoutes } from '../routes/settlement/settlement-files.route.ts';
import { settlementRoutes } from '../routes/settlement/settlements.route.ts';
import { SettlementMessenger } from './settlement-messenger.ts';

/** Figures of a deployment that settlements go by. */
export interface SettlementSettings {
  /** The queue of what may be late. */
  readonly taskQueueBulk: string;
  readonly timing: SettlementTiming;
  readonly rules: SettlementRules;
  readonly approvalsWanted: number;
  readonly sealKeys: SealKeys;
}

export interface SettlementRouteDependencies {
  readonly pool: SqlPool;
  readonly temporal: Client;
  readonly answers: AnswerKeeper;
  readonly settings: { readonly deadlineMs: number; readonly settlement: SettlementSettings };
}

/** Everything that finance does with a month's end. */
export function monthEndRoutes({ pool, temporal, answers, settings }: SettlementRouteDependencies): readonly Route[] {
  const { taskQueueBulk: taskQueue, timing, ...figures } = settings.settlement;
  const messenger = new SettlementMessenger(temporal, { taskQueue, deadlineMs: settings.deadlineMs, timing });
  const parts = { pool, answers, messenger, ...figures };
  return [...settlementRoutes(parts), ...settlementDecisionRoutes(parts), ...settlementFileRoutes(parts)];
}
