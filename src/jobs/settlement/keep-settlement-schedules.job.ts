/** What keeps the schedules of settlements; handed in by the process. */
export interface KeepSettlementSchedulesDependencies {
  /** The zones that organisations live in now. */
  readonly settlementZones: () => Promise<readonly string[]>;
  /** Makes or corrects the schedules of zones; answers how many there are. Null: months are settled by hand only. */
  readonly keepSchedules: ((zones: readonly string[]) => Promise<number>) | null;
}

/** Each zone with organisations has its schedule, also one whose first organisation came a minute ago. */
export async function keepSettlementSchedulesUp(deps: KeepSettlementSchedulesDependencies): Promise<number> {
  if (deps.keepSchedules === null) return 0;
  return deps.keepSchedules(await deps.settlementZones());
}
