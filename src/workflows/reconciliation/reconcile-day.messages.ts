/** The reconciliation of one run that was made by hand. */
export function reconcileRunWorkflowId(runId: string): string {
  return `reconcile-${runId}`;
}

/** The daily one of an account, and the schedule that starts it. */
export function reconcileDailyId(processorAccountId: string): string {
  return `reconcile-daily-${processorAccountId}`;
}

export interface ReconcileDayInput {
  readonly schema: 1;
  readonly processorAccountId: string;
  /** Null from the schedule, which opens a run of its own. */
  readonly runId: string | null;
}
