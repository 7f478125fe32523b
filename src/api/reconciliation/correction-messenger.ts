import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type {
  CorrectionDecision,
  CorrectionSnapshot,
  CorrectionTiming,
} from '../../domain/reconciliation/correction.ts';
import {
  beginCorrection,
  correctionWorkflowId,
  decideCorrection,
} from '../../workflows/reconciliation/correction.messages.ts';
import type { correction } from '../../workflows/reconciliation/correction.workflow.ts';
import { moneyWorkflowStart } from '../money-workflow-start.ts';
import { UpdateCalls, type Silence } from '../update-calls.ts';

export interface CorrectionMessengerSettings {
  readonly taskQueue: string;
  /** How long a caller waits before it gets 202 and where to look. */
  readonly deadlineMs: number;
  readonly timing: CorrectionTiming;
}

/** Carries messages to the workflows of corrections, the only writers of them. */
export class CorrectionMessenger {
  readonly #client: Client;
  readonly #settings: CorrectionMessengerSettings;
  readonly #updates: UpdateCalls<CorrectionSnapshot>;

  constructor(client: Client, settings: CorrectionMessengerSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#updates = new UpdateCalls(client, settings.deadlineMs);
  }

  /** Starts the workflow, or finds it, and waits until the correction is booked, refused, or waits for its second person. */
  begin(correctionId: string, updateId: string): Promise<CorrectionSnapshot | Silence> {
    const { taskQueue, timing } = this.#settings;
    const args: Parameters<typeof correction> = [{ schema: 1, correctionId, ...timing }];
    return this.#updates.once(updateId, () => {
      const start = moneyWorkflowStart<typeof correction>({
        kind: 'correction',
        workflowId: correctionWorkflowId(correctionId),
        taskQueue,
        args,
      });
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof correction>('correction', start);
      return this.#client.workflow.executeUpdateWithStart(beginCorrection, { updateId, startWorkflowOperation });
    });
  }

  /** What the second person has decided; the first decision counts. */
  decide(correctionId: string, decision: CorrectionDecision): Promise<CorrectionSnapshot | Silence> {
    const handle = this.#client.workflow.getHandle<typeof correction>(correctionWorkflowId(correctionId));
    const updateId = `${correctionId}-${decision.verdict}-${decision.by}`;
    return this.#updates.once(updateId, () => handle.executeUpdate(decideCorrection, { updateId, args: [decision] }));
  }
}
