import type { SettlementTiming } from '../../domain/settlement/settlement-run.ts';
import type { settlementRun } from '../../workflows/settlement/settlement-run.workflow.ts';
import { schedulePolicies, type KeptSchedule } from '../temporal-schedules.ts';

/** When and where months are settled by themselves. */
export interface SettlementScheduleSettings {
  /** Separates deployments that share a Temporal namespace. */
  readonly prefix: string;
  /** Of every month, local; not in the hours that some days have twice or not at all. */
  readonly day: number;
  readonly hour: number;
  readonly taskQueue: string;
  readonly timing: SettlementTiming;
}

/** The schedule of a zone. */
export function settlementScheduleId({ prefix }: Pick<SettlementScheduleSettings, 'prefix'>, zone: string): string {
  return `${prefix}-settlement-${zone}`;
}

/** When the organisations of a zone are settled. */
export function settlementSchedule(settings: SettlementScheduleSettings, zone: string): KeptSchedule {
  const { day, hour, taskQueue, timing } = settings;
  const scheduleId = settlementScheduleId(settings, zone);
  const args: Parameters<typeof settlementRun> = [{ schema: 1, runId: null, zone, timing }];
  return {
    scheduleId,
    spec: { calendars: [{ dayOfMonth: day, hour, minute: 0 }], timezone: zone },
    action: { type: 'startWorkflow', workflowType: 'settlementRun', workflowId: scheduleId, taskQueue, args },
    policies: schedulePolicies,
  };
}
