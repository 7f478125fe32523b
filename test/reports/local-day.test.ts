import { describe, expect, it } from '@jest/globals';
import { endOfDay, localDayForPeople, localTimestamp, startOfDay } from '../../src/reports/local-day.ts';

const sydney = 'Australia/Sydney';
const hoursOf = (day: string, zone: string) =>
  (Date.parse(endOfDay(day, zone)) - Date.parse(startOfDay(day, zone))) / 3_600_000;

describe('a local day', () => {
  it('begins at midnight by the clock of its zone', () => {
    expect(startOfDay('2026-03-31', sydney)).toBe('2026-03-30T13:00:00.000Z');
    expect(endOfDay('2026-03-31', sydney)).toBe('2026-03-31T13:00:00.000Z');
    expect(startOfDay('2026-07-01', sydney)).toBe('2026-06-30T14:00:00.000Z');
    expect(startOfDay('2026-03-31', 'UTC')).toBe('2026-03-31T00:00:00.000Z');
    expect(startOfDay('2026-03-31', 'Asia/Kathmandu')).toBe('2026-03-30T18:15:00.000Z');
    expect(endOfDay('2026-12-31', 'Pacific/Kiritimati')).toBe('2026-12-31T10:00:00.000Z');
  });

  it('has 25 hours where the clock is put back, and 23 where it is put forward', () => {
    expect(startOfDay('2026-04-05', sydney)).toBe('2026-04-04T13:00:00.000Z');
    expect(endOfDay('2026-04-05', sydney)).toBe('2026-04-05T14:00:00.000Z');
    expect(startOfDay('2026-10-04', sydney)).toBe('2026-10-03T14:00:00.000Z');
    expect(endOfDay('2026-10-04', sydney)).toBe('2026-10-04T13:00:00.000Z');
    expect([hoursOf('2026-04-04', sydney), hoursOf('2026-04-05', sydney)]).toEqual([24, 25]);
    expect([hoursOf('2026-10-04', sydney), hoursOf('2026-10-05', sydney)]).toEqual([23, 24]);
  });

  it('begins when the clock is put forward, where that is done at midnight', () => {
    // At midnight of 6 September 2026 clocks in Santiago went from 00:00 to 01:00, four to three hours behind UTC.
    expect(startOfDay('2026-09-06', 'America/Santiago')).toBe('2026-09-06T04:00:00.000Z');
    expect(hoursOf('2026-09-06', 'America/Santiago')).toBe(23);
  });

  it('is shown as a clock and a calendar there show it', () => {
    expect(localTimestamp('2026-03-31T13:00:00.123456Z', sydney)).toBe('2026-04-01 00:00:00');
    expect(localTimestamp('2026-04-04T15:59:59Z', sydney)).toBe('2026-04-05 02:59:59');
    expect(localTimestamp('2026-04-04T16:00:00Z', sydney)).toBe('2026-04-05 02:00:00');
    expect(localTimestamp('2026-07-01T20:41:07.5Z', 'Asia/Kolkata')).toBe('2026-07-02 02:11:07');
    expect(localTimestamp('2026-07-01T20:41:07Z', 'America/New_York')).toBe('2026-07-01 16:41:07');
    expect(localTimestamp('2026-07-01T20:41:07+10:00', sydney)).toBe('2026-07-01 20:41:07');
    expect(localTimestamp('2026-07-01T20:41Z', sydney)).toBe('2026-07-02 06:41:00');
    expect(localDayForPeople('2026-03-31T12:59:59Z', sydney)).toBe('31 Mar 2026');
    expect(localDayForPeople('2026-03-31T13:00:00Z', sydney)).toBe('1 Apr 2026');
  });
});
