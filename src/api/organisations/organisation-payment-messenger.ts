import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type { OrganisationPaymentSnapshot } from '../../domain/organisations/organisation-payment.ts';
import {
  beginOrganisationPayment,
  organisationPaymentWorkflowId,
} from '../../workflows/organisations/organisation-payment.messages.ts';
import type { organisationPayment } from '../../workflows/organisations/organisation-payment.workflow.ts';
import { moneyWorkflowStart } from '../money-workflow-start.ts';
import { UpdateCalls, type Silence } from '../update-calls.ts';

export interface OrganisationPaymentMessengerSettings {
  readonly taskQueue: string;
  readonly deadlineMs: number;
  /** Without a `begin` for so long the workflow gives up. */
  readonly beginMs: number;
}

/** Carries messages to the workflows of organisations' payments, the only writers of them. */
export class OrganisationPaymentMessenger {
  readonly #client: Client;
  readonly #settings: OrganisationPaymentMessengerSettings;
  readonly #calls: UpdateCalls<OrganisationPaymentSnapshot>;

  constructor(client: Client, settings: OrganisationPaymentMessengerSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#calls = new UpdateCalls(client, settings.deadlineMs);
  }

  /** Starts the payment's workflow, or finds it; it is over when this answers. */
  begin(id: string, updateId: string): Promise<OrganisationPaymentSnapshot | Silence> {
    const { taskQueue, beginMs } = this.#settings;
    const args: Parameters<typeof organisationPayment> = [{ schema: 1, organisationPaymentId: id, beginMs }];
    return this.#calls.once(updateId, () => {
      const start = moneyWorkflowStart<typeof organisationPayment>({
        kind: 'organisation_payment',
        workflowId: organisationPaymentWorkflowId(id),
        taskQueue,
        args,
      });
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof organisationPayment>(
        'organisationPayment',
        start,
      );
      return this.#client.workflow.executeUpdateWithStart(beginOrganisationPayment, {
        updateId,
        startWorkflowOperation,
      });
    });
  }
}
