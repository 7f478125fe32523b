import { reconcileDailyId } from '../../workflows/reconciliation/reconcile-day.messages.ts';
import type { reconcileDay } from '../../workflows/reconciliation/reconcile-day.workflow.ts';
import { schedulePolicies, type KeptSchedule } from '../temporal-schedules.ts';

/** When a processor's day before is read, local. */
const daily = { hour: 4, minute: 30 } as const;

/** When an account's books are compared with ours; a run reads all since the last one, so one makes up for many. */
export function reconciliationSchedule(
  { taskQueue }: { readonly taskQueue: string },
  account: { readonly id: string; readonly zone: string },
): KeptSchedule {
  const scheduleId = reconcileDailyId(account.id);
  const args: Parameters<typeof reconcileDay> = [{ schema: 1, processorAccountId: account.id, runId: null }];
  return {
    scheduleId,
    spec: { calendars: [daily], timezone: account.zone },
    action: { type: 'startWorkflow', workflowType: 'reconcileDay', workflowId: scheduleId, taskQueue, args },
    policies: schedulePolicies,
  };
}
