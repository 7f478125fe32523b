import type { CorrectionRules } from '../src/api/reconciliation/correction-writing.ts';
import type { Config } from '../src/config.ts';
import { correctionTiming } from '../src/domain/reconciliation/correction.ts';
import { feeTaxesFrom } from './fee-taxes.ts';

/** What corrections by hand go by. */
export function correctionRulesOf(
  config: Pick<Config, 'ADJUSTMENT_APPROVAL_ABOVE_MINOR' | 'ADJUSTMENT_APPROVAL_MS' | 'FEE_TAXES'>,
): CorrectionRules {
  return {
    approvalAboveMinor: config.ADJUSTMENT_APPROVAL_ABOVE_MINOR ?? null,
    timing: { ...correctionTiming, approvalMs: config.ADJUSTMENT_APPROVAL_MS },
    feeTaxes: feeTaxesFrom(config.FEE_TAXES),
  };
}
