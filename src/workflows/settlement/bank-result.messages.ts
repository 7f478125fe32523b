/** The workflow of a bank's file. */
export function bankResultWorkflowId(resultId: string): string {
  return `bank-result-${resultId}`;
}

export interface BankResultInput {
  readonly schema: 1;
  readonly resultId: string;
}
