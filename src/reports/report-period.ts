/** The periods that reports are often asked for, and the local days that they are made of (cobalt.md 3.3). */
export const reportPeriods = ['month_to_date', 'year_to_date', 'last_month', 'last_year', 'all'] as const;
export type ReportPeriod = (typeof reportPeriods)[number];

/** First and last local day, `YYYY-MM-DD`; open where there is none. */
export interface ReportDays {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The days of `period` as it is seen on the local day `today`. */
export function daysOf(period: ReportPeriod, today: string): ReportDays {
  const year = Number(today.slice(0, 4));
  const month = Number(today.slice(5, 7));
  switch (period) {
    case 'month_to_date':
      return { from: dayOf(year, month, 1), to: today };
    case 'year_to_date':
      return { from: dayOf(year, 1, 1), to: today };
    case 'last_month':
      return { from: dayOf(year, month - 1, 1), to: dayOf(year, month, 0) };
    case 'last_year':
      return { from: dayOf(year - 1, 1, 1), to: dayOf(year - 1, 12, 31) };
    case 'all':
      return {};
  }
}

/** Months and days out of their range count into the years and months beside them: day 0 is the last of the month before. */
function dayOf(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}
