import { DomainError } from '../errors.ts';

/** A local month as `2026-10`; the runs of a zone are named by it (decisions D24). */
const form = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** `text` as a month that there is, between 2000 and 2999. Throws `period_unknown`. */
export function parsePeriod(text: string): string {
  const year = Number(form.exec(text)?.[1] ?? 0);
  if (year >= 2000 && year <= 2999) return text;
  throw new DomainError('period_unknown', `Not a month: ${JSON.stringify(text)}; write it as 2026-10.`);
}

/** The month before the one that has `day` (`2026-11-01`): what is settled on that day. */
export function periodBefore(day: string): string {
  const [year = 0, month = 0] = day.split('-').map(Number);
  return month === 1 ? named(year - 1, 12) : named(year, month - 1);
}

/** The first day after `period`, as `2026-11-01`. */
export function dayAfterPeriod(period: string): string {
  const [year = 0, month = 0] = period.split('-').map(Number);
  return `${month === 12 ? named(year + 1, 1) : named(year, month + 1)}-01`;
}

function named(year: number, month: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
}
