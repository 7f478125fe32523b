import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { buffer, text } from 'node:stream/consumers';
import { organisationAccount } from '../../src/domain/ledger-account.ts';
import type { SqlReader } from '../../src/ledger/sql-reader.read.ts';
import { readHolderBalance, readHolderBalanceAt } from '../../src/reports/holder-balance.ts';
import { payment } from '../../src/ledger/postings/payment.ts';
import { endOfDay, localTimestamp, startOfDay } from '../../src/reports/local-day.ts';
import {
  organisationCsv,
  type OrganisationCsvOptions,
} from '../../src/reports/organisations/organisation-statement-csv.ts';
import { organisationPdf } from '../../src/reports/organisations/organisation-statement-pdf.ts';
import {
  openOrganisationFile,
  readOrganisationStatement,
  readOrganisationTransaction,
  type OrganisationPageQuery,
  type StatementOrganisation,
} from '../../src/reports/organisations/organisation-statement.ts';
import { aud, openBook, type TestBook } from '../support/book.ts';
import { linesOn, readPdf } from '../support/pdf.ts';
import { ClubBook } from './club-book.ts';

let book: TestBook;
let clubs: ClubBook;
beforeAll(async () => {
  book = await openBook();
  clubs = new ClubBook(book.database, book.poster);
});
afterAll(() => book.close());

const sydney = 'Australia/Sydney';
const read = (club: StatementOrganisation, more: Partial<OrganisationPageQuery> = {}) =>
  readOrganisationStatement(book.reader, club, { limit: 30, ...more });
const amounts = async (club: StatementOrganisation, more: Partial<OrganisationPageQuery> = {}) =>
  (await read(club, more)).rows.map((row) => Number(row.amount.amountMinor));
const csvText = (
  club: StatementOrganisation,
  options: Partial<OrganisationCsvOptions> = {},
  query: Partial<Parameters<typeof openOrganisationFile>[2]> = {},
  reader: SqlReader = book.reader,
) =>
  openOrganisationFile(reader, club, { asOf: '2100-01-01T00:00:00Z', ...query }).then((file) =>
    text(organisationCsv(file, { layout: 'plain', hasByteOrderMark: false, requester: 'Office', ...options })),
  );
const records = (csv: string) => parse(csv, { relaxColumnCount: true, bom: true });

describe("a page of an organisation's statement", () => {
  it('[C36] begins with the closing balance of its newest row and ends with the opening one of its oldest', async () => {
    const club = await clubs.club();
    const first = await clubs.paid(club, 8_000, { by: ['Anna', 'Aal'] });
    await clubs.paid(club, 4_000, { type: 'Entry to an event', description: 'Entry', by: ['Linh', 'Nguyễn'] });
    const page = await read(club);
    expect(page).toMatchObject({
      ...{ closing: aud(12_000), opening: aud(0), balance: aud(12_000), balanceShown: '120.00', nextCursor: null },
      rows: [
        {
          ...{ seq: 2, type: 'Entry to an event', description: 'Entry', session: null, event: null },
          ...{ amount: aud(4_000), balanceAfter: aud(12_000), counterparty: { kind: 'member', name: 'Linh Nguyễn' } },
        },
        { seq: 1, reference: first, type: 'Club Payment', amount: aud(8_000), balanceAfter: aud(8_000) },
      ],
    });
    const older = await read(club, { cursor: 2 });
    expect([older.closing, older.opening]).toEqual([aud(8_000), aud(0)]);
    const newest = await read(club, { limit: 1 });
    expect([newest.closing, newest.opening, newest.nextCursor]).toEqual([aud(12_000), aud(8_000), 2]);
  });

  it('[C22] is Nil without rows, and less than nothing after 400.00 were taken off 80.00', async () => {
    const club = await clubs.club();
    expect(await read(club)).toMatchObject({ balance: aud(0), balanceShown: 'Nil', closing: aud(0), opening: aud(0) });
    expect(await readHolderBalance(book.reader, organisationAccount(club.id, 'AUD'))).toMatchObject({
      balance: aud(0),
    });
    await clubs.paid(club, 8_000);
    await clubs.adjusted(club, -40_000);
    expect(await readHolderBalance(book.reader, organisationAccount(club.id, 'AUD'))).toMatchObject({
      balance: aud(-32_000),
    });
    expect(await read(club)).toMatchObject({ balance: aud(-32_000), balanceShown: '-320.00' });
  });

  it('[BRT-01] [C16] has the balance and the 20 newest of 25 rows, with what each of them left', async () => {
    const club = await clubs.club();
    for (let row = 1; row <= 25; row += 1) await clubs.adjusted(club, 100);
    const page = await read(club, { limit: 20 });
    expect(page.balance).toEqual(aud(2_500));
    expect(page.rows.map((row) => Number(row.balanceAfter.amountMinor))).toEqual(
      Array.from({ length: 20 }, (_, n) => 2_500 - 100 * n),
    );
  });

  it('finds words in descriptions and in members’ names, in any case, and takes wildcards for what they are', async () => {
    const club = await clubs.club();
    await clubs.paid(club, 100, { description: '50% off_table', by: ['Betty', 'Bunting'] });
    await clubs.paid(club, 200, { description: 'Supper', by: ['Έλλη', 'Λαμπέτη'] });
    await clubs.paid(club, 300, { description: 'Table' });
    const found = async (search: string) => amounts(club, { search });
    expect(await found('SUPPER')).toEqual([200]);
    expect(await found('λαμπέτη')).toEqual([200]);
    expect(await found('bunt')).toEqual([300, 100]);
    expect(await found('% off_')).toEqual([100]);
    expect([await found('%'), await found('_'), await found('\\')]).toEqual([[100], [100], []]);
    expect((await read(club, { search: 'table', limit: 1 })).nextCursor).toBe(3);
    expect(await amounts(club, { search: 'table', limit: 1, cursor: 3 })).toEqual([100]);
  });

  it('names the session and the event behind a row: of a payment, a line of a host, and a refund', async () => {
    const [club, other] = [await clubs.club(), await clubs.club('South')];
    await clubs.named('session', 'page-s', 'Tuesday Pairs', ['2026-03-03', null]);
    await clubs.named('event', 'page-e', 'Open Teams', ['2026-03-07', 'Summer Congress']);
    await clubs.paid(club, 1_000, { session: 'page-s' });
    await clubs.booked([
      { club, amountMinor: 300, session: 'page-s' },
      { club: other, amountMinor: 500, event: 'page-e' },
      { club, amountMinor: 700, event: 'page-e' },
      { club, amountMinor: 900, event: 'unnamed' },
    ]);
    await clubs.refunded(club, 200, { session: 'page-s' });
    await clubs.refunded(club, 100, { event: 'page-e' });
    const [s, e] = [
      { ref: 'page-s', name: 'Tuesday Pairs' },
      { ref: 'page-e', name: 'Open Teams' },
    ];
    expect(
      (await read(club)).rows.map(({ amount, session, event }) => [Number(amount.amountMinor), session, event]),
    ).toEqual([
      [-100, null, e],
      [-200, s, null],
      [900, null, { ref: 'unnamed', name: null }],
      [700, null, e],
      [300, s, null],
      [1_000, s, null],
    ]);
    expect((await read(other)).rows.map(({ event }) => event)).toEqual([e]);
  });

  it('shows one transaction by its identifier or reference, and none of another organisation', async () => {
    const [club, other] = [await clubs.club(), await clubs.club()];
    const reference = await clubs.paid(club, 8_000);
    const [row] = await readOrganisationTransaction(book.reader, club, reference);
    expect(row).toMatchObject({ reference, amount: aud(8_000), counterparty: { name: 'Betty Bunting' } });
    expect(await readOrganisationTransaction(book.reader, club, row!.transactionId)).toEqual([row]);
    expect(await readOrganisationTransaction(book.reader, other, reference)).toEqual([]);
  });
});

describe('local days of an organisation', () => {
  it('[BAD-01] [C23] [W-39] end before what was recorded at midnight, which belongs to the next alone', async () => {
    const club = await clubs.club();
    const times = ['2026-03-31T12:59:59Z', '2026-03-31T13:00:00Z', '2026-03-31T13:00:01Z'];
    for (const [n, at] of times.entries()) await clubs.paid(club, [10_000, 5_000, 2_500][n]!, { at });
    const at = async (instant: string) => {
      const account = organisationAccount(club.id, 'AUD');
      const { balance } = await readHolderBalanceAt(book.reader, account, { at: instant, isInclusive: false });
      return Number(balance.amountMinor);
    };
    expect(await at(endOfDay('2026-03-31', sydney))).toBe(10_000);
    expect(await at(startOfDay('2026-04-01', sydney))).toBe(10_000);
    expect(await at(endOfDay('2026-04-01', sydney))).toBe(17_500);
    expect(await at(startOfDay('2026-03-31', sydney))).toBe(0);
    const on = (day: string) => amounts(club, { from: startOfDay(day, sydney), before: endOfDay(day, sydney) });
    expect([await on('2026-03-31'), await on('2026-04-01')]).toEqual([[10_000], [2_500, 5_000]]);
  });

  it('[C23] are of 25 and of 23 hours where the clocks are changed, and of the organisation’s own zone', async () => {
    const club = await clubs.club();
    // Sydney: the last moment of the 25 hours of 5 April 2026, the first of the 6th; 4 October has 23 hours.
    const times = [
      '2026-04-05T13:59:59.999999Z',
      '2026-04-05T14:00:00Z',
      '2026-10-04T12:59:59Z',
      '2026-10-04T13:00:00Z',
    ];
    for (const at of times) await clubs.paid(club, 100, { at });
    const on = async (day: string, zone: string) =>
      (await amounts(club, { from: startOfDay(day, zone), before: endOfDay(day, zone) })).length;
    expect([await on('2026-04-05', sydney), await on('2026-04-06', sydney)]).toEqual([1, 1]);
    expect([await on('2026-10-04', sydney), await on('2026-10-05', sydney)]).toEqual([1, 1]);
    expect([await on('2026-04-05', 'Asia/Tokyo'), await on('2026-10-04', 'Asia/Tokyo')]).toEqual([2, 2]);
  });

  it('show the same time as the zone’s clock at any instant, also where it is changed at a minute past midnight', () => {
    const shown = (at: string, zone: string) =>
      new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(
        new Date(at),
      );
    for (const zone of [sydney, 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Casablanca']) {
      for (let step = 0; step < 400; step += 1) {
        const at = new Date(Date.UTC(2010, 0, 1) + step * 100_003_000).toISOString();
        expect([zone, at, localTimestamp(at, zone)]).toEqual([zone, at, shown(at, zone)]);
      }
    }
    // St. John's put its clocks back at 0:01 on 7 November 2010.
    expect(localTimestamp('2010-11-07T02:30:59Z', 'America/St_Johns')).toBe('2010-11-07 00:00:59');
    expect(localTimestamp('2010-11-07T02:31:00Z', 'America/St_Johns')).toBe('2010-11-06 23:01:00');
  });
});

describe('an organisation’s statement as CSV', () => {
  it('[C35] has a title, the headings of 3.2, and a line for each of 2 rows, the newest first', async () => {
    const club = await clubs.club('=North, "Shore"');
    const first = await clubs.paid(club, 8_000, { at: '2026-02-28T12:00:00Z', description: '-Table money' });
    const second = await clubs.paid(club, 123_456, { at: '2026-02-28T13:00:00Z', type: 'Entry to an event' });
    const csv = await csvText(club, {}, { asOf: '2026-03-01T00:00:00Z' });
    expect(records(csv)).toEqual([
      ['\'=North, "Shore"', 'Downloaded by Office', '2026-03-01 11:00:00'],
      ['Date', 'Counterparty', 'Reference', 'Type', 'Description', 'Amount', 'Balance'],
      ['2026-03-01 00:00:00', 'Betty Bunting', second, 'Entry to an event', 'Table money', '1234.56', '1314.56'],
      ['2026-02-28 23:00:00', 'Betty Bunting', first, 'Club Payment', "'-Table money", '80.00', '80.00'],
    ]);
  });

  it('[C70] has the headings of 3.3 with sessions and events, and a line with the words that were looked for', async () => {
    const club = await clubs.club();
    await clubs.named('session', 'csv-s', 'Tuesday', ['2026-03-03', null]);
    const paid = await clubs.paid(club, 8_000, { at: '2026-03-02T00:00:00Z', session: 'csv-s', description: 'Tea' });
    await clubs.paid(club, 500, { at: '2026-03-02T01:00:00Z', event: 'csv-e' });
    const asOf = '2026-03-03T00:00:00Z';
    const [row] = await readOrganisationTransaction(book.reader, club, paid);
    const csv = await csvText(club, { layout: 'full' }, { asOf, search: 'tea' });
    expect(records(csv)).toEqual([
      ['North Shore', 'Downloaded by Office', '2026-03-03 11:00:00'],
      ['Search', 'tea'],
      [
        ...['Date', 'Counterparty', 'Reference', 'id', 'Type', 'Description'],
        ...['Session ID', 'Session Name', 'Event ID', 'Event Name', 'Amount', 'Balance'],
      ],
      [
        ...['2026-03-02 11:00:00', 'Betty Bunting', paid, row!.transactionId, 'Club Payment', 'Tea'],
        ...['csv-s', 'Tuesday', '', '', '80.00', '80.00'],
      ],
    ]);
    const whole = records(await csvText(club, { layout: 'full' }, { asOf }));
    expect(whole[2]!.slice(6)).toEqual(['', '', 'csv-e', '', '5.00', '85.00']);
  });

  it('[W-40] asks the database as often for 2000 rows as for 30, and once more for every 2000', async () => {
    const asked = async (rows: number): Promise<[number, number]> => {
      const club = await clubs.club();
      const member = await clubs.member(rows);
      await fill(club, member, rows);
      let count = 0;
      const counting: SqlReader = {
        rows: (sql, values) => {
          count += 1;
          return book.reader.rows(sql, values);
        },
      };
      const lines = records(await csvText(club, {}, {}, counting));
      return [lines.length - 2, count];
    };
    expect([await asked(30), await asked(2_000), await asked(2_001)]).toEqual([
      [30, 3],
      [2_000, 3],
      [2_001, 4],
    ]);
  });
});

describe('an organisation’s statement as PDF', () => {
  it('has the organisation with its address, the balance and the rows', async () => {
    const club = await clubs.club('Trụ sở', { address: '1 High Street\nSydney' });
    const paid = await clubs.paid(club, 8_000, { at: '2026-03-02T00:00:00Z' });
    const file = await openOrganisationFile(book.reader, club, { asOf: '2026-03-03T00:00:00Z' });
    const make = async () => buffer(await organisationPdf(file, { from: '2026-03-01' }));
    const pdf = await make();
    const { pages } = await readPdf(pdf);
    expect(linesOn(pages[0]!)).toEqual([
      'Statement of Trụ sở, 3 Mar 2026',
      `Organisation number ${club.no}`,
      '1 High Street',
      'Sydney',
      'Period: 1 Mar 2026 to 3 Mar 2026',
      'Balance: 80.00 AUD',
      'Date | Reference | Counterparty | Type | Description | In | Out | Balance',
      `2 Mar 2026 | ${paid} | Betty Bunting | Club Payment | Table money | 80.00 | 80.00`,
      'Page 1',
    ]);
    expect((await make()).equals(pdf)).toBe(true);
  });
});

/** One cent each from a member, many in a commit. */
async function fill(club: StatementOrganisation, member: string, rows: number): Promise<void> {
  for (let from = 0; from < rows; from += 250) {
    const items = Array.from({ length: Math.min(250, rows - from) }, (_, n) => ({
      kind: 'post' as const,
      transaction: payment({
        ...{ id: `${club.no}-${from + n}`, memberId: member, to: { kind: 'organisation', id: club.id } },
        ...{ type: 'Club Payment', amount: aud(1), occurredAt: '2026-03-01T12:00:00Z', description: 'Table' },
      }),
    }));
    for (const result of await book.poster.postGroup(items)) expect(result.kind).toBe('posted');
  }
}
