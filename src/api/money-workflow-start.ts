import type { WorkflowStartOptions } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import * as attributes from '../workflows/search-attributes.messages.ts';

export interface MoneyWorkflow<W extends Workflow> {
  /** What operators filter by. */
  readonly kind: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: Parameters<W>;
}

/** How the workflow of a member's money is started: once for ever, and found when it runs already. */
export function moneyWorkflowStart<W extends Workflow>({
  kind,
  ...start
}: MoneyWorkflow<W>): WorkflowStartOptions<W> & { workflowIdConflictPolicy: 'USE_EXISTING' } {
  return {
    ...start,
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    // A worker that died with a task in its hands keeps a member waiting for so long.
    workflowTaskTimeout: '5 seconds',
    typedSearchAttributes: [
      { key: attributes.payState, value: 'created' },
      { key: attributes.payKind, value: kind },
      { key: attributes.needsAttention, value: false },
    ],
  } as unknown as WorkflowStartOptions<W> & { workflowIdConflictPolicy: 'USE_EXISTING' };
}
