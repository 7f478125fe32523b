import type { Client } from '@temporalio/client';
import { DomainError } from '../../domain/errors.ts';
import type { ReconciliationRunId } from '../../domain/ids.ts';
import { signatureOf, type Principal } from '../../domain/principal.ts';
import { actStatement } from '../../entities/audit.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork, type Orm } from '../../entities/orm.ts';
import {
  insertRun,
  loadRun,
  readCheckpoint,
  type ReconciliationRunFacts,
} from '../../entities/reconciliation/reconciliation-runs.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import { reconcileRunWorkflowId } from '../../workflows/reconciliation/reconcile-day.messages.ts';
import type { reconcileDay } from '../../workflows/reconciliation/reconcile-day.workflow.ts';
import { refusedField } from '../refused-field.ts';

export interface ReconciliationParts {
  readonly orm: Orm;
  readonly pool: SqlPool;
  readonly temporal: Client;
  /** The queue of what may be late. */
  readonly bulkTaskQueue: string;
}

/** What is to be read; by default all since the last time, up to now. */
export interface ReconciliationWish {
  readonly processorAccount: string;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

const longestMs = 400 * 24 * 3_600_000;

/** Starts a run by hand, audited. Throws `not_found`, `invalid_request`, `period_not_over`. */
export async function startReconciliation(
  parts: ReconciliationParts,
  asked: { readonly principal: Principal; readonly wish: ReconciliationWish },
): Promise<ReconciliationRunFacts> {
  const { wish, principal } = asked;
  const account = await scopedTo(unitOfWork(parts.orm), principal).processorAccount(wish.processorAccount);
  if (account?.provider !== 'stripe') {
    throw refusedField('not_found', 'processorAccount', 'names no account whose books can be read');
  }
  const now = new Date().toISOString();
  const from = wish.from ?? (await readCheckpoint(parts.pool, account.id)) ?? account.createdAt.toISOString();
  const until = wish.until ?? now;
  requireRange(from, until, now);
  const id = newId('reconciliationRun') as ReconciliationRunId;
  const startedBy = principal.asserted ?? principal.keyId;
  await parts.pool.transact([
    insertRun({ id, processorAccountId: account.id, cause: 'manual', startedBy, from, until, at: now }),
    actStatement({
      ...signatureOf(principal),
      action: 'reconciliation.start',
      target: id,
      organisationId: account.organisationId ?? null,
      after: { from, until },
    }),
  ]);
  const input = { schema: 1, processorAccountId: account.id, runId: id } as const;
  await parts.temporal.workflow.start<typeof reconcileDay>('reconcileDay', {
    workflowId: reconcileRunWorkflowId(id),
    taskQueue: parts.bulkTaskQueue,
    args: [input],
  });
  return loadRun(parts.pool, id);
}

function requireRange(from: string, until: string, now: string): void {
  const length = Date.parse(until) - Date.parse(from);
  if (Date.parse(until) > Date.parse(now)) {
    throw new DomainError('period_not_over', 'The processor has not written this period yet.');
  }
  if (length <= 0) throw refusedField('invalid_request', 'until', `is not later than ${from}`);
  if (length > longestMs) throw refusedField('invalid_request', 'from', 'is more than 400 days before the end');
}
