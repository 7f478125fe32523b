import { defineUpdate } from '@temporalio/workflow';

/** One workflow per inbox row whose owner is closed: it re-reads the processor and compares with the book. */
export function lateEventWorkflowId(eventRowId: string): string {
  return `late-event-${eventRowId}`;
}

export interface LateEventInput {
  readonly schema: 1;
  readonly eventRowId: string;
  readonly saleId: string;
}

/** What a person did about it, in words for the sale's timeline. */
export interface CloseLateEventCommand {
  readonly actor: string;
  readonly reason: string;
}

export const closeLateEvent = defineUpdate<string, [CloseLateEventCommand]>('close');
