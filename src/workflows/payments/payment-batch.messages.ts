import { defineUpdate } from '@temporalio/workflow';
import type { CheckoutTiming } from '../../domain/payments/payment-snapshot.ts';

/** The workflow of a batch; a batch's id is never used twice, so neither is this. */
export function paymentBatchWorkflowId(batchId: string): string {
  return `batch-${batchId}`;
}

export interface PaymentBatchInput {
  readonly schema: 1;
  readonly batchId: string;
  readonly timing: CheckoutTiming;
}

/** Every payment of the batch is over when it answers; the rows say how. */
export interface BatchSnapshot {
  readonly state: 'done';
  readonly paid: number;
  readonly refused: number;
}

export const beginBatch = defineUpdate<BatchSnapshot>('beginBatch');
