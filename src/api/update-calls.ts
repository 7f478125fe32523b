import {
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

/**
 * Why a message to a workflow has no answer. `late`: none within the deadline, the message may still be acted on.
 * `away`: Temporal cannot be reached, or does not hand it on; the same message may be sent again. `closed`: the workflow has ended, or was never
 * there. `rejected`: it did not take the message, and nothing was recorded.
 */
export interface Silence {
  readonly kind: 'late' | 'away' | 'closed' | 'rejected';
}

/** Updates under way from this process: each has a deadline, and callers that wait for the same one share it. */
export class UpdateCalls<Answer> {
  readonly #client: Client;
  readonly #deadlineMs: number;
  readonly #underway = new Map<string, Promise<Answer | Silence>>();

  constructor(client: Client, deadlineMs: number) {
    this.#client = client;
    this.#deadlineMs = deadlineMs;
  }

  /** Does `work` unless the same update is under way already; answers its outcome, or why there is none. */
  async once(updateId: string, work: () => Promise<Answer>): Promise<Answer | Silence> {
    const running = this.#underway.get(updateId);
    if (running !== undefined) return running;
    const answer = this.#withinDeadline(work).finally(() => this.#underway.delete(updateId));
    this.#underway.set(updateId, answer);
    return answer;
  }

  async #withinDeadline(work: () => Promise<Answer>): Promise<Answer | Silence> {
    try {
      return await this.#client.withDeadline(Date.now() + this.#deadlineMs, work);
    } catch (error) {
      return { kind: silenceOf(error) };
    }
  }
}

/** What the absence of an answer means; an error that means nothing of the kind is thrown on. */
function silenceOf(error: unknown): 'late' | 'away' | 'closed' | 'rejected' {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'late';
  if (error instanceof WorkflowExecutionAlreadyStartedError || error instanceof WorkflowNotFoundError) return 'closed';
  if (error instanceof WorkflowUpdateFailedError) return isCutOff(error.cause) ? 'late' : 'rejected';
  const silence = temporalSilence(error);
  if (silence === undefined) throw error;
  return silence;
}

/** Why Temporal did not answer a call; undefined for an error that means something else. */
export function temporalSilence(error: unknown): 'late' | 'away' | undefined {
  return grpcSilence(error instanceof ServiceError ? error.cause : error);
}

/** The workflow was ended from outside after it had taken the message: what it did about it is not known. */
function isCutOff(cause: unknown): boolean {
  return cause instanceof ApplicationFailure && cause.type === 'AcceptedUpdateCompletedWorkflow';
}

// gRPC's codes by number: a deadline or a cancellation is lateness; no connection or no capacity is absence. So is what
// Temporal refuses to hand on (9, 10): to a workflow whose workers have died one after the other with its task in their
// hands, until one of them has done it.
const lateCodes: ReadonlySet<number> = new Set([1, 4]);
const awayCodes: ReadonlySet<number> = new Set([8, 9, 10, 13, 14]);

function grpcSilence(error: unknown): 'late' | 'away' | undefined {
  if (!isGrpcServiceError(error)) return undefined;
  if (lateCodes.has(error.code)) return 'late';
  return awayCodes.has(error.code) ? 'away' : undefined;
}
