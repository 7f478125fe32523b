import { setTimeout } from 'node:timers/promises';
import { asyncLocalStorage } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { DomainError } from '../domain/errors.ts';
import { ProcessorSilence } from '../domain/processor-silence.ts';

const heartbeatMs = 1_000;
/** A call that failed at once may do at the next moment: asked here again, it costs no way through Temporal. */
const secondTryMs = 50;
const atOnceMs = 1_000;

/**
 * The edge between our errors and Temporal's: a rule that said no is not retried, a silent processor is retried after
 * the pause it asked for, everything else is retried as the workflow says. While it works it says so every second, so
 * that the death of its worker is known long before its time is up; `progress` is where the next one goes on.
 */
export async function activityEdge<T>(work: () => Promise<T>, progress?: () => unknown): Promise<T> {
  const context = asyncLocalStorage.getStore();
  const pulse = setInterval(() => context?.heartbeat(progress?.()), heartbeatMs);
  try {
    return await persist(work);
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

/**
 * Once more, if the processor failed at once and did not say when to come again: the work is idempotent and keeps its keys.
 * What took long is left to the workflow, whose time it would take twice.
 */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  try {
    return await work();
  } catch (error) {
    const isBrief = error instanceof ProcessorSilence && error.retryAfterMs === null;
    if (!isBrief || Date.now() - began > atOnceMs) throw error;
    await setTimeout(secondTryMs);
    return work();
  }
}
