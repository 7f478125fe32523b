import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type {
  DecisionOutcome,
  DecisionRequest,
  SettlementSnapshot,
  SettlementTiming,
} from '../../domain/settlement/settlement-run.ts';
import { beginSettlement, decideSettlement } from '../../workflows/settlement/settlement-run.messages.ts';
import type { settlementRun } from '../../workflows/settlement/settlement-run.workflow.ts';
import { moneyWorkflowStart } from '../money-workflow-start.ts';
import { UpdateCalls, type Silence } from '../update-calls.ts';

export interface SettlementMessengerSettings {
  readonly taskQueue: string;
  /** How long a caller waits before it gets 202 and where to look. */
  readonly deadlineMs: number;
  readonly timing: SettlementTiming;
}

/** Where a run's messages go. */
export interface SettlementAddress {
  readonly id: string;
  readonly workflowId: string;
  readonly zone: string;
}

/** Carries messages to the workflows of settlement runs, the only writers of them. */
export class SettlementMessenger {
  readonly #client: Client;
  readonly #settings: SettlementMessengerSettings;
  readonly #beginnings: UpdateCalls<SettlementSnapshot>;
  readonly #decisions: UpdateCalls<DecisionOutcome>;

  constructor(client: Client, settings: SettlementMessengerSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#beginnings = new UpdateCalls(client, settings.deadlineMs);
    this.#decisions = new UpdateCalls(client, settings.deadlineMs);
  }

  /** Starts the run's workflow, or finds it, and waits until the plan is made. */
  begin(run: SettlementAddress, updateId: string): Promise<SettlementSnapshot | Silence> {
    const { taskQueue, timing } = this.#settings;
    const args: Parameters<typeof settlementRun> = [{ schema: 1, runId: run.id, zone: run.zone, timing }];
    return this.#beginnings.once(updateId, () => {
      const start = moneyWorkflowStart<typeof settlementRun>({
        kind: 'settlement',
        workflowId: run.workflowId,
        taskQueue,
        args,
      });
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof settlementRun>('settlementRun', start);
      return this.#client.workflow.executeUpdateWithStart(beginSettlement, { updateId, startWorkflowOperation });
    });
  }

  /** Asks for a decision, once per `decisionId`. */
  decide(run: Pick<SettlementAddress, 'workflowId'>, request: DecisionRequest): Promise<DecisionOutcome | Silence> {
    const handle = this.#client.workflow.getHandle<typeof settlementRun>(run.workflowId);
    return this.#decisions.once(request.decisionId, () =>
      handle.executeUpdate(decideSettlement, { args: [request], updateId: request.decisionId }),
    );
  }
}
