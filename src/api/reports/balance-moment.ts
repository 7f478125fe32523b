import { z } from 'zod';
import type { BalanceInstant } from '../../reports/holder-balance.ts';
import { endOfDay, startOfDay } from '../../reports/local-day.ts';
import { localDay } from '../../reports/report-params.ts';
import { instant } from '../local-days.ts';
import { refusedField } from '../refused-field.ts';

/** Which balance is asked for. */
export const balanceMoment = z.strictObject({
  at: instant.optional().meta({ description: 'An instant; what was recorded at it counts' }),
  day: localDay.optional().meta({ description: 'A local day; not with `at`' }),
  edge: z.enum(['start', 'end']).optional().meta({ description: 'Of `day`; default: end' }),
});

/** The instant meant, in `zone`; null for now. What was recorded at a midnight belongs to the day that begins (BAD-01). */
export function instantAsked({ at, day, edge }: z.output<typeof balanceMoment>, zone: string): BalanceInstant | null {
  if (at !== undefined && day !== undefined) throw refusedField('invalid_request', 'day', 'does not go with at');
  if (edge !== undefined && day === undefined) throw refusedField('invalid_request', 'edge', 'needs a day');
  if (at !== undefined) return { at, isInclusive: true };
  if (day === undefined) return null;
  return { at: edge === 'start' ? startOfDay(day, zone) : endOfDay(day, zone), isInclusive: false };
}
