import { asyncLocalStorage } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { DomainError } from '../domain/errors.ts';
import { ProcessorSilence } from '../domain/processor-silence.ts';

const heartbeatMs = 1_000;

/**
 * The edge between our errors and Temporal's: a rule that said no is not retried, a silent processor is retried after
 * the pause it asked for, everything else is retried as the workflow says. While it works it says so every second, so
 * that the death of its worker is known long before its time is up.
 */
export async function activityEdge<T>(work: () => Promise<T>): Promise<T> {
  const context = asyncLocalStorage.getStore();
  const pulse = setInterval(() => context?.heartbeat(), heartbeatMs);
  try {
    return await work();
  } catch (error) {
    // A conflict means that the rows moved since they were read: the next try reads them afresh.
    if (error instanceof DomainError && error.code !== 'conflict')
      throw ApplicationFailure.nonRetryable(error.message, error.code);
    if (error instanceof ProcessorSilence && error.retryAfterMs !== null) {
      throw ApplicationFailure.create({
        message: error.message,
        type: error.name,
        nextRetryDelay: error.retryAfterMs,
        cause: error,
      });
    }
    throw error;
  } finally {
    clearInterval(pulse);
  }
}
