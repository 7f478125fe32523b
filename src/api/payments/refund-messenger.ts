import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type { InternalRefundSnapshot } from '../../domain/organisations/internal-refund.ts';
import type { RefundSnapshot, RefundTiming } from '../../domain/payments/refund-snapshot.ts';
import {
  beginInternalRefund,
  internalRefundWorkflowId,
} from '../../workflows/organisations/internal-refund.messages.ts';
import type { internalRefund } from '../../workflows/organisations/internal-refund.workflow.ts';
import { beginRefund, refundWorkflowId } from '../../workflows/payments/refund.messages.ts';
import type { refund } from '../../workflows/payments/refund.workflow.ts';
import { moneyWorkflowStart } from '../money-workflow-start.ts';
import { UpdateCalls, type Silence } from '../update-calls.ts';

export interface RefundMessengerSettings {
  readonly taskQueue: string;
  /** How long a caller waits before it gets 202 and where to look. */
  readonly deadlineMs: number;
  readonly timing: RefundTiming;
}

/** Carries messages to the workflows of refunds, the only writers of them. */
export class RefundMessenger {
  readonly #client: Client;
  readonly #settings: RefundMessengerSettings;
  readonly #refunds: UpdateCalls<RefundSnapshot>;
  readonly #internal: UpdateCalls<InternalRefundSnapshot>;

  constructor(client: Client, settings: RefundMessengerSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#refunds = new UpdateCalls(client, settings.deadlineMs);
    this.#internal = new UpdateCalls(client, settings.deadlineMs);
  }

  /** Starts the refund's workflow, or finds it, and waits until it is refused or the processor has it. */
  beginRefund(refundId: string, updateId: string): Promise<RefundSnapshot | Silence> {
    const { taskQueue, timing } = this.#settings;
    const args: Parameters<typeof refund> = [{ schema: 1, refundId, timing }];
    return this.#refunds.once(updateId, () => {
      const start = moneyWorkflowStart<typeof refund>({
        kind: 'refund',
        workflowId: refundWorkflowId(refundId),
        taskQueue,
        args,
      });
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof refund>('refund', start);
      return this.#client.workflow.executeUpdateWithStart(beginRefund, { updateId, startWorkflowOperation });
    });
  }

  /** The same for what an organisation gives back; it is over when this answers. */
  beginInternalRefund(internalRefundId: string, updateId: string): Promise<InternalRefundSnapshot | Silence> {
    const { taskQueue, timing } = this.#settings;
    const args: Parameters<typeof internalRefund> = [{ schema: 1, internalRefundId, beginMs: timing.beginMs }];
    return this.#internal.once(updateId, () => {
      const start = moneyWorkflowStart<typeof internalRefund>({
        kind: 'internal_refund',
        workflowId: internalRefundWorkflowId(internalRefundId),
        taskQueue,
        args,
      });
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof internalRefund>('internalRefund', start);
      return this.#client.workflow.executeUpdateWithStart(beginInternalRefund, { updateId, startWorkflowOperation });
    });
  }
}
