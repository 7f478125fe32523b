import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import type { SettlementTiming } from '../../domain/settlement/settlement-run.ts';
import type { settlementRun } from '../../workflows/settlement/settlement-run.workflow.ts';

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

/**
 * Makes the schedule of each zone, or brings it up to date; one that a person has paused stays paused. A run that is
 * late waits for the one before it, and is caught up with for 30 days (decisions D24, temporal.md 1.4).
 */
export async function keepSettlementSchedules(
  client: Client,
  settings: SettlementScheduleSettings,
  zones: readonly string[],
): Promise<number> {
  for (const zone of zones) await keep(client, scheduleOf(settings, zone));
  return zones.length;
}

type Schedule = ReturnType<typeof scheduleOf>;

async function keep(client: Client, schedule: Schedule): Promise<void> {
  try {
    await client.schedule.create(schedule);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies } = schedule;
    const handle = client.schedule.getHandle(schedule.scheduleId);
    await handle.update((before) => ({ ...before, spec, action, policies: { ...before.policies, ...policies } }));
  }
}

function scheduleOf(settings: SettlementScheduleSettings, zone: string) {
  const { day, hour, taskQueue, timing } = settings;
  const scheduleId = settlementScheduleId(settings, zone);
  const args: Parameters<typeof settlementRun> = [{ schema: 1, runId: null, zone, timing }];
  return {
    scheduleId,
    spec: { calendars: [{ dayOfMonth: day, hour, minute: 0 }], timezone: zone },
    action: { type: 'startWorkflow', workflowType: 'settlementRun', workflowId: scheduleId, taskQueue, args },
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '30 days', pauseOnFailure: true },
  } as const satisfies ScheduleOptions;
}
