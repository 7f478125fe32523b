import { defineUpdate } from '@temporalio/workflow';
import type { CorrectionDecision, CorrectionSnapshot } from '../../domain/reconciliation/correction.ts';

/** The workflow of a correction; its id is never used twice. */
export function correctionWorkflowId(correctionId: string): string {
  return `correction-${correctionId}`;
}

export interface CorrectionInput {
  readonly schema: 1;
  readonly correctionId: string;
  /** Without a `begin` the workflow ends. */
  readonly beginMs: number;
  /** So long it waits for a second person. */
  readonly approvalMs: number;
}

/** Answers as soon as it is booked, refused, or waits for its second person. */
export const beginCorrection = defineUpdate<CorrectionSnapshot>('beginCorrection');
/** Refused when it was decided already, or is over. */
export const decideCorrection = defineUpdate<CorrectionSnapshot, [CorrectionDecision]>('decideCorrection');
