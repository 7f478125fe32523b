/** One workflow per inbox row whose owner is closed: it re-reads the processor and compares with the book. */
export function lateEventWorkflowId(eventRowId: string): string {
  return `late-event-${eventRowId}`;
}

export interface LateEventInput {
  readonly schema: 1;
  readonly eventRowId: string;
  readonly saleId: string;
}
