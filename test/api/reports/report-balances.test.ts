import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { localTimestamp } from '../../../src/reports/local-day.ts';
import { AdminWorld, aud, linesOf } from '../admin-world.ts';
import { itemsOf } from '../test-api.ts';

let world: AdminWorld;
beforeAll(async () => {
  world = await AdminWorld.open();
  const alan = await world.member('Alan', 'Ames');
  const betty = await world.member('Betty', 'Bunting');
  const colin = await world.member('=Colin', 'Corgi');
  const club = await world.organisation('Fantasy Club', { no: 2001, floatMinor: 10_000 });
  const rival = await world.organisation('Rival Club');
  await world.adjust({ kind: 'member', id: alan }, 7_000);
  await world.adjust({ kind: 'member', id: betty }, 100);
  await world.adjust({ kind: 'member', id: betty }, -100);
  await world.adjust({ kind: 'member', id: colin }, -1_500);
  await world.adjust({ kind: 'organisation', id: club }, 35_550);
  await world.adjust({ kind: 'organisation', id: rival }, 500);
  await world.adjust({ kind: 'organisation', id: rival }, -500);
});
afterAll(() => world.close());

const shown = (answer: Parameters<typeof itemsOf>[0]) => itemsOf(answer).map((item) => item['balance']);

describe('members and organisations with a balance', () => {
  it('[ADM-01] [C01] lists members with 70.00 and -15.00, not the one with 0.00, and 55.00 for all', async () => {
    const answer = await world.get('/v1/reports/member-balances');
    expect(shown(answer)).toEqual([aud(7_000), aud(-1_500)]);
    expect(answer.body).toMatchObject({ count: 2, total: aud(5_500), next_cursor: null });
  });

  it('[C03] lists the organisation with 355.50 and its float of 100.00, not the one with 0.00', async () => {
    const answer = await world.get('/v1/reports/organisation-balances');
    expect(itemsOf(answer)).toMatchObject([{ no: 2001, balance: aud(35_550), float: aud(10_000) }]);
    expect(answer.body).toMatchObject({ count: 1, total: aud(35_550) });
  });

  it('goes on where the page before ended', async () => {
    const first = await world.get('/v1/reports/member-balances?limit=1');
    const next = JSON.stringify(first.body['next_cursor']).replaceAll('"', '');
    const second = await world.get(`/v1/reports/member-balances?limit=1&cursor=${next}`);
    expect([shown(first), shown(second), second.body['next_cursor']]).toEqual([[aud(7_000)], [aud(-1_500)], null]);
  });

  it('[C02] gives members as CSV: a title, the headings and a line each, formulas disarmed', async () => {
    const answer = await world.get('/v1/reports/member-balances.csv');
    const now = localTimestamp(answer.headers.get('tillflow-as-of')!, 'Australia/Sydney');
    const [title, headings, ...lines] = linesOf(answer);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="member-balances.csv"');
    expect(title).toMatch(new RegExp(`^Member Balances,Downloaded by [^,]+,${now}$`));
    expect(headings).toBe('Member Number,Member First Name,Member Last Name,Balance');
    expect(lines.map((line) => line.replace(/^\d+/, 'N'))).toEqual(['N,Alan,Ames,70.00', "N,'=Colin,Corgi,-15.00"]);
  });

  it('[C04] gives organisations as CSV: 2001, Fantasy Club, 355.50', async () => {
    const answer = await world.get('/v1/reports/organisation-balances.csv');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="organisation-balances.csv"');
    const [title, ...lines] = linesOf(answer);
    expect(title).toMatch(/^Organisation Balances,Downloaded by /);
    expect(lines).toEqual(['Club Number,Club Name,Balance', '2001,Fantasy Club,355.50']);
  });

  it('gives the same bytes again for the same instant, whatever was posted since, as CSV and as a workbook', async () => {
    for (const name of ['member-balances.csv', 'organisation-balances.xlsx']) {
      const first = await world.get(`/v1/reports/${name}`);
      const asOf = first.headers.get('tillflow-as-of')!;
      const late = await world.member('Late', 'Comer');
      await world.adjust({ kind: 'member', id: late }, 900);
      await world.adjust({ kind: 'organisation', id: await world.organisation('Late Club') }, 900);
      const again = await world.get(`/v1/reports/${name}?asOf=${asOf}`);
      expect([name, again.text === first.text]).toEqual([name, true]);
      expect([name, (await world.get(`/v1/reports/${name}`)).text === first.text]).toEqual([name, false]);
    }
  });

  it('refuses instants to come and currencies that are none', async () => {
    for (const query of ['asOf=2999-01-01T00:00:00Z', 'currency=XXX', 'limit=0', 'cursor=x', 'from=2026-01-01']) {
      const { status, body } = await world.get(`/v1/reports/member-balances?${query}`);
      expect([query, status, body['code']]).toEqual([query, 422, 'invalid_request']);
    }
  });
});
