import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type {
  DecisionOutcome,
  DecisionRequest,
  SettlementSnapshot,
  SettlementTiming,
} from '../../domain/settlement/settlement-run.ts';

/** The workflow of a run that a person starts; runs of the schedule are named by it. */
export function settlementWorkflowId(runId: string): string {
  return `settlement-${runId}`;
}

export interface SettlementRunInput {
  readonly schema: 1;
  readonly zone: string;
  /** The run's row; null when the schedule starts it, which has none yet. */
  readonly runId: string | null;
  readonly timing: SettlementTiming;
}

/** Waits until the plan is made. */
export const beginSettlement = defineUpdate<SettlementSnapshot>('beginSettlement');
/** Asks for a decision about a run that waits for approval; the same request is decided once. */
export const decideSettlement = defineUpdate<DecisionOutcome, [DecisionRequest]>('decideSettlement');
export const settlementStatus = defineQuery<SettlementSnapshot | null>('settlementStatus');
