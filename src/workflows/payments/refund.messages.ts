import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { RefundSnapshot, RefundTiming } from '../../domain/payments/refund-snapshot.ts';

/** The workflow of a refund; a refund's id is never used twice, so neither is this. */
export function refundWorkflowId(refundId: string): string {
  return `refund-${refundId}`;
}

export interface RefundInput {
  readonly schema: 1;
  readonly refundId: string;
  readonly timing: RefundTiming;
}

/** Answers whether it was refused, or how far the processor has come with it. */
export const beginRefund = defineUpdate<RefundSnapshot>('beginRefund');
/** Something may have happened to it at the processor: look. */
export const refundNews = defineSignal('refundNews');
export const refundStatus = defineQuery<RefundSnapshot | null>('refundStatus');
