import { WithStartWorkflowOperation, type Client, type WorkflowStartOptions } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import type { SaleAnswer } from '../../domain/counter/sale-snapshot.ts';
import type { SaleTiming } from '../../domain/counter/sale-timing.ts';
import * as attributes from '../../workflows/search-attributes.messages.ts';
import { begin, terminalSaleWorkflowId } from '../../workflows/counter/terminal-sale.messages.ts';
import type { terminalSale } from '../../workflows/counter/terminal-sale.workflow.ts';
import { UpdateCalls, type Silence } from '../update-calls.ts';

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

/** What became of a message to a sale's workflow: its answer, or why there is none. */
export type MessageOutcome = SaleAnswer | Silence;

/**
 * Carries commands to the workflow of a sale, the only writer of it. The id of an update is the id of the caller's
 * idempotency row: a repeated request attaches to the first one's update and gets its outcome.
 */
export class SaleMessenger {
  readonly #client: Client;
  readonly #settings: SaleMessengerSettings;
  readonly #calls: UpdateCalls<SaleAnswer>;

  constructor(client: Client, settings: SaleMessengerSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#calls = new UpdateCalls(client, settings.deadlineMs);
  }

  /** Starts the sale's workflow, or finds it, and waits until the reader has answered. */
  async begin(updateId: string, order: BeginOrder): Promise<MessageOutcome> {
    return this.#calls.once(updateId, async () => {
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
    return this.#calls.once(message.updateId, () =>
      handle.executeUpdate(update, { updateId: message.updateId, args: [message.command] }),
    );
  }

  /** The outcome of an update that a closed workflow took before it ended, if it did. */
  async outcomeOf(saleId: string, updateId: string): Promise<MessageOutcome> {
    const handle = this.#client.workflow.getHandle(terminalSaleWorkflowId(saleId));
    return this.#calls.once(updateId, () => handle.getUpdateHandle<SaleAnswer>(updateId).result());
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
}
