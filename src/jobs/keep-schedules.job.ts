/** Makes or corrects the schedules of one kind; answers how many there are. */
export type ScheduleKeeper = () => Promise<number>;

/** What keeps schedules; handed in by the process, without the kinds that are turned off. */
export interface KeepSchedulesDependencies {
  readonly schedules: readonly ScheduleKeeper[];
}

/** Whatever has a time of its own has its schedule, also a zone or an account that came a minute ago. */
export async function keepSchedulesUp({ schedules }: KeepSchedulesDependencies): Promise<number> {
  let kept = 0;
  for (const keep of schedules) kept += await keep();
  return kept;
}
