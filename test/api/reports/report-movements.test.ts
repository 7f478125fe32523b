import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import exceljs from 'exceljs';
import { money } from '../../../src/domain/money.ts';
import { organisationTransfer } from '../../../src/ledger/postings/payment.ts';
import { AdminWorld, aud, linesOf } from '../admin-world.ts';
import { itemsOf } from '../test-api.ts';

let world: AdminWorld;
beforeAll(async () => {
  world = await AdminWorld.open();
});
afterAll(() => world.close());

/** 15 January in Sydney is 2026-01-14T13:00Z to 2026-01-15T13:00Z. */
const january = 'from=2026-01-01&to=2026-01-31';

describe('what moved on organisations’ accounts', () => {
  it('[OMR-01] [C65] 500.00 + 120.00 + 80.00 + 50.00 - 30.00 + 35.50 - 400.00 = 355.50, each once', async () => {
    const club = { kind: 'organisation', id: await world.organisation('Fantasy Club', { no: 2001 }) } as const;
    const member = await world.member();
    await world.adjust({ kind: 'member', id: member }, 100_000, { at: '2025-12-01T00:00:00.000000Z' });
    // The opening is of the last instant before the month; what follows is of its days.
    await world.adjust(club, 50_000, { at: '2025-12-31T12:59:59.999999Z' });
    const at = (day: string) => ({ at: `2026-01-${day}T00:00:00.000000Z` });
    await world.pay(member, club.id, { cents: 12_000, type: 'Entry to an event', event: 'ev1', ...at('02') });
    await world.pay(member, club.id, { cents: 8_000, session: 's1', ...at('03') });
    // A membership that carries an event counts once, as what it is.
    await world.pay(member, club.id, { cents: 5_000, type: 'Club Membership', event: 'ev1', ...at('04') });
    const transfer = {
      id: 'x1',
      organisationId: club.id,
      to: { kind: 'member', id: member },
      amount: money(3_000, 'AUD'),
    } as const;
    await world.post(
      organisationTransfer({ ...transfer, occurredAt: '2026-01-05T00:00:00Z', description: 'Prize' }),
      at('05').at,
    );
    await world.adjust(club, 3_550, at('06'));
    await world.settle(club.id, { settled: 40_000, payout: 38_800, tax: 109, at: '2026-01-31T12:59:59.999999Z' });
    // The first instant of February is not of January.
    await world.adjust(club, 99, { at: '2026-01-31T13:00:00.000000Z' });
    const answer = await world.get(`/v1/reports/organisation-movements?${january}`);
    const figures = {
      ...{ opening: aud(50_000), event: aud(12_000), session: aud(8_000), membership: aud(5_000), other: aud(-3_000) },
      ...{ adjustment: aud(3_550), settlement: aud(-40_000), closing: aud(35_550) },
    };
    expect(itemsOf(answer)).toMatchObject([{ no: 2001, name: 'Fantasy Club', ...figures }]);
    expect(answer.body['totals']).toEqual(figures);
  });

  it('shows closed organisations while anything moved or is left, and active ones always', async () => {
    const closed = await world.organisation('Closed with money', { no: 2002, status: 'closed' });
    await world.adjust({ kind: 'organisation', id: closed }, 700, { at: '2026-01-10T00:00:00.000000Z' });
    await world.organisation('Closed and empty', { no: 2003, status: 'closed' });
    await world.organisation('Active and empty', { no: 2004 });
    const answer = await world.get(`/v1/reports/organisation-movements?${january}`);
    expect(itemsOf(answer).map((item) => item['no'])).toEqual([2001, 2002, 2004]);
  });

  it('gives the same as CSV with a line of totals, and as a workbook whose amounts are numbers', async () => {
    const csv = linesOf(await world.get(`/v1/reports/organisation-movements.csv?${january}`));
    expect(csv.slice(1)).toEqual([
      'Club No.,Organisation,Opening,Event Entry,Club Sessions,Club Membership,Other,Manual Adjustments,Settlement,Closing',
      '2001,Fantasy Club,500.00,120.00,80.00,50.00,-30.00,35.50,-400.00,355.50',
      '2002,Closed with money,0.00,0.00,0.00,0.00,0.00,7.00,0.00,7.00',
      '2004,Active and empty,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00',
      ',Total,500.00,120.00,80.00,50.00,-30.00,42.50,-400.00,362.50',
    ]);
    const url = `${world.api.url}/v1/reports/organisation-movements.xlsx?${january}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${world.api.shops.platformKey}` } });
    const workbook = new exceljs.Workbook();
    await workbook.xlsx.load(await response.arrayBuffer());
    const sheet = workbook.getWorksheet('Movements')!;
    expect(sheet.getRow(3).values).toEqual([undefined, 2001, 'Fantasy Club', 500, 120, 80, 50, -30, 35.5, -400, 355.5]);
  });

  it('refuses ranges that run backwards or are too long, and days and zones that are none', async () => {
    const refused = [
      'from=2026-02-01&to=2026-01-31',
      'from=1950-01-01&to=2026-01-01',
      'from=2026-02-30',
      'zone=Nowhere',
    ];
    for (const query of refused) {
      const { status, body } = await world.get(`/v1/reports/organisation-movements?${query}`);
      expect([query, status, body['code']]).toEqual([query, 422, 'invalid_request']);
    }
  });
});
