import { WithStartWorkflowOperation, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { CheckoutTiming, PaymentSnapshot, TopUpSnapshot } from '../../domain/payments/payment-snapshot.ts';
import { autoTopUpWorkflowId, cardSaved } from '../../workflows/cards/auto-top-up.messages.ts';
import {
  beginPayment,
  bookPayment,
  cancelPayment,
  cardNews,
  interactivePaymentWorkflowId,
  type InteractivePaymentInput,
} from '../../workflows/payments/interactive-payment.messages.ts';
import type { interactivePayment } from '../../workflows/payments/interactive-payment.workflow.ts';
import { beginTopUp, cancelTopUp, manualTopUpWorkflowId } from '../../workflows/cards/manual-top-up.messages.ts';
import type { manualTopUp } from '../../workflows/cards/manual-top-up.workflow.ts';
import {
  beginBatch,
  paymentBatchWorkflowId,
  type BatchSnapshot,
} from '../../workflows/payments/payment-batch.messages.ts';
import type { paymentBatch } from '../../workflows/payments/payment-batch.workflow.ts';
import { moneyWorkflowStart } from '../money-workflow-start.ts';
import { UpdateCalls, type Silence } from '../update-calls.ts';

export interface MemberMoneySettings {
  readonly taskQueue: string;
  /** How long a caller waits before it gets 202 and where to look. */
  readonly deadlineMs: number;
  readonly timing: CheckoutTiming;
}

/** Carries messages to the workflows of payments and top-ups, the only writers of them. */
export class MemberMoneyMessenger {
  readonly #client: Client;
  readonly #settings: MemberMoneySettings;
  readonly #payments: UpdateCalls<PaymentSnapshot>;
  readonly #batches: UpdateCalls<BatchSnapshot>;
  readonly #topUps: UpdateCalls<TopUpSnapshot>;

  constructor(client: Client, settings: MemberMoneySettings) {
    this.#client = client;
    this.#settings = settings;
    this.#payments = new UpdateCalls(client, settings.deadlineMs);
    this.#batches = new UpdateCalls(client, settings.deadlineMs);
    this.#topUps = new UpdateCalls(client, settings.deadlineMs);
  }

  /** Starts the payment's workflow, or finds it, and waits until it is paid or needs a card. */
  beginPayment(paymentId: string, updateId: string): Promise<PaymentSnapshot | Silence> {
    const args: [InteractivePaymentInput] = [{ schema: 1, paymentId, timing: this.#settings.timing }];
    return this.#payments.once(updateId, () => {
      const start = this.#start<typeof interactivePayment>('payment', interactivePaymentWorkflowId(paymentId), args);
      const operation = new WithStartWorkflowOperation<typeof interactivePayment>('interactivePayment', start);
      return this.#client.workflow.executeUpdateWithStart(beginPayment, {
        updateId,
        startWorkflowOperation: operation,
      });
    });
  }

  /** Starts the batch's workflow, or finds it, and waits until every payment of it is over. */
  beginBatch(batchId: string, updateId: string): Promise<BatchSnapshot | Silence> {
    const args: Parameters<typeof paymentBatch> = [{ schema: 1, batchId, timing: this.#settings.timing }];
    return this.#batches.once(updateId, () => {
      const start = this.#start<typeof paymentBatch>('payment_batch', paymentBatchWorkflowId(batchId), args);
      const operation = new WithStartWorkflowOperation<typeof paymentBatch>('paymentBatch', start);
      return this.#client.workflow.executeUpdateWithStart(beginBatch, { updateId, startWorkflowOperation: operation });
    });
  }

  /** Lets a host book within the funds of a payment. */
  bookPayment(paymentId: string, bookingId: string, updateId: string): Promise<PaymentSnapshot | Silence> {
    const handle = this.#client.workflow.getHandle(interactivePaymentWorkflowId(paymentId));
    return this.#payments.once(updateId, () => handle.executeUpdate(bookPayment, { updateId, args: [{ bookingId }] }));
  }

  cancelPayment(paymentId: string, updateId: string): Promise<PaymentSnapshot | Silence> {
    const handle = this.#client.workflow.getHandle(interactivePaymentWorkflowId(paymentId));
    return this.#payments.once(updateId, () => handle.executeUpdate(cancelPayment, { updateId }));
  }

  /** Starts the top-up's workflow, or finds it, and waits for its checkout. */
  beginTopUp(topUpId: string, updateId: string): Promise<TopUpSnapshot | Silence> {
    const args: Parameters<typeof manualTopUp> = [{ schema: 1, topUpId, timing: this.#settings.timing }];
    return this.#topUps.once(updateId, () => {
      const start = this.#start<typeof manualTopUp>('top_up', manualTopUpWorkflowId(topUpId), args);
      const operation = new WithStartWorkflowOperation<typeof manualTopUp>('manualTopUp', start);
      return this.#client.workflow.executeUpdateWithStart(beginTopUp, { updateId, startWorkflowOperation: operation });
    });
  }

  cancelTopUp(topUpId: string, updateId: string): Promise<TopUpSnapshot | Silence> {
    const handle = this.#client.workflow.getHandle(manualTopUpWorkflowId(topUpId));
    return this.#topUps.once(updateId, () => handle.executeUpdate(cancelTopUp, { updateId }));
  }

  /** Lets what follows a card look now; one that is over needs no word. */
  async lookAtCard(of: { readonly paymentId: string } | { readonly topUpId: string }): Promise<void> {
    const id = 'paymentId' in of ? interactivePaymentWorkflowId(of.paymentId) : manualTopUpWorkflowId(of.topUpId);
    try {
      await this.#client.withDeadline(Date.now() + this.#settings.deadlineMs, () =>
        this.#client.workflow.getHandle(id).signal(cardNews),
      );
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  /** Lets the workflow of the member's top-ups look for a saved card. */
  async lookForCard(memberId: string): Promise<void> {
    await this.#client.withDeadline(Date.now() + this.#settings.deadlineMs, () =>
      this.#client.workflow.signalWithStart('autoTopUp', {
        workflowId: autoTopUpWorkflowId(memberId),
        taskQueue: this.#settings.taskQueue,
        args: [{ schema: 1, memberId }],
        signal: cardSaved,
      }),
    );
  }

  #start<W extends Workflow>(kind: string, workflowId: string, args: Parameters<W>) {
    return moneyWorkflowStart<W>({ kind, workflowId, taskQueue: this.#settings.taskQueue, args });
  }
}
