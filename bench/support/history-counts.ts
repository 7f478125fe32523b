/** As much of a recorded history as is counted here. */
export interface RecordedHistory {
  readonly events?: readonly object[] | null;
}

/** What a workflow's history holds of each kind of hop. */
export interface HistoryCounts {
  readonly events: number;
  readonly updates: number;
  readonly activities: number;
  readonly signals: number;
  readonly timers: number;
  readonly workflowTasks: number;
}

const marks = {
  updates: 'workflowExecutionUpdateAcceptedEventAttributes',
  activities: 'activityTaskScheduledEventAttributes',
  signals: 'workflowExecutionSignaledEventAttributes',
  timers: 'timerStartedEventAttributes',
  workflowTasks: 'workflowTaskScheduledEventAttributes',
} as const;

/** Counts the hops of a history: each kind by the event that begins it. */
export function countHistory(history: RecordedHistory): HistoryCounts {
  const events = history.events ?? [];
  const count = (mark: string): number =>
    events.filter((event) => (event as Record<string, unknown>)[mark] != null).length;
  return {
    events: events.length,
    updates: count(marks.updates),
    activities: count(marks.activities),
    signals: count(marks.signals),
    timers: count(marks.timers),
    workflowTasks: count(marks.workflowTasks),
  };
}
