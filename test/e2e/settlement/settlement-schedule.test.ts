import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ScheduleOverlapPolicy, type ScheduleHandle } from '@temporalio/client';
import { settlementTiming } from '../../../src/domain/settlement/settlement-run.ts';
import { reconciliationSchedule } from '../../../src/jobs/reconciliation/reconciliation-schedules.ts';
import { settlementSchedule, settlementScheduleId } from '../../../src/jobs/settlement/settlement-schedules.ts';
import { keepSchedules } from '../../../src/jobs/temporal-schedules.ts';
import { periodSettledAt } from '../../../src/reports/settlement/settlement-period.ts';
import { MonthEnd, october } from '../../support/month-end.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

let office: MonthEnd;
const made: ScheduleHandle[] = [];
beforeAll(async () => {
  office = await MonthEnd.open();
}, 60_000);
afterEach(async () => expectBooksInOrder(office.counter.databaseUrl));
afterAll(async () => {
  for (const schedule of made) await schedule.delete();
  await office.close();
});

const prefix = `test-${randomUUID()}`;
const settings = () => ({
  ...{ prefix, day: 1, hour: 5, timing: settlementTiming },
  taskQueue: office.counter.env['TASK_QUEUE_BULK'] ?? '',
});

/** One after the other, caught up with for 30 days, and a failure waits for a person. */
const kept = { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: 30 * 24 * 3_600_000, pauseOnFailure: true };

/** The schedule of `zone`, brought up to date. */
async function scheduleOf(zone: string, more: object = {}): Promise<ScheduleHandle> {
  const { temporal } = office.counter;
  await keepSchedules(temporal, [settlementSchedule({ ...settings(), ...more }, zone)]);
  const handle = temporal.schedule.getHandle(settlementScheduleId({ prefix }, zone));
  if (!made.some(({ scheduleId }) => scheduleId === handle.scheduleId)) made.push(handle);
  return handle;
}

/** Runs of a zone, the oldest first, once there are `count` of them that are planned. */
async function runsOf(zone: string, count: number): Promise<Record<string, unknown>[]> {
  const find = () =>
    office.sql("SELECT * FROM settlement_run WHERE zone = ? AND state <> 'planned' ORDER BY no", [zone]);
  await until(async () => (await find()).length >= count, { withinMs: 20_000, everyMs: 50 });
  return find();
}

describe('the schedule of a zone', () => {
  it('is on the 1st at 05:00 local, one after the other, for 30 days; made once and corrected', async () => {
    const zone = 'Australia/Sydney';
    await scheduleOf(zone);
    const schedule = await scheduleOf(zone, { hour: 6 });
    const { spec, policies, info } = await schedule.describe();
    expect(spec.calendars?.[0]).toMatchObject({
      hour: [{ start: 6 }],
      dayOfMonth: [{ start: 1 }],
      minute: [{ start: 0 }],
    });
    expect(policies).toMatchObject(kept);
    // Half a year of firsts at 06:00: eleven hours ahead of UTC in summer, ten in winter.
    expect(new Set(info.nextActionTimes.map((at) => at.getUTCHours()))).toEqual(new Set([19, 20]));
  });

  it('that a person has paused stays so when it is corrected', async () => {
    const zone = 'Australia/Perth';
    await (await scheduleOf(zone)).pause('on holiday');
    expect((await (await scheduleOf(zone, { hour: 7 })).describe()).state.paused).toBe(true);
  });

  it('settles the month before the nominal time, and doing it again moves nothing', async () => {
    const zone = 'Pacific/Auckland';
    const organisation = await office.club({ zone, balanceMinor: 100_000 });
    const schedule = await scheduleOf(zone);
    // 1 November 2026, 05:00 in Auckland.
    const missed = { start: new Date('2026-10-31T15:00:00Z'), end: new Date('2026-10-31T17:00:00Z') };
    await schedule.backfill({ ...missed, overlap: ScheduleOverlapPolicy.BUFFER_ONE });
    const [row] = await runsOf(zone, 1);
    expect(row).toMatchObject({
      period: october,
      cause: 'schedule',
      started_by: 'schedule',
      state: 'awaiting_approval',
    });
    expect(row?.['workflow_id']).toBe(`${schedule.scheduleId}-2026-10-31T16:00:00Z`);
    const run = await office.show(String(row?.['id']));
    expect((await office.approve(run)).status).toBe(200);
    expect((await office.over(run.id)).state).toBe('done');
    await schedule.backfill({ ...missed, overlap: ScheduleOverlapPolicy.BUFFER_ONE });
    const [, again] = await runsOf(zone, 2);
    expect([again?.['state'], again?.['period'], await office.balance(organisation)]).toEqual(['done', october, 0]);
  });

  it('triggered by hand settles the last month, and is found by what operators search by', async () => {
    const zone = 'Europe/Lisbon';
    await office.club({ zone, balanceMinor: 100_000 });
    const schedule = await scheduleOf(zone);
    await schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
    const [row] = await runsOf(zone, 1);
    const period = periodSettledAt(new Date().toISOString(), zone);
    expect([row?.['period'], row?.['state']]).toEqual([period, 'awaiting_approval']);
    const workflow = office.counter.temporal.workflow.getHandle(String(row?.['workflow_id']));
    const searched = async () =>
      (await workflow.describe()).typedSearchAttributes
        .getAll()
        .map(({ key, value }) => `${key.name} ${String(value)}`)
        .filter((one) => /^(SettlementPeriod|PayState|NeedsAttention) /.test(one))
        .sort();
    const expected = ['NeedsAttention false', 'PayState awaiting_approval', `SettlementPeriod ${period}`];
    await until(async () => JSON.stringify(await searched()) === JSON.stringify(expected));
    const run = await office.show(String(row?.['id']));
    const rejected = await office.ask(`/v1/settlements/${run.id}/rejection`, {
      as: 'clerk',
      body: { reason: 'A trial' },
    });
    expect(rejected.body.state).toBe('rejected');
    await workflow.result();
  });
});

describe('the schedule of an account', () => {
  it('is every day at 04:30 local, kept as those of settlements are, and paused by a person it stays so', async () => {
    const { temporal, shop } = office.counter;
    const account = { id: shop.site.processorAccountId, zone: 'Europe/Dublin' };
    const keep = async (zone: string) => {
      const schedule = reconciliationSchedule(settings(), { ...account, zone });
      expect(await keepSchedules(temporal, [schedule])).toBe(1);
      return temporal.schedule.getHandle(schedule.scheduleId);
    };
    const schedule = await keep('Europe/Dublin');
    made.push(schedule);
    await schedule.pause('the processor is away');
    await keep('Australia/Sydney');
    const { spec, policies, state } = await schedule.describe();
    expect(spec.calendars?.[0]).toMatchObject({ hour: [{ start: 4 }], minute: [{ start: 30 }] });
    expect(policies).toMatchObject(kept);
    expect([spec.timezone, state.paused]).toEqual(['Australia/Sydney', true]);
  });
});
