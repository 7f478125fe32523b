import { z } from 'zod';
import type { SettlementSettings } from '../src/api/settlement/settlement-routes.ts';
import type { Config } from '../src/config.ts';
import type { SettlementRules } from '../src/domain/settlement/settlement-plan.ts';
import { settlementTiming, type SettlementTiming } from '../src/domain/settlement/settlement-run.ts';
import { feeTaxesFrom } from './fee-taxes.ts';
import { sealKeysOf } from './seal-keys.ts';

const minimums = z.record(z.string().regex(/^[A-Z]{3}$/), z.int().nonnegative());
const timing = z.strictObject({
  remindMs: z.int().positive().optional(),
  expireMs: z.int().positive().nullable().optional(),
});

/** What a plan goes by. */
export function settlementRulesOf(config: Pick<Config, 'FEE_TAXES' | 'SETTLEMENT_MINIMUM'>): SettlementRules {
  return {
    feeTaxes: feeTaxesFrom(config.FEE_TAXES),
    minimums: minimums.parse(JSON.parse(config.SETTLEMENT_MINIMUM ?? '{}')),
  };
}

/** How long a run waits for people. */
export function settlementTimingOf({ SETTLEMENT_TIMING }: Pick<Config, 'SETTLEMENT_TIMING'>): SettlementTiming {
  const { remindMs, expireMs } = timing.parse(JSON.parse(SETTLEMENT_TIMING ?? '{}'));
  return {
    remindMs: remindMs ?? settlementTiming.remindMs,
    expireMs: expireMs === undefined ? settlementTiming.expireMs : expireMs,
  };
}

/** What the API knows of settlements. */
export function settlementSettingsOf(config: Config): SettlementSettings {
  return {
    taskQueueBulk: config.TASK_QUEUE_BULK,
    timing: settlementTimingOf(config),
    rules: settlementRulesOf(config),
    approvalsWanted: config.SETTLEMENT_APPROVALS,
    sealKeys: sealKeysOf(config),
  };
}
