import { ActivityFailure, isCancellation } from '@temporalio/workflow';

/** An activity that failed means that we do not know, never that nothing happened. */
export function isSilence(error: unknown): boolean {
  return error instanceof ActivityFailure && !isCancellation(error);
}
