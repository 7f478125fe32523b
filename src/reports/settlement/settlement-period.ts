import { dayAfterPeriod, periodBefore } from '../../domain/settlement/settlement-period.ts';
import { localDateOf, startOfDay } from '../local-day.ts';

/** The instant at which `period` is over in `zone`: the beginning of the next local month (decisions D24). */
export function endOfPeriod(period: string, zone: string): string {
  return startOfDay(dayAfterPeriod(period), zone);
}

/** The month that is settled in `zone` at `instant`: the one before, as a calendar there shows it. */
export function periodSettledAt(instant: string, zone: string): string {
  return periodBefore(localDateOf(instant, zone));
}

/** The month that a calendar in `zone` shows at `instant`. */
export function periodAt(instant: string, zone: string): string {
  return localDateOf(instant, zone).slice(0, 7);
}
