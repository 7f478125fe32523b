import { endOfDay, startOfDay } from '../local-day.ts';

/** What the reconciliation downloads are made of: half-open, in instants (ISO 8601 UTC). */
export interface ReconciliationPeriod {
  /** The last day of it, local. */
  readonly referenceDate: string;
  readonly from: string;
  readonly before: string;
}

/**
 * One calendar month up to the end of `referenceDate` in `zone` (cobalt.md 3.7, W-39): it begins on the day after, a
 * month earlier, so that 30 April gives April and nothing of March. Half-open, so that no row is in two months.
 */
export function reconciliationPeriod(referenceDate: string, zone: string): ReconciliationPeriod {
  return {
    referenceDate,
    from: startOfDay(monthEarlier(dayAfter(referenceDate)), zone),
    before: endOfDay(referenceDate, zone),
  };
}

/** The last day of the month before the one that `now` (ISO 8601 UTC) is in, in `zone`. */
export function lastDayOfPreviousMonth(now: string, zone: string): string {
  const shown = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit' });
  const parts = shown.formatToParts(new Date(now));
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  // Day 0 of a month is the last of the one before.
  return new Date(Date.UTC(part('year'), part('month') - 1, 0)).toISOString().slice(0, 10);
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 24 * 3_600_000).toISOString().slice(0, 10);
}

/** The same day of the month before, or its last where there is none such. */
function monthEarlier(day: string): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 2, Math.min(date, last))).toISOString().slice(0, 10);
}
