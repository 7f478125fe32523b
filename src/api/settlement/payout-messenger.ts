import { WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { PayoutAnswer, PayoutCommand } from '../../domain/settlement/payout.ts';
import { bankResultWorkflowId } from '../../workflows/settlement/bank-result.messages.ts';
import type { bankResult } from '../../workflows/settlement/bank-result.workflow.ts';
import { bankStatementWorkflowId } from '../../workflows/reconciliation/bank-statement.messages.ts';
import type { bankStatement } from '../../workflows/reconciliation/bank-statement.workflow.ts';
import { actOnPayout, payoutWorkflowId } from '../../workflows/settlement/payout.messages.ts';
import type { payout } from '../../workflows/settlement/payout.workflow.ts';
import { moneyWorkflowStart } from '../money-workflow-start.ts';
import { UpdateCalls, type Silence } from '../update-calls.ts';

export interface PayoutMessengerSettings {
  /** The queue of what may be late. */
  readonly bulkQueue: string;
  readonly deadlineMs: number;
}

/** Carries messages to the workflows of payouts. */
export class PayoutMessenger {
  readonly #client: Client;
  readonly #settings: PayoutMessengerSettings;
  readonly #calls: UpdateCalls<PayoutAnswer>;

  constructor(client: Client, settings: PayoutMessengerSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#calls = new UpdateCalls(client, settings.deadlineMs);
  }

  /** Has the payout's workflow do it; one whose run is over runs again, since banks send back what they had paid. */
  act(payoutId: string, updateId: string, command: PayoutCommand): Promise<PayoutAnswer | Silence> {
    const start = {
      ...moneyWorkflowStart<typeof payout>({
        kind: 'payout',
        workflowId: payoutWorkflowId(payoutId),
        taskQueue: this.#settings.bulkQueue,
        args: [{ schema: 1, payoutId }],
      }),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    };
    return this.#calls.once(updateId, () => {
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof payout>('payout', start);
      return this.#client.workflow.executeUpdateWithStart(actOnPayout, {
        updateId,
        args: [command],
        startWorkflowOperation,
      });
    });
  }

  /** Starts booking a bank's file, or finds that it was. */
  async tellBankResult(resultId: string): Promise<void> {
    const start = moneyWorkflowStart<typeof bankResult>({
      kind: 'bank_result',
      workflowId: bankResultWorkflowId(resultId),
      taskQueue: this.#settings.bulkQueue,
      args: [{ schema: 1, resultId }],
    });
    await this.#startOnce(() => this.#client.workflow.start<typeof bankResult>('bankResult', start));
  }

  /** Starts comparing a bank's statement with the book, or finds that it was. */
  async compareStatement(statementId: string): Promise<void> {
    const start = moneyWorkflowStart<typeof bankStatement>({
      kind: 'bank_statement',
      workflowId: bankStatementWorkflowId(statementId),
      taskQueue: this.#settings.bulkQueue,
      args: [{ schema: 1, statementId }],
    });
    await this.#startOnce(() => this.#client.workflow.start<typeof bankStatement>('bankStatement', start));
  }

  async #startOnce(start: () => Promise<unknown>): Promise<void> {
    try {
      await this.#client.withDeadline(Date.now() + this.#settings.deadlineMs, start);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}
