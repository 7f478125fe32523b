import { defineUpdate } from '@temporalio/workflow';
import type { InternalRefundSnapshot } from '../../domain/organisations/internal-refund.ts';

/** The workflow of an internal refund; its id is never used twice. */
export function internalRefundWorkflowId(internalRefundId: string): string {
  return `internal-refund-${internalRefundId}`;
}

export interface InternalRefundInput {
  readonly schema: 1;
  readonly internalRefundId: string;
  /** Without a `begin` the workflow ends. */
  readonly beginMs: number;
}

export const beginInternalRefund = defineUpdate<InternalRefundSnapshot>('beginInternalRefund');
