import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { PayoutAnswer, PayoutCommand } from '../../domain/settlement/payout.ts';

/** The workflow of a payout; it runs again when a bank sends back what was over. */
export function payoutWorkflowId(payoutId: string): string {
  return `payout-${payoutId}`;
}

export interface PayoutInput {
  readonly schema: 1;
  readonly payoutId: string;
  /** News that came to the run before this one and was not looked into. */
  readonly hasNews?: boolean;
}

/** Does what a person or a bank wants, one after the other; answers the payout after it. */
export const actOnPayout = defineUpdate<PayoutAnswer, [PayoutCommand]>('actOnPayout');
/** Its row, or something of it at the processor, was changed by others: look. */
export const payoutNews = defineSignal('payoutNews');
