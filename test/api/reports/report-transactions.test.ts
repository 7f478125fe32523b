import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { money } from '../../../src/domain/money.ts';
import { reports } from '../../../src/reports/report-registry.ts';
import type { SqlReader } from '../../../src/ledger/sql-reader.read.ts';
import type { ProcessorFigures } from '../../../src/stripe/processor-figures.direct.ts';
import { AdminWorld, aud, linesOf } from '../admin-world.ts';
import { itemsOf } from '../test-api.ts';

const figures: ProcessorFigures = {
  ofCharge: async () => ({
    ...{ amount: money(10_000, 'AUD'), fee: money(170, 'AUD'), net: money(9_830, 'AUD'), lines: [] },
    ...{ createdAt: '2026-01-14T13:00:00.000Z', availableAt: '2026-01-16T13:00:00.000Z' },
  }),
  available: async () => [],
};

let world: AdminWorld;
beforeAll(async () => {
  world = await AdminWorld.open({ figures });
  await world.cardCost();
});
afterAll(() => world.close());

describe('specific transactions', () => {
  it('[SPT-01] [SPT-02] [SPT-03] show settlements with fee and GST: 50.00 and 4.55, 34.04 and 3.09, 40.00 and 3.64', async () => {
    const club = await world.organisation('Fantasy Club', { no: 2001 });
    await world.settle(club, { settled: 100_000, payout: 95_000, tax: 455, at: '2026-02-01T00:00:00.000000Z' });
    await world.settle(club, { settled: 113_456, payout: 110_052, tax: 309, at: '2026-02-01T00:00:01.000000Z' });
    await world.settle(club, { settled: 80_000, payout: 76_000, tax: 364, at: '2026-02-01T00:00:02.000000Z' });
    const answer = await world.get(
      '/v1/reports/specific-transactions.csv?type=settlements&from=2026-02-01&to=2026-02-28',
    );
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="settlements.csv"');
    const end = 'Settlement,2001,Fantasy Club,Settlement for February';
    expect(linesOf(answer)).toEqual([
      'Date,Other Organisation,Administrator,Transaction Type,Club ID,Organisation,Description,Amount,Payment,Fee (gross),GST',
      `2026-02-01 11:00:02,,,${end},-800.00,760.00,40.00,3.64`,
      `2026-02-01 11:00:01,,,${end},-1134.56,1100.52,34.04,3.09`,
      `2026-02-01 11:00:00,,,${end},-1000.00,950.00,50.00,4.55`,
    ]);
  });

  it('[C08] page by page give the same, and refuse a type that is none', async () => {
    const path = '/v1/reports/specific-transactions?type=settlements&from=2026-02-01&to=2026-02-28&limit=2';
    const first = await world.get(path);
    const cursor = JSON.stringify(first.body['next_cursor']).replaceAll('"', '');
    const second = await world.get(`${path}&cursor=${cursor}`);
    const shown = [...itemsOf(first), ...itemsOf(second)].map(({ amount, fee, tax }) => [amount, fee, tax]);
    expect(shown).toEqual([
      [aud(-80_000), aud(4_000), aud(364)],
      [aud(-113_456), aud(3_404), aud(309)],
      [aud(-100_000), aud(5_000), aud(455)],
    ]);
    for (const query of [
      'type=foo&from=2026-02-01&to=2026-02-01',
      'type=settlements&to=2026-02-01',
      `${path.slice(36)}&cursor=e30`,
    ]) {
      const { status, body } = await world.get(`/v1/reports/specific-transactions?${query}`);
      expect([query, status, body['code']]).toEqual([query, 422, 'invalid_request']);
    }
  });

  it('[W-39] of 15/01/2026 are those from 2026-01-14T13:00:00Z on and before 2026-01-15T13:00:00Z, in blocks', async () => {
    const member = await world.member();
    const club = await world.organisation('Rival Club', { no: 2002 });
    const holder = { kind: 'member', id: member } as const;
    await world.adjust(holder, 1, { at: '2026-01-14T12:59:59.999999Z' });
    await world.adjust(holder, 2, { at: '2026-01-14T13:00:00.000000Z' });
    await world.adjust(holder, 3, { at: '2026-01-15T12:59:59.999999Z' });
    await world.adjust(holder, 4, { at: '2026-01-15T13:00:00.000000Z' });
    const path = '/v1/reports/specific-transactions.csv?type=manual-adjustments&from=2026-01-15&to=2026-01-15';
    const [headings, ...lines] = linesOf(await world.get(path));
    expect(headings).toBe('Date,Administrator,Transaction Type,ABF Number,User,Description,Amount');
    expect(lines.map((line) => line.replace(/,\d+,/, ',N,'))).toEqual([
      '2026-01-15 23:59:59,key_admin,Manual Adjustment,N,Betty Bunting,Correction,0.03',
      '2026-01-15 00:00:00,key_admin,Manual Adjustment,N,Betty Bunting,Correction,0.02',
    ]);
    await world.adjust({ kind: 'organisation', id: club }, -5, { at: '2026-01-15T00:00:00.000000Z' });
    expect(linesOf(await world.get(path)).slice(3)).toEqual([
      'Date,Other Organisation,Administrator,Transaction Type,Club ID,Organisation,Description,Amount,Payment,Fee (gross),GST',
      '2026-01-15 11:00:00,,key_admin,Manual Adjustment,2002,Rival Club,Correction,-0.05,,,',
    ]);
  });
});

describe('card transactions', () => {
  it('[C64] of 100.00 and 200.25 expect 98.35 and 197.25 and estimate 1.65 and 3.00; unpaid ones are not there', async () => {
    const member = await world.member('Alan', 'Ames');
    const card = await world.card(member, { captured: 10_000, at: '2026-01-14T13:00:00Z' });
    await world.card(member, { captured: 20_025, refunded: 25, at: '2026-01-15T12:59:59Z' });
    await world.card(member, { captured: 7_000, state: 'open', topUpState: 'checkout' });
    const items = itemsOf(await world.get('/v1/reports/card-transactions?from=2026-01-15&to=2026-01-15'));
    expect(items).toMatchObject([
      { status: 'Partial refund', amount: aud(20_025), expectedSettlement: aud(19_725), estimatedFee: aud(300) },
      { status: 'Succeeded', amount: aud(10_000), expectedSettlement: aud(9_835), estimatedFee: aud(165) },
    ]);
    const detail = await world.get(`/v1/reports/card-transactions/${card}`);
    expect(detail.body).toMatchObject({
      ...{ id: card, expectedSettlement: aud(9_835), estimatedFee: aud(165) },
      processor: { fee: aud(170), net: aud(9_830), effectivePercent: '1.70', availableAt: '2026-01-16T13:00:00.000Z' },
    });
    const csv = await world.get('/v1/reports/card-transactions.csv');
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="stripe-transactions.csv"');
    const [, headings, ...lines] = linesOf(csv);
    expect(headings).toBe(
      'Date,Status,member,Amount,Refund Amount,Expected Settlement Amount,Description,stripe_reference,stripe_exp_month,stripe_exp_year,stripe_last4,linked_organisation,linked_member,linked_transaction_type,linked_amount,stripe_receipt_url',
    );
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe(
      `2026-01-15 00:00:00,Succeeded,Alan Ames,100.00,0.00,98.35,By card,ch_${card},12,2028,4242,,,,,https://pay.example/r`,
    );
  });
});

describe('reports', () => {
  it('[W-40] are read in as many statements for forty rows more as for a few', async () => {
    const params = { type: 'manual-adjustments', from: '2026-01-01', to: '2030-12-31', currency: 'AUD', bom: 'false' };
    const counts = async () => {
      const found: number[] = [];
      for (const report of reports) {
        let statements = 0;
        const reader: SqlReader = { rows: (sql, values) => ((statements += 1), world.api.pool.rows(sql, values)) };
        const request = { params, format: 'csv' as const, asOf: new Date().toISOString(), requester: 'x' };
        const scope = { organisationId: null, siteId: null };
        const ranged = { ...request, scope };
        const sources = { reader, zone: 'Australia/Sydney' };
        const { stream } = await report.open(sources, ranged as never);
        await stream.toArray();
        found.push(statements);
      }
      return found;
    };
    await world.adjust({ kind: 'member', id: await world.member() }, 1);
    await world.adjust({ kind: 'organisation', id: await world.organisation('First') }, 1);
    const few = await counts();
    for (let n = 0; n < 40; n += 1) {
      const member = await world.member(`M${n}`);
      await world.card(member, { captured: n + 1 });
      await world.adjust({ kind: 'member', id: member }, 1);
      await world.adjust({ kind: 'organisation', id: await world.organisation(`O${n}`) }, 1);
    }
    expect(await counts()).toEqual(few);
  });
});
