import { defineUpdate } from '@temporalio/workflow';

/** Once per payment of the processor. */
export function strayMoneyWorkflowId(paymentRef: string): string {
  return `stray-money-${paymentRef}`;
}

export interface StrayMoneyInput {
  readonly schema: 1;
  readonly processorAccountId: string;
  readonly paymentRef: string;
}

/** A person has dealt with it, and says how. */
export const closeStrayMoney = defineUpdate<string, [{ readonly actor: string; readonly reason: string }]>(
  'closeStrayMoney',
);
