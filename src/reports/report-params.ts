import { z } from 'zod';
import { isCurrency } from '../domain/currency.ts';
import { DomainError } from '../domain/errors.ts';
import { endOfDay, localDate, startOfDay } from './local-day.ts';

/** Building blocks of reports' parameters; they take the text of a query as well as JSON. */

/** A local day, within the years that people and databases agree on. */
export const localDay = z.iso
  .date()
  .refine((day) => day >= '1900-01-01' && day <= '2999-12-31', 'must be between 1900 and 2999')
  .meta({ examples: ['2026-03-31'] });

/** An IANA zone whose days are meant. */
export const dayZone = z
  .string()
  .max(64)
  .refine(isZone, 'must be an IANA time zone')
  .meta({ description: "Whose days are meant; default: the deployment's", examples: ['Australia/Sydney'] });

/** What every file takes. */
export const fileParams = {
  bom: z.enum(['true', 'false']).default('false').meta({ description: 'Begin a CSV with a byte-order mark' }),
};

/** Books are of one currency at a time. */
export const reportCurrency = z
  .string()
  .refine(isCurrency, 'must be a currency that is supported')
  .default('AUD')
  .meta({ description: 'ISO 4217 code', examples: ['AUD'] });

/** Days that a report is cut to; both ends may be left out. */
export const optionalDays = {
  from: localDay.optional().meta({ description: 'First day, local' }),
  to: localDay.optional().meta({ description: 'Last day, local, all of it' }),
  zone: dayZone.optional(),
};

export interface Days {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly zone?: string | undefined;
}

/** A half-open range of instants, ISO 8601 UTC. */
export interface Instants {
  readonly from: string;
  readonly before: string;
}

/** No report of days is longer. */
const daysAtMost = 3_660;

/**
 * From the beginning of the first to the end of the last day, in the zone that is named or in `zone` (W-39). Throws
 * `DomainError` `invalid_request` when it runs backwards or is longer than ten years.
 */
export function instantsOfDays({ from, to, zone: named }: Days, zone: string): Instants {
  if (from !== undefined && to !== undefined) requireRange(from, to);
  return {
    from: from === undefined ? '1000-01-01T00:00:00Z' : startOfDay(from, named ?? zone),
    before: to === undefined ? '9999-12-31T00:00:00Z' : endOfDay(to, named ?? zone),
  };
}

/** Both ends of `days`, the calendar month before the one of `asOf` where they are left out. */
export function previousMonthUnlessNamed(days: Days, { asOf, zone }: { asOf: string; zone: string }): Required<Days> {
  const named = days.zone ?? zone;
  const first = `${localDate(Date.parse(asOf), named).slice(0, 7)}-01`;
  const lastDay = dayBefore(first);
  const to = days.to ?? (days.from === undefined ? lastDay : localDate(Date.parse(asOf), named));
  return { from: days.from ?? `${to.slice(0, 7)}-01`, to, zone: named };
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 24 * 3_600_000).toISOString().slice(0, 10);
}

function requireRange(from: string, to: string): void {
  const days = (Date.parse(to) - Date.parse(from)) / (24 * 3_600_000);
  if (days < 0) throw refusedDays(`is earlier than ${from}`);
  if (days > daysAtMost) throw refusedDays(`is more than ${daysAtMost} days after ${from}`);
}

function refusedDays(message: string): DomainError {
  const errors = [{ field: 'to', code: 'invalid_request', message }];
  return new DomainError('invalid_request', `The field to ${message}.`, { errors });
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
