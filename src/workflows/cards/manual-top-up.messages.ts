import { defineUpdate } from '@temporalio/workflow';
import type { CheckoutTiming, TopUpSnapshot } from '../../domain/payments/payment-snapshot.ts';

/** The workflow of a top-up that a member chose; a top-up's id is never used twice, so neither is this. */
export function manualTopUpWorkflowId(topUpId: string): string {
  return `top-up-${topUpId}`;
}

export interface ManualTopUpInput {
  readonly schema: 1;
  readonly topUpId: string;
  readonly timing: CheckoutTiming;
}

export const beginTopUp = defineUpdate<TopUpSnapshot>('beginTopUp');
export const cancelTopUp = defineUpdate<TopUpSnapshot>('cancelTopUp');
