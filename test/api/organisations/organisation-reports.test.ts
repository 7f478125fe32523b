import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { organisationId } from '../../../src/domain/ids.ts';
import { organisationAccount } from '../../../src/domain/ledger-account.ts';
import type { Scope } from '../../../src/domain/principal.ts';
import type { Role } from '../../../src/domain/roles.ts';
import { createPoster } from '../../../src/ledger/poster.ts';
import type { Poster } from '../../../src/ledger/poster-contract.ts';
import type { StatementOrganisation } from '../../../src/reports/organisations/organisation-statement.ts';
import { aud as money } from '../../support/book.ts';
import { ClubBook } from '../../reports/club-book.ts';
import { seedKey } from '../shops.ts';
import { itemsOf, startTestApi, textOf, type TestApi } from '../test-api.ts';

let api: TestApi;
let poster: Poster;
let clubs: ClubBook;
let viewer: string;
/** ORG-01, and rows that everything else is read from. */
let club: StatementOrganisation;
beforeAll(async () => {
  api = await startTestApi();
  poster = createPoster({ databaseUrl: api.databaseUrl });
  clubs = new ClubBook(
    { query: async <T>(sql: string, values?: never) => (await api.pool.rows(sql, values)) as T[] },
    poster,
  );
  viewer = await keyOf(null, 'payments.global.view');
  club = await clubs.club('Summary Club', { address: '1 High Street' });
  await clubs.named('event', 'api-e', 'Open Teams', ['2026-02-07', 'Summer Congress']);
  await clubs.adjusted(club, 50_000, '2024-01-01T00:00:00Z');
  await clubs.paid(club, 12_000, { type: 'Entry to an event', event: 'api-e', at: daysAgo(45) });
  await clubs.settled(club, 38_000, 2_000, daysAgo(20));
  await clubs.paid(club, 8_000, { session: 'api-s', at: daysAgo(10) });
}, 60_000);
afterAll(async () => {
  await poster.close();
  await api.close();
});

const now = '2026-03-20T00:00:00Z';
const daysAgo = (days: number) => new Date(Date.parse(now) - days * 24 * 3_600_000).toISOString();
const aud = (amount: number) => ({ amount, currency: 'AUD' });
const get = (path: string, as = viewer, of: Pick<StatementOrganisation, 'id'> = club) =>
  api.call('GET', `/v1/organisations/${of.id}/${path}`, { as });

function keyOf(organisation: string | null, ...roles: Role[]): Promise<string> {
  const own = organisation === null ? null : organisationId(organisation);
  return seedKey(api.orm, { organisationId: own, siteId: null } satisfies Scope, roles);
}

describe('GET /v1/organisations/{id}/statement', () => {
  it('[C36] answers a page with its closing and opening balance, and the next after its cursor', async () => {
    const { status, body } = await get('statement?limit=2');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ organisation: club.id, no: club.no, name: 'Summary Club', address: '1 High Street' },
      ...{ balance: aud(30_000), balanceShown: '300.00', closing: aud(30_000), opening: aud(62_000), next_cursor: '3' },
      items: [
        {
          ...{ seq: 4, type: 'Club Payment', amount: aud(8_000), balanceAfter: aud(30_000), event: null },
          ...{ session: { id: 'api-s', name: null }, counterparty: { kind: 'member', name: 'Betty Bunting' } },
        },
        { seq: 3, type: 'Settlement', amount: aud(-40_000), counterparty: null },
      ],
    });
    const rest = await get(`statement?cursor=${textOf(body['next_cursor'])}`);
    expect(rest.body).toMatchObject({ closing: aud(62_000), opening: aud(0), next_cursor: null });
    expect(itemsOf(rest)[0]).toMatchObject({ event: { id: 'api-e', name: 'Open Teams' } });
  });

  it('[C36] is Nil for an organisation without rows, and has no more than 30 rows unless asked for more', async () => {
    const empty = await clubs.club();
    const nothing = { balance: aud(0), balanceShown: 'Nil', closing: aud(0), opening: aud(0), items: [] };
    expect((await get('statement', viewer, empty)).body).toMatchObject(nothing);
    for (let row = 1; row <= 31; row += 1) await clubs.adjusted(empty, row);
    expect(itemsOf(await get('statement', viewer, empty))).toHaveLength(30);
    expect(itemsOf(await get('statement?limit=100', viewer, empty))).toHaveLength(31);
  });

  it('is cut to words, to days of the organisation, and to periods seen from an instant', async () => {
    const types = async (query: string) => itemsOf(await get(`statement?${query}`)).map((row) => row['type']);
    expect(await types('search=correction')).toEqual(['Manual Adjustment']);
    // 10 March 2026 in Sydney began at 13:00 the day before.
    expect(await types('from=2026-03-10&to=2026-03-10')).toEqual(['Club Payment']);
    expect(await types('to=2026-03-09&from=2026-02-28')).toEqual(['Settlement']);
    expect(await types(`period=month_to_date&asOf=${now}`)).toEqual(['Club Payment']);
    expect(await types(`period=last_month&asOf=${now}`)).toEqual(['Settlement', 'Entry to an event']);
    expect(await types(`period=last_year&asOf=${now}`)).toEqual([]);
    expect(await types(`period=all&asOf=2025-01-01T00:00:00Z`)).toEqual(['Manual Adjustment']);
  });
});

describe('GET /v1/organisations/{id}/summary', () => {
  it('[ORG-01] [C37] adds up 30, 90 and 365 days, and all there is', async () => {
    const of = async (query: string) => {
      const { body } = await get(`summary?asOf=${now}&${query}`);
      return [...itemsOf({ body } as never).map((item) => [item['type'], item['amount']]), body['total']];
    };
    const paid = ['Club Payment', aud(8_000)];
    const [entered, settled] = [
      ['Entry to an event', aud(12_000)],
      ['Settlement', aud(-40_000)],
    ];
    expect(await of('days=30')).toEqual([paid, settled, aud(-32_000)]);
    expect(await of('')).toEqual([paid, settled, aud(-32_000)]);
    expect(await of('days=90')).toEqual([entered, paid, settled, aud(-20_000)]);
    expect(await of('days=365')).toEqual([entered, paid, settled, aud(-20_000)]);
    expect(await of('days=all')).toEqual([['Manual Adjustment', aud(50_000)], entered, paid, settled, aud(30_000)]);
    expect(await of('from=2026-03-01')).toEqual([paid, aud(8_000)]);
  });

  it('[W-48] refuses what is no range as the caller’s mistake, by field, and other methods', async () => {
    const refused = async (query: string) => {
      const answer = await get(`summary?${query}`);
      const [first] = answer.body['errors'] as unknown as [{ field: string } | undefined];
      return [answer.status, first?.field];
    };
    expect(await refused('days=abc')).toEqual([422, 'days']);
    expect(await refused('days=31')).toEqual([422, 'days']);
    expect(await refused('days=-30')).toEqual([422, 'days']);
    expect(await refused('days=')).toEqual([422, 'days']);
    expect(await refused('from=2026-02-30')).toEqual([422, 'from']);
    expect(await refused('from=2026-03-02&to=2026-03-01')).toEqual([422, 'to']);
    expect(await refused('days=30&from=2026-03-02')).toEqual([422, 'days']);
    expect(await refused('period=all&to=2026-03-02')).toEqual([422, 'period']);
    expect(await refused('asOf=2999-01-01T00:00:00Z')).toEqual([422, 'asOf']);
    expect(await refused('currency=XXX')).toEqual([422, 'currency']);
    const posted = await api.call('POST', `/v1/organisations/${club.id}/summary`, { as: viewer, body: {} });
    expect(posted.status).toBe(405);
  });
});

describe('the views of an organisation’s movements', () => {
  it('[C70] answer the movement, sessions, events, congresses and the combined lines', async () => {
    const range = `asOf=${now}&from=2026-01-01`;
    const { body } = await get(`movement?${range}`);
    expect(body).toEqual({
      ...{ organisation: club.id, asOf: now, opening: aud(50_000), settlements: aud(-40_000), events: aud(12_000) },
      ...{ sessions: aud(8_000), memberships: aud(0), other: aud(0), closing: aud(30_000) },
    });
    const event = { id: 'api-e', name: 'Open Teams', date: '2026-02-07', congress: 'Summer Congress', count: 1 };
    expect(itemsOf(await get(`events?${range}`))).toEqual([{ ...event, amount: aud(12_000), isElsewhereToo: false }]);
    expect(itemsOf(await get(`congresses?${range}`))).toEqual([
      { congress: 'Summer Congress', amount: aud(12_000), count: 1, events: [{ ...event, amount: aud(12_000) }] },
    ]);
    const sessions = await get(`sessions?${range}`);
    expect(sessions.body['total']).toEqual(aud(8_000));
    expect(itemsOf(sessions)).toEqual([
      { id: 'api-s', name: null, date: null, congress: null, count: 1, amount: aud(8_000) },
    ]);
    expect(itemsOf(await get(`combined?${range}`))).toMatchObject([
      { kind: 'session', session: { id: 'api-s' }, amount: aud(8_000) },
      { kind: 'row', row: { type: 'Settlement', amount: aud(-40_000) } },
      { kind: 'event', event: { id: 'api-e' }, amount: aud(12_000) },
    ]);
  });
});

describe('an organisation’s balance', () => {
  it('[C22] [C23] is told now, with what is held of it, at an instant, and at the start and end of a day', async () => {
    const held = { opKey: `hold-${club.id}`, account: organisationAccount(club.id, 'AUD'), amount: money(100) };
    await poster.placeHold({ ...held, description: 'Held' });
    expect((await get('balance')).body).toMatchObject({
      at: null,
      balance: aud(30_000),
      available: aud(29_900),
      held: aud(100),
    });
    const of = async (query: string) => (await get(`balance?${query}`)).body['balance'];
    expect(await of(`at=${daysAgo(20)}`)).toEqual(aud(22_000));
    expect(await of('day=2026-03-10&edge=start')).toEqual(aud(22_000));
    expect(await of('day=2026-03-10')).toEqual(aud(30_000));
    expect(await of('day=2023-12-31')).toEqual(aud(0));
    expect((await get('balance?day=2026-03-10&at=2026-03-10T00:00:00Z')).status).toBe(422);
    expect((await get('balance?day=yesterday')).status).toBe(422);
    expect((await get('balance?currency=EUR')).body['balance']).toEqual({ amount: 0, currency: 'EUR' });
  });

  it('[BRT-01] [C16] stands beside the 20 newest of 25 rows', async () => {
    const busy = await clubs.club();
    for (let row = 1; row <= 25; row += 1) await clubs.adjusted(busy, 100);
    const overview = await get('overview', viewer, busy);
    expect(overview.body['balance']).toMatchObject({ balance: aud(2_500) });
    expect(itemsOf(overview).map((row) => row['balanceAfter'])).toEqual(
      Array.from({ length: 20 }, (_, n) => aud(2_500 - 100 * n)),
    );
  });
});

describe('an organisation’s files', () => {
  it('[C35] [C70] are statement.csv, statement.pdf and statement.xlsx, named with the instant that they are of', async () => {
    const csv = await get(`statement.csv?asOf=${now}&from=2026-02-01`);
    const lines = csv.text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(2 + 3);
    expect(lines[1]).toBe('Date,Counterparty,Reference,Type,Description,Amount,Balance');
    expect(lines[2]).toMatch(
      /^2026-03-10 11:00:00,Betty Bunting,[A-Z0-9-]{14},Club Payment,Table money,80\.00,300\.00$/,
    );
    expect([csv.headers.get('tillflow-as-of'), csv.headers.get('content-disposition')]).toEqual([
      ...[now, 'attachment; filename="statement.csv"'],
    ]);
    expect((await get(`statement.csv?asOf=${now}&layout=full&bom=true`)).text).toContain('Event Name,Amount,Balance');
    const pdf = await get(`statement.pdf?asOf=${now}`);
    expect([pdf.headers.get('content-type'), pdf.text.slice(0, 5)]).toEqual(['application/pdf', '%PDF-']);
    const xlsx = await get(`statement.xlsx?asOf=${now}`);
    expect([xlsx.headers.get('content-disposition'), xlsx.text.slice(0, 2)]).toEqual([
      ...['attachment; filename="statement.xlsx"', 'PK'],
    ]);
  });
});

describe('who may read what an organisation has', () => {
  const paths = ['statement', 'statement.csv', 'statement.pdf', 'statement.xlsx', 'summary', 'movement', 'sessions'];
  paths.push('events', 'congresses', 'combined', 'balance', 'overview', 'transactions/x');

  it('is its own key and the platform’s; to others it is not there, and without the role it is forbidden', async () => {
    const own = await keyOf(club.id, 'payments.manage.view');
    const other = await keyOf((await clubs.club()).id, 'payments.manage.view', 'payments.manage.edit');
    const without = await keyOf(club.id, 'organisation.view', 'ledger.view');
    const reference = textOf(itemsOf(await get('statement'))[0]!['reference']);
    for (const path of paths) {
      const real = path.replace('/x', `/${reference}`);
      const statuses = [own, viewer, other, without].map(async (key) => (await get(real, key)).status);
      expect([path, ...(await Promise.all(statuses))]).toEqual([path, 200, 200, 404, 403]);
    }
    expect((await get('transactions/x', own)).status).toBe(404);
  });
});
