import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { Config } from '../src/config.ts';
import { Organisation } from '../src/entities/organisations/organisation.entity.ts';
import { unitOfWork, type Orm } from '../src/entities/orm.ts';
import { ProcessorAccount } from '../src/entities/processor-account.entity.ts';
import type { ReconcileDayInput } from '../src/workflows/reconciliation/reconcile-day.messages.ts';
import { reconcileDailyId } from '../src/workflows/reconciliation/reconcile-day.messages.ts';

/** When the processors' day before is read, local. */
const daily = { hour: 4, minute: 30 } as const;
const againMs = 600_000;

/**
 * Sees to it that every Stripe account has its schedule, now and as accounts are added; one that is there already stays
 * as operators left it. Answers how to stop.
 */
export function keepReconciliationSchedules(
  config: Config,
  parts: { readonly orm: Orm; readonly client: Client; readonly failed: (error: unknown) => void },
): () => void {
  const ensure = (): void => {
    ensureReconciliationSchedules(config, parts).catch(parts.failed);
  };
  ensure();
  const timer = setInterval(ensure, againMs);
  return () => {
    clearInterval(timer);
  };
}

/** Creates what schedules are missing; running it at once in several processes makes each once. */
export async function ensureReconciliationSchedules(
  config: Config,
  { orm, client }: { readonly orm: Orm; readonly client: Client },
): Promise<void> {
  const em = unitOfWork(orm);
  for (const account of await em.find(ProcessorAccount, { provider: 'stripe' })) {
    const owner = account.organisationId ? await em.findOne(Organisation, { id: account.organisationId }) : null;
    const zone = owner?.zone ?? config.DEFAULT_ZONE;
    try {
      await client.schedule.create(scheduleOf(account.id, zone, config));
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }
}

function scheduleOf(accountId: string, zone: string, config: Config) {
  const input: ReconcileDayInput = { schema: 1, processorAccountId: accountId, runId: null };
  return {
    scheduleId: reconcileDailyId(accountId),
    spec: { calendars: [daily], timezone: zone },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'reconcileDay',
      workflowId: reconcileDailyId(accountId),
      taskQueue: config.TASK_QUEUE_BULK,
      args: [input],
    },
    // The next run reads from the checkpoint: one that was missed needs no run of its own.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
  };
}
