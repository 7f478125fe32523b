/** At most one fee sweep at a time per processor account; the next one picks up what this one could not see yet. */
export function processorFeesWorkflowId(processorAccountId: string): string {
  return `processor-fees-${processorAccountId}`;
}

export interface ProcessorFeesInput {
  readonly schema: 1;
  readonly processorAccountId: string;
  /** Captures checked in one activity. */
  readonly pageSize: number;
}
