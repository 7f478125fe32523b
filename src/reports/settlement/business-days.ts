import { startOfDay } from '../local-day.ts';

/** When banks work: not on weekends, nor on the days that are named. */
export interface BankCalendar {
  /** IANA name of the banks’ zone. */
  readonly zone: string;
  /** `YYYY-MM-DD`. */
  readonly holidays: ReadonlySet<string>;
}

const dayMs = 24 * 3_600_000;

/** The local day of `instant` if banks work then, else the next on which they do. */
export function businessDayOf(instant: string, calendar: BankCalendar): string {
  let day = localDayOf(instant, calendar.zone);
  while (!isBusinessDay(day, calendar)) day = nextDay(day);
  return day;
}

/**
 * The instant `days` business days after `instant`, at the same distance from local midnight; `instant` itself for zero.
 * What falls on a day without business counts from the next one’s beginning.
 */
export function afterBusinessDays(instant: string, days: number, calendar: BankCalendar): string {
  if (days === 0) return instant;
  const first = localDayOf(instant, calendar.zone);
  const from = businessDayOf(instant, calendar);
  let day = from;
  for (let counted = 0; counted < days;) {
    day = nextDay(day);
    if (isBusinessDay(day, calendar)) counted += 1;
  }
  const sinceMidnight = from === first ? Date.parse(instant) - Date.parse(startOfDay(first, calendar.zone)) : 0;
  return new Date(Date.parse(startOfDay(day, calendar.zone)) + sinceMidnight).toISOString();
}

function isBusinessDay(day: string, { holidays }: BankCalendar): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidays.has(day);
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + dayMs).toISOString().slice(0, 10);
}

function localDayOf(instant: string, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(Date.parse(instant));
}
