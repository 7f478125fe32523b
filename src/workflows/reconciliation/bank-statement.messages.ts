/** The workflow of a bank's statement. */
export function bankStatementWorkflowId(statementId: string): string {
  return `bank-statement-${statementId}`;
}

export interface BankStatementInput {
  readonly schema: 1;
  readonly statementId: string;
}
