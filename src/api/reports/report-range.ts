import { z } from 'zod';
import type { SqlPool } from '../../entities/sql-pool.ts';
import { localDayAt } from '../../reports/local-day.ts';
import { daysOf, reportPeriods, type ReportDays } from '../../reports/report-period.ts';
import { readAsOf, type FixedRange } from '../../reports/statement-file.ts';
import { dayRange, instant, instantsOf } from '../local-days.ts';
import { refusedField } from '../refused-field.ts';
import { currency, text } from '../schemas.ts';

/** Which rows of an organisation a report is about. */
export const reportRange = {
  ...dayRange,
  period: z.enum(reportPeriods).optional().meta({ description: 'In place of `from` and `to`; seen from `asOf`' }),
  asOf: instant.optional().meta({ description: 'Not later than now, which is the default' }),
  currency: currency.optional().meta({ description: "Of the organisation's book; its own by default" }),
};

/** Words to look for. */
export const reportSearch = {
  search: text(100).optional().meta({ description: "In descriptions and members' names, in any case" }),
};

export interface AskedRange extends ReportDays {
  readonly period?: (typeof reportPeriods)[number] | undefined;
  readonly asOf?: string | undefined;
}

/** The range that is meant, half-open, with the local days it was asked for by. */
export interface ReportRange {
  readonly range: FixedRange;
  readonly days: ReportDays;
}

/** The range that `asked` means to an organisation in `zone`. Throws `invalid_request` for one that makes no sense. */
export async function rangeOf(pool: SqlPool, asked: AskedRange, zone: string): Promise<ReportRange> {
  const { period, from, to } = asked;
  if (period !== undefined && (from !== undefined || to !== undefined)) {
    throw refusedField('invalid_request', 'period', 'does not go with from or to');
  }
  const asOf = await asOfOf(pool, asked.asOf);
  const days = period === undefined ? { from, to } : daysOf(period, localDayAt(asOf, zone));
  return { range: { ...instantsOf(days, zone), asOf }, days };
}

/** `asked`, or now by the database's clock. Throws `invalid_request` for one that is still to come. */
export async function asOfOf(pool: SqlPool, asked: string | undefined): Promise<string> {
  const asOf = await readAsOf(pool, asked);
  if (asOf === null) throw refusedField('invalid_request', 'asOf', 'is still to come');
  return asOf;
}
