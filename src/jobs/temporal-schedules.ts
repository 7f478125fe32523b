import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';

/**
 * What is late waits for the one before it, is caught up with for 30 days, and whatever fails waits for a person
 * (decisions D24, temporal.md 1.4).
 */
export const schedulePolicies = {
  overlap: ScheduleOverlapPolicy.BUFFER_ONE,
  catchupWindow: '30 days',
  pauseOnFailure: true,
} as const satisfies ScheduleOptions['policies'];

/** A schedule that starts a workflow, with all that is brought up to date of it. */
export type KeptSchedule = ScheduleOptions & { readonly action: { readonly workflowId: string } };

/** Makes each schedule, or brings it up to date; one that a person has paused stays paused. Answers how many there are. */
export async function keepSchedules(client: Client, schedules: readonly KeptSchedule[]): Promise<number> {
  for (const schedule of schedules) await keep(client, schedule);
  return schedules.length;
}

async function keep(client: Client, schedule: KeptSchedule): Promise<void> {
  try {
    await client.schedule.create(schedule);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies, scheduleId } = schedule;
    const handle = client.schedule.getHandle(scheduleId);
    await handle.update((before) => ({ ...before, spec, action, policies: { ...before.policies, ...policies } }));
  }
}
