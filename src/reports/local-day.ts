import { invariant } from '../domain/invariant.ts';

/** Local days and times for people. Instants are ISO 8601 UTC, zones IANA names, days `YYYY-MM-DD` (decisions D6). */

/**
 * The instant at which `day` begins in `zone`: the first one that a clock there shows with this date or a later one.
 * Right also where the clock is changed at midnight, and for days of 23 or 25 hours.
 */
export function startOfDay(day: string, zone: string): string {
  const middle = Date.parse(`${day}T00:00:00Z`);
  invariant(!Number.isNaN(middle), `Not a day: ${JSON.stringify(day)}`);
  // No zone is further from UTC than 14 hours; in whole seconds, which is what clocks are changed by.
  let before = middle / 1_000 - 15 * 3_600;
  let after = middle / 1_000 + 15 * 3_600;
  while (after - before > 1) {
    const between = before + ((after - before) >> 1);
    if (localDate(between * 1_000, zone) < day) before = between;
    else after = between;
  }
  return new Date(after * 1_000).toISOString();
}

/** The instant at which the day after `day` begins in `zone`: where a half-open range up to the end of `day` stops. */
export function endOfDay(day: string, zone: string): string {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 24 * 3_600_000);
  return startOfDay(next.toISOString().slice(0, 10), zone);
}

/** `YYYY-MM-DD HH:MM:SS` as a clock in `zone` shows `instant`. */
export function localTimestamp(instant: string, zone: string): string {
  const hour = isPlainUtc(instant) ? localHour(instant.slice(0, 13), zone) : null;
  if (hour !== null) return `${hour}${instant.slice(13, 19)}`;
  const shown = wallClock(instant, zone).toISOString();
  return `${shown.slice(0, 10)} ${shown.slice(11, 19)}`;
}

/** `YYYY-MM-DDTHH:MM:SS…Z`, as rows have it; people may write instants otherwise. */
function isPlainUtc(instant: string): boolean {
  return instant.length >= 20 && instant[10] === 'T' && instant.endsWith('Z');
}

/** Whole hours as clocks in a zone show them, by zone and UTC hour: most rows of a file share theirs with others. */
const localHours = new Map<string, Map<string, string | null>>();
const localHoursMost = 10_000;

/** `YYYY-MM-DD HH` in `zone` for a UTC `YYYY-MM-DDTHH`; null where minutes or seconds differ too, or clocks are changed. */
function localHour(hour: string, zone: string): string | null {
  const hours = localHours.get(zone) ?? new Map<string, string | null>();
  const known = hours.get(hour);
  if (known !== undefined) return known;
  const start = Date.parse(`${hour}:00:00Z`);
  const offset = steadyOffset(floorTo(dayMs, start) / dayMs, zone);
  const isWhole = offset !== null && offset % hourMs === 0;
  const found = isWhole ? new Date(start + offset).toISOString().slice(0, 13).replace('T', ' ') : null;
  if (hours.size >= localHoursMost) hours.clear();
  localHours.set(zone, hours.set(hour, found));
  return found;
}

/** The instant at which a clock in UTC shows what one in `zone` shows at `instant`; for cells that know no zones. */
export function wallClock(instant: string, zone: string): Date {
  const epochMs = Date.parse(instant);
  return new Date(epochMs + (steadyOffset(floorTo(dayMs, epochMs) / dayMs, zone) ?? offsetAt(epochMs, zone)));
}

/** `YYYY-MM-DD`: the date that a calendar in `zone` shows at `instant`. */
export function localDayAt(instant: string, zone: string): string {
  return localDate(Date.parse(instant), zone);
}

/** `2026-04-05`: the date that a calendar in `zone` shows at `instant`. */
export function localDateOf(instant: string, zone: string): string {
  return localDate(Date.parse(instant), zone);
}

/** `5 Apr 2026`: the date that a calendar in `zone` shows at `instant`. */
export function localDayForPeople(instant: string, zone: string): string {
  return dayForPeople(localDate(Date.parse(instant), zone));
}

/** `2026-04-05` as `5 Apr 2026`. */
export function dayForPeople(day: string): string {
  const [year, month, dayOfMonth] = day.split('-').map(Number);
  return `${dayOfMonth ?? ''} ${months[(month ?? 0) - 1] ?? ''} ${year ?? ''}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Offsets of whole days, by zone and day since 1970: a file has a million times in a few hundred days. */
const steadyOffsets = new Map<string, Map<number, number | null>>();
const steadyOffsetsMost = 10_000;

/** What clocks in `zone` are ahead of UTC all through the `day`-th UTC day; null where they are changed within it. */
function steadyOffset(day: number, zone: string): number | null {
  const days = steadyOffsets.get(zone) ?? new Map<number, number | null>();
  const known = days.get(day);
  if (known !== undefined) return known;
  const [first, last] = [offsetAt(day * dayMs, zone), offsetAt((day + 1) * dayMs, zone)];
  const found = first === last ? first : null;
  if (days.size >= steadyOffsetsMost) days.clear();
  steadyOffsets.set(zone, days.set(day, found));
  return found;
}

/** What a clock in `zone` is ahead of UTC, in milliseconds. */
function offsetAt(epochMs: number, zone: string): number {
  const shown = partsAt(epochMs, zone);
  const wall = Date.parse(`${dateOf(shown)}T${shown.hour}:${shown.minute}:${shown.second}Z`);
  return wall - floorTo(1_000, epochMs);
}

/** The greatest multiple of `unit` that is not above `value`, which may be below zero. */
function floorTo(unit: number, value: number): number {
  return value - (((value % unit) + unit) % unit);
}

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

/** The date, `YYYY-MM-DD`, that a calendar in `zone` shows at an instant. */
export function localDate(epochMs: number, zone: string): string {
  return dateOf(partsAt(epochMs, zone));
}

function dateOf({ year, month, day }: Record<Part, string>): string {
  return `${year}-${month}-${day}`;
}

function partsAt(epochMs: number, zone: string): Record<Part, string> {
  const parts = formatOf(zone).formatToParts(epochMs);
  return Object.fromEntries(parts.map(({ type, value }) => [type, value])) as Record<Part, string>;
}

/** Making one takes a thousand times longer than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const twoDigits = {
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  } as const;
  const made = new Intl.DateTimeFormat('en', { timeZone: zone, hourCycle: 'h23', year: 'numeric', ...twoDigits });
  formats.set(zone, made);
  return made;
}
