import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../../domain/errors.ts';
import type { OrganisationId, ReconciliationRunId } from '../../domain/ids.ts';
import { signatureOf, type Principal } from '../../domain/principal.ts';
import { recordAct } from '../../entities/audit.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork, type Orm } from '../../entities/orm.ts';
import {
  insertRun,
  loadRun,
  readCheckpoint,
  type NewRun,
  type ReconciliationRunFacts,
} from '../../entities/reconciliation/reconciliation-runs.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import { rowsIn, runIn } from '../../entities/unit-sql.ts';
import { reconcileRunWorkflowId } from '../../workflows/reconciliation/reconcile-day.messages.ts';
import type { reconcileDay } from '../../workflows/reconciliation/reconcile-day.workflow.ts';
import { refusedField } from '../refused-field.ts';

export interface ReconciliationParts {
  readonly orm: Orm;
  readonly pool: SqlPool;
  readonly temporal: Client;
  /** The queue of what may be late. */
  readonly bulkTaskQueue: string;
  /** How long a caller waits for Temporal. */
  readonly deadlineMs: number;
}

/** What is to be read; by default all since the last time, up to now. */
export interface ReconciliationWish {
  readonly processorAccount: string;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

const longestMs = 400 * 24 * 3_600_000;

/** A run that may be made: everything that could be refused was. */
export interface PlannedReconciliation extends NewRun {
  readonly organisationId: OrganisationId | null;
}

/** The run that is wished for. Throws `not_found`, `invalid_request`, `period_not_over`. */
export async function planReconciliation(
  { orm, pool }: ReconciliationParts,
  { wish, principal }: { readonly principal: Principal; readonly wish: ReconciliationWish },
): Promise<PlannedReconciliation> {
  const account = await scopedTo(unitOfWork(orm), principal).processorAccount(wish.processorAccount);
  if (account?.provider !== 'stripe') {
    throw refusedField('not_found', 'processorAccount', 'names no account whose books can be read');
  }
  const at = new Date().toISOString();
  const from = wish.from ?? (await readCheckpoint(pool, account.id)) ?? account.createdAt.toISOString();
  const until = wish.until ?? at;
  requireRange(from, until, at);
  const startedBy = principal.asserted ?? principal.keyId;
  const id = newId('reconciliationRun') as ReconciliationRunId;
  const run = { id, processorAccountId: account.id, cause: 'manual', startedBy, from, until, at } as const;
  return { ...run, organisationId: account.organisationId ?? null };
}

/** Writes the run down, audited. */
export async function writeReconciliation(
  em: SqlEntityManager,
  { principal, planned }: { readonly principal: Principal; readonly planned: PlannedReconciliation },
): Promise<ReconciliationRunFacts> {
  const { organisationId, ...run } = planned;
  await runIn(em, insertRun(run));
  const act = { ...signatureOf(principal), action: 'reconciliation.start', target: run.id, organisationId };
  recordAct(em, { ...act, after: { from: run.from, until: run.until } });
  return loadRun(rowsIn(em), run.id);
}

/** Starts the workflow of a run that is written down, once: also when whoever wrote it died before they could. */
export async function startReconciliation(parts: ReconciliationParts, id: string): Promise<void> {
  const { processorAccountId, state } = await loadRun(parts.pool, id);
  if (state !== 'running') return;
  const start = () =>
    parts.temporal.workflow.start<typeof reconcileDay>('reconcileDay', {
      workflowId: reconcileRunWorkflowId(id),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      taskQueue: parts.bulkTaskQueue,
      args: [{ schema: 1, processorAccountId, runId: id }],
    });
  try {
    await parts.temporal.withDeadline(Date.now() + parts.deadlineMs, start);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function requireRange(from: string, until: string, now: string): void {
  const length = Date.parse(until) - Date.parse(from);
  if (Date.parse(until) > Date.parse(now)) {
    throw new DomainError('period_not_over', 'The processor has not written this period yet.');
  }
  if (length <= 0) throw refusedField('invalid_request', 'until', `is not later than ${from}`);
  if (length > longestMs) throw refusedField('invalid_request', 'from', 'is more than 400 days before the end');
}
