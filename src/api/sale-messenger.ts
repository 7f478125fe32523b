import {
  isGrpcServiceError,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import type { SaleAnswer } from '../domain/sale-snapshot.ts';
import type { SaleTiming } from '../domain/sale-timing.ts';
import * as attributes from '../workflows/search-attributes.messages.ts';
import { begin, terminalSaleWorkflowId } from '../workflows/terminal-sale.messages.ts';
import type { terminalSale } from '../workflows/terminal-sale.workflow.ts';

export interface SaleMessengerSettings {
  readonly taskQueue: string;
  /** How long a caller waits before it gets 202 and where to look. */
  readonly deadlineMs: number;
  readonly timing: SaleTiming;
}

/** What a sale's workflow is started with; amounts are minor units. */
export interface BeginOrder {
  readonly saleId: string;
  readonly organisationId: string;
  readonly readerId: string;
  readonly amountMinor: number;
  /** Shown to operators in the list of workflows. */
  readonly summary: string;
}

/**
 * What became of a message to a sale's workflow. `late`: no answer within the deadline, the message may still be acted
 * on. `away`: Temporal cannot be reached; the same message may be sent again. `closed`: the workflow has ended, or was
 * never there. `rejected`: it did not take the message, and nothing was recorded.
 */
export type MessageOutcome = SaleAnswer | { readonly kind: 'late' | 'away' | 'closed' | 'rejected' };

/**
 * Carries commands to the workflow of a sale, the only writer of it. The id of an update is the id of the caller's
 * idempotency row: a repeated request attaches to the first one's update and gets its outcome.
 */
export class SaleMessenger {
  readonly #client: Client;
  readonly #settings: SaleMessengerSettings;
  /** Callers in this process that wait for the same update share one. */
  readonly #underway = new Map<string, Promise<MessageOutcome>>();

  constructor(client: Client, settings: SaleMessengerSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** Starts the sale's workflow, or finds it, and waits until the reader has answered. */
  async begin(updateId: string, order: BeginOrder): Promise<MessageOutcome> {
    return this.#share(updateId, async () => {
      const operation = new WithStartWorkflowOperation('terminalSale', this.#startOptions(order));
      return this.#client.workflow.executeUpdateWithStart(begin, { updateId, startWorkflowOperation: operation });
    });
  }

  /** Sends a command to a sale under way. */
  async send<Command>(
    update: UpdateDefinition<SaleAnswer, [Command]>,
    message: { readonly saleId: string; readonly updateId: string; readonly command: Command },
  ): Promise<MessageOutcome> {
    const handle = this.#client.workflow.getHandle(terminalSaleWorkflowId(message.saleId));
    return this.#share(message.updateId, () =>
      handle.executeUpdate(update, { updateId: message.updateId, args: [message.command] }),
    );
  }

  /** The outcome of an update that a closed workflow took before it ended, if it did. */
  async outcomeOf(saleId: string, updateId: string): Promise<MessageOutcome> {
    const handle = this.#client.workflow.getHandle(terminalSaleWorkflowId(saleId));
    return this.#share(updateId, () => handle.getUpdateHandle<SaleAnswer>(updateId).result());
  }

  #startOptions(
    order: BeginOrder,
  ): WorkflowStartOptions<typeof terminalSale> & { workflowIdConflictPolicy: 'USE_EXISTING' } {
    return {
      workflowId: terminalSaleWorkflowId(order.saleId),
      taskQueue: this.#settings.taskQueue,
      args: [{ schema: 1, saleId: order.saleId, timing: this.#settings.timing }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      // A worker that died with a task in its hands keeps a cashier waiting for so long.
      workflowTaskTimeout: '5 seconds',
      staticSummary: order.summary,
      priority: { priorityKey: 1 },
      typedSearchAttributes: [
        { key: attributes.payState, value: 'created' },
        { key: attributes.payKind, value: 'sale' },
        { key: attributes.organisationKey, value: order.organisationId },
        { key: attributes.readerKey, value: order.readerId },
        { key: attributes.amountMinor, value: order.amountMinor },
        { key: attributes.needsAttention, value: false },
      ],
    };
  }

  async #share(updateId: string, work: () => Promise<SaleAnswer>): Promise<MessageOutcome> {
    const running = this.#underway.get(updateId);
    if (running !== undefined) return running;
    const answer = this.#withinDeadline(work).finally(() => this.#underway.delete(updateId));
    this.#underway.set(updateId, answer);
    return answer;
  }

  async #withinDeadline(work: () => Promise<SaleAnswer>): Promise<MessageOutcome> {
    try {
      return await this.#client.withDeadline(Date.now() + this.#settings.deadlineMs, work);
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
  const silence = grpcSilence(error instanceof ServiceError ? error.cause : error);
  if (silence === undefined) throw error;
  return silence;
}

/** The workflow was ended from outside after it had taken the message: what it did about it is not known. */
function isCutOff(cause: unknown): boolean {
  return cause instanceof ApplicationFailure && cause.type === 'AcceptedUpdateCompletedWorkflow';
}

// gRPC's codes by number: a deadline or a cancellation is lateness; no connection or no capacity is absence.
const lateCodes: ReadonlySet<number> = new Set([1, 4]);
const awayCodes: ReadonlySet<number> = new Set([8, 13, 14]);

function grpcSilence(error: unknown): 'late' | 'away' | undefined {
  if (!isGrpcServiceError(error)) return undefined;
  if (lateCodes.has(error.code)) return 'late';
  return awayCodes.has(error.code) ? 'away' : undefined;
}
