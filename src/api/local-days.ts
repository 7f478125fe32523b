import { z } from 'zod';
import { endOfDay, startOfDay } from '../reports/local-day.ts';
import { localDay } from '../reports/report-params.ts';
import { refusedField } from './refused-field.ts';

/** An instant in UTC, as exact as the book is. */
export const instant = z.iso
  .datetime()
  .regex(/:\d\d(\.\d{1,6})?Z$/, 'must have seconds, with at most six places')
  .refine((at) => at >= '1000', 'must be later than the year 1000')
  .meta({ examples: ['2026-03-31T13:00:00Z'] });

/** Days of a query; both ends may be left out. */
export const dayRange = {
  from: localDay.optional().meta({ description: 'First day, local' }),
  to: localDay.optional().meta({ description: 'Last day, local, all of it' }),
};

export interface DayRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The half-open range of instants from the beginning of `from` to the end of `to` in `zone`. Throws `invalid_request`
 * when it runs backwards.
 */
export function instantsOf({ from, to }: DayRange, zone: string): { readonly from?: string; readonly before?: string } {
  if (from !== undefined && to !== undefined && to < from) {
    throw refusedField('invalid_request', 'to', `is earlier than ${from}`);
  }
  return {
    ...(from === undefined ? {} : { from: startOfDay(from, zone) }),
    ...(to === undefined ? {} : { before: endOfDay(to, zone) }),
  };
}
