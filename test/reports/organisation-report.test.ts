import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ExcelJS from 'exceljs';
import { buffer } from 'node:stream/consumers';
import { readCombinedPage } from '../../src/reports/combined-view.ts';
import { endOfDay, startOfDay } from '../../src/reports/local-day.ts';
import {
  congressTotals,
  eventTotals,
  grandTotal,
  sessionTotals,
  typeTotals,
} from '../../src/reports/movement-views.ts';
import {
  readEventsOutside,
  readMovement,
  readOrganisationReport,
  type OrganisationReport,
} from '../../src/reports/organisations/organisation-report.ts';
import {
  openOrganisationFile,
  type StatementOrganisation,
} from '../../src/reports/organisations/organisation-statement.ts';
import { organisationWorkbook } from '../../src/reports/organisations/organisation-workbook.ts';
import { daysOf } from '../../src/reports/report-period.ts';
import { aud, openBook, type TestBook } from '../support/book.ts';
import { ClubBook } from './club-book.ts';

let book: TestBook;
let clubs: ClubBook;
let movementClub: StatementOrganisation;
let summaryClub: StatementOrganisation;
beforeAll(async () => {
  book = await openBook();
  clubs = new ClubBook(book.database, book.poster);
  // What all settlements share must be dated in order: these come one after another.
  summaryClub = await ofOrg01();
  movementClub = await ofMov01();
}, 30_000);
afterAll(() => book.close());

const now = '2026-03-20T00:00:00Z';
const daysAgo = (days: number) => new Date(Date.parse(now) - days * 24 * 3_600_000).toISOString();
type Range = Partial<Parameters<typeof readOrganisationReport>[2]>;
const report = (club: StatementOrganisation, range: Range = {}) =>
  readOrganisationReport(book.reader, club, { asOf: now, ...range });
const minor = ({ amount }: { amount: { amountMinor: number } }) => amount.amountMinor;
const march = {
  from: startOfDay('2026-03-01', 'Australia/Sydney'),
  before: endOfDay('2026-03-31', 'Australia/Sydney'),
};
const inMarch: Range = { ...march, asOf: '2026-05-01T00:00:00Z' };

/** ORG-01: 45, 20 and 10 days before `now`. */
async function ofOrg01(): Promise<StatementOrganisation> {
  const club = await clubs.club('Summary Club');
  await clubs.adjusted(club, 50_000, '2024-01-01T00:00:00Z');
  await clubs.paid(club, 12_000, { type: 'Entry to an event', at: daysAgo(45) });
  await clubs.settled(club, 38_000, 2_000, daysAgo(20));
  await clubs.paid(club, 8_000, { at: daysAgo(10) });
  return club;
}

/** MOV-01 in March, with an entry of April that belongs to the event of a row of March. */
async function ofMov01(): Promise<StatementOrganisation> {
  const club = await clubs.club('Movement Club');
  await clubs.named('session', 's-1', 'Monday Pairs', ['2026-03-02', null]);
  await clubs.named('session', 's-2', 'Friday Teams', ['2026-03-06', null]);
  await clubs.named('event', 'e-1', 'Open Teams', ['2026-04-03', 'Autumn Congress']);
  await clubs.named('event', 'e-2', 'Novice Pairs', ['2026-04-04', 'Autumn Congress']);
  const rows: [string, (at: string) => Promise<string>][] = [
    ['2026-02-28T12:59:59.999999Z', (at) => clubs.adjusted(club, 50_000, at)],
    ['2026-02-28T13:00:00Z', (at) => clubs.paid(club, 6_000, { session: 's-1', at, description: 'Table' })],
    ['2026-03-21T10:00:00Z', (at) => clubs.settled(club, 38_000, 2_000, at)],
    ['2026-03-21T11:00:00Z', (at) => clubs.paid(club, 5_000, { session: 's-2', at })],
    ['2026-03-22T10:00:00Z', (at) => clubs.refunded(club, 3_000, { session: 's-2', at })],
    [
      '2026-03-23T10:00:00Z',
      (at) =>
        clubs.booked(
          [
            { club, amountMinor: 7_500, event: 'e-1', type: 'Entry to an event' },
            { club, amountMinor: 4_500, event: 'e-2', type: 'Entry to an event' },
          ],
          at,
        ),
    ],
    ['2026-03-24T10:00:00Z', (at) => clubs.paid(club, 3_000, { type: 'Club Membership', event: 'e-2', at })],
    ['2026-03-25T10:00:00Z', (at) => clubs.paid(club, 2_000, { type: 'Club Membership', at })],
    ['2026-03-26T10:00:00Z', (at) => clubs.paid(club, 550, { type: 'Miscellaneous', description: 'Tea', at })],
    ['2026-03-31T13:00:00Z', (at) => clubs.paid(club, 1_000, { event: 'e-1', type: 'Entry to an event', at })],
  ];
  for (const [at, post] of rows) await post(at);
  return club;
}

describe('what was moved for an organisation', () => {
  it('[ORG-01] [C37] is added up by type for 30 and for 90 days and for ever, the greatest sum first', async () => {
    const of = async (days: number | null) => {
      const found = await report(summaryClub, days === null ? {} : { from: daysAgo(days) });
      return [typeTotals(found.groups).map((total) => [total.type, minor(total)]), grandTotal(found.groups, 'AUD')];
    };
    const [paid, settled, entered] = [
      ['Club Payment', 8_000],
      ['Settlement', -40_000],
      ['Entry to an event', 12_000],
    ];
    expect(await of(30)).toEqual([[paid, settled], aud(-32_000)]);
    expect(await of(90)).toEqual([[entered, paid, settled], aud(-20_000)]);
    expect(await of(null)).toEqual([[['Manual Adjustment', 50_000], entered, paid, settled], aud(30_000)]);
    // Half-open: what was recorded just then counts, what was recorded a moment before does not.
    expect(await of(10)).toEqual([[paid], aud(8_000)]);
    expect(await of(9.999_999)).toEqual([[], aud(0)]);
  });

  it('[MOV-01] [C70] is 355.50 in the end, by parts that add up to closing less opening, each row in one', async () => {
    const movement = await readMovement(book.reader, await report(movementClub, inMarch));
    expect(movement).toEqual({
      ...{ opening: aud(50_000), settlements: aud(-40_000), events: aud(12_000), sessions: aud(8_000) },
      ...{ memberships: aud(5_000), other: aud(550), closing: aud(35_550) },
    });
    const april = { from: march.before, asOf: inMarch.asOf! };
    const next = await readMovement(book.reader, await report(movementClub, april));
    expect([next.opening, next.events, next.closing]).toEqual([aud(35_550), aud(1_000), aud(36_550)]);
    const none = await readMovement(
      book.reader,
      await report(movementClub, { from: '2026-04-20T00:00:00Z', asOf: now }),
    );
    expect([none.opening, none.closing]).toEqual([aud(53_000 + 3_000), aud(56_000)]);
    const unknown = await readMovement(book.reader, await report(await clubs.club()));
    expect([unknown.opening, unknown.closing]).toEqual([aud(0), aud(0)]);
  });

  it('is added up for each session, event and congress, by the host’s names, the latest first', async () => {
    const { groups } = await report(movementClub, inMarch);
    expect(
      sessionTotals(groups).map((total) => [total.thing.name, total.thing.date, minor(total), total.count]),
    ).toEqual([
      ['Friday Teams', '2026-03-06', 2_000, 2],
      ['Monday Pairs', '2026-03-02', 6_000, 1],
    ]);
    expect(eventTotals(groups).map((total) => [total.thing.ref, total.thing.parent, minor(total)])).toEqual([
      ['e-2', 'Autumn Congress', 4_500],
      ['e-1', 'Autumn Congress', 7_500],
    ]);
    expect(congressTotals(groups).map((total) => [total.congress, minor(total), total.events.length])).toEqual([
      ['Autumn Congress', 12_000, 2],
    ]);
  });

  it('says of an event when money was also moved for it before or after', async () => {
    const outside = async (range: Range) => [
      ...(await readEventsOutside(book.reader, await report(movementClub, range))),
    ];
    expect(await outside(inMarch)).toEqual(['e-1']);
    expect((await outside({ from: march.before, asOf: inMarch.asOf! })).sort()).toEqual(['e-1', 'e-2']);
    expect(await outside({ asOf: inMarch.asOf! })).toEqual([]);
  });

  it('is one line for each event and session and one for all memberships, among rows by themselves, in pages', async () => {
    const found = await report(movementClub, inMarch);
    const page = (limit: number, cursor?: number) => readCombinedPage(book.reader, found, { limit, cursor });
    const said = ({ lines }: Awaited<ReturnType<typeof page>>) =>
      lines.map((line) => {
        if (line.kind === 'row') return [line.row.type, minor(line.row)];
        const { kind, event, session } = line.total;
        return [kind, (event ?? session)?.ref ?? null, minor(line.total)];
      });
    const all = [
      ['Miscellaneous', 550],
      ['membership', null, 5_000],
      ['event', 'e-2', 4_500],
      ['event', 'e-1', 7_500],
      ['session', 's-2', 2_000],
      ['Settlement', -40_000],
      ['session', 's-1', 6_000],
    ];
    expect(said(await page(30))).toEqual(all);
    const first = await page(4);
    const second = await page(4, first.nextCursor!);
    expect([...said(first), ...said(second)]).toEqual(all);
    expect(second.nextCursor).toBeNull();
  });

  it('is cut to what is looked for', async () => {
    const { groups } = await report(movementClub, { ...inMarch, search: 'TABLE' });
    expect(groups.map(({ session, event }) => (session ?? event)?.ref ?? null).sort()).toEqual(
      [null, 's-1', 's-2', 'e-2'].sort(),
    );
  });

  it('is added up in three statements while there are no more than 50000 entries', async () => {
    let asked = 0;
    const counting = { rows: (...of: Parameters<typeof book.reader.rows>) => ((asked += 1), book.reader.rows(...of)) };
    await readOrganisationReport(counting, movementClub, { asOf: '2026-05-01T00:00:00Z' });
    expect(asked).toBe(3);
  });
});

describe('the periods that are often asked for', () => {
  it('are made of local days, also on the first day of a year and after a leap day', () => {
    expect(daysOf('month_to_date', '2026-03-20')).toEqual({ from: '2026-03-01', to: '2026-03-20' });
    expect(daysOf('year_to_date', '2026-03-20')).toEqual({ from: '2026-01-01', to: '2026-03-20' });
    expect(daysOf('last_month', '2026-01-01')).toEqual({ from: '2025-12-01', to: '2025-12-31' });
    expect(daysOf('last_month', '2028-03-31')).toEqual({ from: '2028-02-01', to: '2028-02-29' });
    expect(daysOf('last_year', '2026-01-01')).toEqual({ from: '2025-01-01', to: '2025-12-31' });
    expect(daysOf('all', '2026-03-20')).toEqual({});
  });
});

describe('an organisation’s statement as XLSX', () => {
  const make = async (search?: string) => {
    const asked = { ...march, asOf: '2026-05-01T00:00:00Z' };
    const file = await openOrganisationFile(book.reader, movementClub, { ...asked, search });
    const whole: OrganisationReport = await report(movementClub, asked);
    const parts = {
      movement: await readMovement(book.reader, whole),
      eventsOutside: await readEventsOutside(book.reader, whole),
      report: search === undefined ? whole : await report(movementClub, { ...asked, search }),
    };
    return buffer(organisationWorkbook({ file, ...parts, from: '2026-03-01', to: '2026-03-31' }));
  };
  const open = async (bytes: Buffer) => {
    const workbook = new ExcelJS.Workbook();
    await workbook.xlsx.load(bytes as never);
    const rows = (name: string) => {
      const found: unknown[][] = [];
      workbook.getWorksheet(name)!.eachRow((row) => found.push((row.values as unknown[]).slice(1)));
      return found;
    };
    return { workbook, rows };
  };
  const at = (time: string) => new Date(time);

  it('[C70] [MOV-01] has the eight tabs with typed cells: local times, days and amounts', async () => {
    const { workbook, rows } = await open(await make());
    expect(workbook.worksheets.map(({ name }) => name)).toEqual([
      ...['Movement Summary', 'Transactions', 'Sessions', 'Events', 'Combined', 'Membership', 'Settlements', 'Other'],
    ]);
    expect(rows('Movement Summary')).toEqual([
      ['Type', 'Date', 'Amount'],
      ['Opening Balance', at('2026-03-01'), 500],
      ['Settlements', undefined, -400],
      ['Event Entries', undefined, 120],
      ['Club Sessions', undefined, 80],
      ['Club Memberships', undefined, 50],
      ['Other', undefined, 5.5],
      ['Closing Balance', at('2026-03-31'), 355.5],
    ]);
    expect(rows('Sessions')).toEqual([
      ['Session Date', 'Session ID', 'Session Name', 'Amount'],
      [at('2026-03-06'), 's-2', 'Friday Teams', 20],
      [at('2026-03-02'), 's-1', 'Monday Pairs', 60],
    ]);
    expect(rows('Events')).toEqual([
      ['Event Start Date', 'Event ID', 'Congress', 'Event Name', 'Amount', 'Remark'],
      [at('2026-04-04'), 'e-2', 'Autumn Congress', 'Novice Pairs', 45],
      [at('2026-04-03'), 'e-1', 'Autumn Congress', 'Open Teams', 75, 'Payments exist outside this period'],
    ]);
    const transactions = rows('Transactions');
    expect(transactions[0]).toEqual([
      ...['Date/Time', 'Counterparty', 'Reference', 'Id', 'Transaction Type', 'Description'],
      ...['Session ID', 'Session Name', 'Event ID', 'Event Name', 'Amount', 'Balance'],
    ]);
    expect(transactions).toHaveLength(10);
    const reference = expect.stringMatching(/^[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}$/);
    const id = expect.any(String);
    expect(transactions.at(-1)).toEqual([
      ...[at('2026-03-01T00:00:00Z'), 'Betty Bunting', reference, id, 'Club Payment', 'Table'],
      ...['s-1', 'Monday Pairs', undefined, undefined, 60, 560],
    ]);
    const numFmt = (cell: string) => workbook.getWorksheet('Transactions')!.getCell(cell).numFmt;
    expect([numFmt('A2'), numFmt('K2'), numFmt('L2')]).toEqual(['yyyy-mm-dd hh:mm:ss', '#,##0.00', '#,##0.00']);
  });

  it('[W-39] shows memberships, settlements and other rows in local time, as all tabs do', async () => {
    const { rows } = await open(await make());
    expect(rows('Settlements').slice(1)).toEqual([
      [at('2026-03-21T21:00:00Z'), undefined, expect.any(String), expect.any(String), 'Settlement', 'Settlement', -400],
    ]);
    expect(rows('Membership').map((row) => [row[0], row.at(-1)])).toEqual([
      ['Date/Time', 'Amount'],
      [at('2026-03-25T21:00:00Z'), 20],
      [at('2026-03-24T21:00:00Z'), 30],
    ]);
    expect(rows('Other').map((row) => [row[0], row[5], row.at(-1)])).toEqual([
      ['Date/Time', 'Description', 'Amount'],
      [at('2026-03-26T21:00:00Z'), 'Tea', 5.5],
    ]);
    expect(rows('Combined').map((row) => [row[4], row[5], row.at(-1)])).toEqual([
      ['Transaction Type', 'Description', 'Amount'],
      ['Miscellaneous', 'Tea', 5.5],
      ['Club Membership', 'Memberships', 50],
      ['Entry to an event', 'Novice Pairs', 45],
      ['Entry to an event', 'Open Teams', 75],
      ['Club Payment, Refund', 'Friday Teams', 20],
      ['Settlement', 'Settlement', -400],
      ['Club Payment', 'Monday Pairs', 60],
    ]);
  });

  it('is the same, byte for byte, for the same instant: all it says of time is that instant', async () => {
    const first = await make();
    expect((await make()).equals(first)).toBe(true);
    // Of each file in the archive: 10:00:00 on 1 May 2026, as a clock in Sydney showed it.
    const dates = new Set<string>();
    for (let from = first.indexOf('PK\x01\x02'); from >= 0; from = first.indexOf('PK\x01\x02', from + 4)) {
      dates.add(`${first.readUInt16LE(from + 14)} ${first.readUInt16LE(from + 12)}`);
    }
    expect([...dates]).toEqual([`${(46 << 9) | (5 << 5) | 1} ${10 << 11}`]);
  });

  it('cuts all but the movement to what is looked for', async () => {
    const { rows } = await open(await make('tea'));
    expect(rows('Movement Summary').at(-1)).toEqual(['Closing Balance', at('2026-03-31'), 355.5]);
    const counts = ['Transactions', 'Sessions', 'Events', 'Combined', 'Other'].map((name) => rows(name).length);
    expect(counts).toEqual([2, 1, 1, 2, 2]);
  });
});
