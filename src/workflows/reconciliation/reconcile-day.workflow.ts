import { continueAsNew, proxyActivities, upsertSearchAttributes } from '@temporalio/workflow';
import type { ReconciliationActivities } from '../../activities/reconciliation/reconciliation.activities.ts';
import type { ReconcileDayInput } from './reconcile-day.messages.ts';
import * as attributes from '../search-attributes.messages.ts';

// A day is read until it is read: the processor may be away for long, and nobody waits.
const retry = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' } as const;
const { openScheduledReconciliation, nextReconciliationDay } = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: '1 minute',
  retry,
});
const { readProviderDay, postProviderDay, compareProviderDay } = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '10 seconds',
  retry,
});

/** Reads a processor's day, posts its fees and payouts, and writes down where both books differ; then the next day. */
export async function reconcileDay(input: ReconcileDayInput): Promise<string> {
  const { processorAccountId } = input;
  const runId = input.runId ?? (await openScheduledReconciliation({ processorAccountId }));
  if (runId === null) return 'nothing to read';
  const day = await nextReconciliationDay({ runId });
  if (day === null) return 'done';
  const { lines } = await readProviderDay(day);
  const posted = await postProviderDay(day);
  const { alarms } = await compareProviderDay({ day, soFar: { lines, ...posted } });
  if (alarms > 0) {
    upsertSearchAttributes([
      { key: attributes.needsAttention, value: true },
      { key: attributes.attentionReason, value: 'books_differ' },
    ]);
  }
  return continueAsNew<typeof reconcileDay>({ ...input, runId });
}
