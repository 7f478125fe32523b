import { describe, expect, it } from '@jest/globals';
import { afterBusinessDays, businessDayOf } from '../../src/reports/settlement/business-days.ts';

const sydney = { zone: 'Australia/Sydney', holidays: new Set(['2026-11-03']) };

describe('days on which banks work', () => {
  it('leave out weekends and holidays, by the clock of the bank', () => {
    // Friday evening in Greenwich is Saturday in Sydney.
    expect(businessDayOf('2026-10-30T14:00:00Z', sydney)).toBe('2026-11-02');
    expect(businessDayOf('2026-10-30T10:00:00Z', sydney)).toBe('2026-10-30');
    expect(businessDayOf('2026-11-02T20:00:00Z', sydney)).toBe('2026-11-04');
  });

  it('are counted from the instant on: three after Friday noon is Thursday noon past a holiday', () => {
    expect(afterBusinessDays('2026-10-30T01:00:00.000Z', 3, sydney)).toBe('2026-11-05T01:00:00.000Z');
    expect(afterBusinessDays('2026-10-30T01:00:00.000Z', 0, sydney)).toBe('2026-10-30T01:00:00.000Z');
    expect(afterBusinessDays('2026-10-31T05:00:00Z', 0, sydney)).toBe('2026-10-31T05:00:00Z');
  });

  it('count from the next one’s beginning for what falls between them', () => {
    expect(afterBusinessDays('2026-10-31T05:00:00Z', 1, sydney)).toBe('2026-11-03T13:00:00.000Z');
  });
});
