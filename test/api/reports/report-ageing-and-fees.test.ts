import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { money } from '../../../src/domain/money.ts';
import { manualSettlement, payoutGivenUp } from '../../../src/ledger/postings/settlement.ts';
import { AdminWorld, linesOf } from '../admin-world.ts';

let world: AdminWorld;
beforeAll(async () => {
  world = await AdminWorld.open();
});
afterAll(() => world.close());

it('the ageing of negative balances counts from the entry that went below zero for good', async () => {
  const holder = { kind: 'member', id: await world.member() } as const;
  await world.adjust(holder, -500, { at: '2026-01-01T00:00:00.000000Z' });
  await world.adjust(holder, 500, { at: '2026-01-02T00:00:00.000000Z' });
  await world.adjust(holder, -300, { at: '2026-03-01T00:00:00.000000Z' });
  await world.adjust(holder, 100, { at: '2026-03-02T00:00:00.000000Z' });
  const lines = async (asOf: string) =>
    linesOf(await world.get(`/v1/reports/negative-balances.csv?asOf=${asOf}`)).slice(1);
  const headings =
    'Kind,Number,Name,Balance,Below zero since,Days,0 to 30 days,31 to 60 days,61 to 90 days,Over 90 days';
  const line = async (asOf: string) => (await lines(asOf))[1]?.replace(/^member,\d+/, 'member,N');
  const since = 'member,N,Betty Bunting,-2.00,2026-03-01 11:00:00';
  expect(await lines('2026-01-01T12:00:00Z')).toHaveLength(2);
  expect(await lines('2026-02-01T00:00:00Z')).toEqual([headings]);
  expect(await line('2026-03-31T00:00:00Z')).toBe(`${since},30,-2.00,,,`);
  expect(await line('2026-04-01T00:00:00Z')).toBe(`${since},31,,-2.00,,`);
  expect(await line('2026-05-31T00:00:00Z')).toBe(`${since},91,,,,-2.00`);
});

it('the fee report adds up fees and the tax in them by period and organisation', async () => {
  const club = await world.organisation('Fantasy Club', { no: 2001 });
  const other = await world.organisation('Rival Club', { no: 2002 });
  await world.settle(club, { settled: 100_000, payout: 95_000, tax: 455, at: '2026-03-01T00:00:00.000000Z' });
  await world.settle(other, { settled: 80_000, payout: 76_000, tax: 364, at: '2026-03-01T00:00:01.000000Z' });
  await world.settle(club, { settled: 100, payout: 100, tax: 0, at: '2026-03-31T13:00:00.000000Z' });
  const lines = linesOf(await world.get('/v1/reports/settlement-fees.csv?from=2026-03-01&to=2026-03-31'));
  expect(lines.slice(1)).toEqual([
    'Period,Club No.,Organisation,Settled,Fee,Tax,Fee (gross),Payout',
    '2026-02,2001,Fantasy Club,1000.00,45.45,4.55,50.00,950.00',
    '2026-02,2002,Rival Club,800.00,36.36,3.64,40.00,760.00',
    ',,Total,1800.00,81.81,8.19,90.00,1710.00',
  ]);
});

it('the fee report takes fee and tax of a payout that was given up off again, in the range in which it was', async () => {
  const club = await world.organisation('Lost Club', { no: 2003 });
  await world.settle(club, { settled: 100_000, payout: 95_000, tax: 455, at: '2026-05-01T00:00:00.000000Z' });
  const [row] = await world.query<{ id: string }>('SELECT id FROM payout WHERE organisation_id = ?', [club]);
  const payoutId = row!.id;
  const figures = { payout: money(95_000, 'AUD'), fee: money(4_545, 'AUD'), tax: money(455, 'AUD') };
  const at = { occurredAt: '2026-06-01T00:00:00Z', description: 'Given up' };
  const settled = manualSettlement({ organisationId: club, payoutId, currency: 'AUD', ...figures, ...at });
  await world.post(payoutGivenUp(settled, { payoutId, ...at }), '2026-06-01T00:00:00.000000Z');
  const report = async (days: string) => linesOf(await world.get(`/v1/reports/settlement-fees.csv?${days}`)).at(2);
  const line = '2026-02,2003,Lost Club';
  expect(await report('from=2026-05-01&to=2026-05-30')).toBe(`${line},1000.00,45.45,4.55,50.00,950.00`);
  expect(await report('from=2026-06-01&to=2026-06-30')).toBe(`${line},-1000.00,-45.45,-4.55,-50.00,-950.00`);
  expect(await report('from=2026-05-01&to=2026-06-30')).toBe(`${line},0.00,0.00,0.00,0.00,0.00`);
});
