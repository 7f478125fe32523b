import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { text } from 'node:stream/consumers';
import { balancesBefore, sumBefore } from '../../src/reports/balances-at.ts';
import { balancesCsv, reconciliationCsv } from '../../src/reports/reconciliation/reconciliation-csv.ts';
import {
  lastDayOfPreviousMonth,
  reconciliationPeriod,
} from '../../src/reports/reconciliation/reconciliation-period.ts';
import { MemberBook } from './member-book.ts';

const zone = 'Australia/Sydney';
const headings = ['Date', 'Table', 'Counterparty', 'Reference', 'Type', 'Description', 'Amount', 'Balance'];

let members: MemberBook;
let betty: Awaited<ReturnType<MemberBook['member']>>;
let colin: Awaited<ReturnType<MemberBook['member']>>;
let club: string;
const references: string[] = [];
const april = reconciliationPeriod('2026-04-30', zone);

/** Rows on both sides of both midnights in Sydney: +11 before 5 April, +10 after. */
beforeAll(async () => {
  members = await MemberBook.open();
  betty = await members.member('Betty', 'Bunting');
  colin = await members.member('Colin', '=SUM(A1)');
  club = await members.organisation('Rival Club');
  const to = { kind: 'organisation', id: club } as const;
  const story: readonly (readonly [at: string, post: () => Promise<string>])[] = [
    ['2026-03-31T12:59:59Z', () => members.card(betty.id, 10_000, { capturedAt: '2026-03-31T12:59:58Z' })],
    ['2026-03-31T13:00:00Z', () => members.pay(betty.id, to, 3_000)],
    [
      '2026-04-10T02:00:00Z',
      () => members.card(colin.id, 5_000, { capturedAt: '2026-04-10T01:59:59Z', refundedMinor: 1_500 }),
    ],
    ['2026-04-12T02:00:00Z', () => members.pay(colin.id, to, 5_000)],
    ['2026-04-30T13:59:59Z', () => members.pay(betty.id, to, 1_000)],
    ['2026-04-30T14:00:00Z', () => members.pay(betty.id, to, 500)],
  ];
  for (const [at, post] of story) {
    const reference = await post();
    await members.dated(reference, at);
    references.push(reference);
  }
});
afterAll(() => members.book.close());

const recordsOf = (csv: string): string[][] => parse(csv, { recordDelimiter: '\r\n' });
const before = (at: string, holders: 'member' | 'organisation') => ({ holders, currency: 'AUD', before: at });

describe('the reconciliation downloads', () => {
  it('[C63] [W-39] lists a local month of members, organisations and paid cards, half-open, the oldest first', async () => {
    const rows = recordsOf(await text(reconciliationCsv(members.book.reader, april, zone)));
    const [, paid, brought, spent, last] = references;
    const card = rows.find(([, table]) => table === 'Card')?.[3];
    expect(rows).toEqual([
      headings,
      ['2026-04-01 00:00:00', 'Member', 'Betty Bunting', paid, 'Club Payment', 'Table money', '-30.00', '70.00'],
      ['2026-04-01 00:00:00', 'Organisation', 'Rival Club', paid, 'Club Payment', 'Table money', '30.00', '30.00'],
      ['2026-04-10 11:59:59', 'Card', 'Colin =SUM(A1)', card, 'Partial refund', 'Card payment', '50.00', ''],
      [
        ...['2026-04-10 12:00:00', 'Member', 'Colin =SUM(A1)', brought, 'Manual Top Up'],
        ...['Payment from visa card **** **** ***** 4242 Exp 12/28', '50.00', '50.00'],
      ],
      ['2026-04-12 12:00:00', 'Member', 'Colin =SUM(A1)', spent, 'Club Payment', 'Table money', '-50.00', '0.00'],
      ['2026-04-12 12:00:00', 'Organisation', 'Rival Club', spent, 'Club Payment', 'Table money', '50.00', '80.00'],
      ['2026-04-30 23:59:59', 'Member', 'Betty Bunting', last, 'Club Payment', 'Table money', '-10.00', '60.00'],
      ['2026-04-30 23:59:59', 'Organisation', 'Rival Club', last, 'Club Payment', 'Table money', '10.00', '90.00'],
    ]);
    expect(card).toMatch(/^ch_/);
  });

  it('[C63] has the balances at the end of the local day, zero ones too, safe from formulas', async () => {
    expect(recordsOf(await text(balancesCsv(members.book.reader, before(april.before, 'member'))))).toEqual([
      ['ABF Number', 'First Name', 'Last Name', 'Balance'],
      [String(betty.no), 'Betty', 'Bunting', '60.00'],
      [String(colin.no), 'Colin', "'=SUM(A1)", '0.00'],
    ]);
    const organisations = recordsOf(await text(balancesCsv(members.book.reader, before(april.before, 'organisation'))));
    expect(organisations[0]).toEqual(['Organisation', 'ABF Org Number', 'Balance']);
    expect(organisations.slice(1)).toEqual([['Rival Club', expect.stringMatching(/^\d+$/), '90.00']]);
  });

  it('[C63] counts and sums the same balances, without holders that had no row yet', async () => {
    const { reader } = members.book;
    expect(await sumBefore(reader, before(april.before, 'member'))).toEqual({
      count: 2,
      sum: { amountMinor: 6_000, currency: 'AUD' },
    });
    expect(await sumBefore(reader, before(april.from, 'member'))).toEqual({
      count: 1,
      sum: { amountMinor: 10_000, currency: 'AUD' },
    });
    expect(await sumBefore(reader, before(april.from, 'organisation'))).toEqual({
      count: 0,
      sum: { amountMinor: 0, currency: 'AUD' },
    });
    expect(await sumBefore(reader, before(april.before, 'organisation'))).toMatchObject({
      sum: { amountMinor: 9_000 },
    });
  });

  it('finds an account by its code, not by looking at all of them', async () => {
    const explained: string[] = [];
    const batches = balancesBefore(
      {
        rows: async (sql, values) => {
          const plan = await members.book.reader.rows(`EXPLAIN ${sql}`, values);
          explained.push(...plan.map((row) => `${String(row['table'])} ${String(row['type'])} ${String(row['key'])}`));
          return [];
        },
      },
      before(april.before, 'member'),
    );
    for await (const batch of batches) expect(batch).toEqual([]);
    expect(explained).toContain('a eq_ref ledger_account_code_unique');
  });
});

describe('the month up to a reference date', () => {
  it.each([
    ['2026-04-30', '2026-03-31T13:00:00.000Z', '2026-04-30T14:00:00.000Z'],
    ['2026-03-31', '2026-02-28T13:00:00.000Z', '2026-03-31T13:00:00.000Z'],
    ['2026-04-15', '2026-03-15T13:00:00.000Z', '2026-04-15T14:00:00.000Z'],
    ['2026-03-30', '2026-02-27T13:00:00.000Z', '2026-03-30T13:00:00.000Z'],
    ['2026-01-31', '2025-12-31T13:00:00.000Z', '2026-01-31T13:00:00.000Z'],
  ])('[W-39] to %s begins a calendar month before its end, local, and no day twice', (day, from, end) => {
    expect(reconciliationPeriod(day, zone)).toEqual({ referenceDate: day, from, before: end });
  });

  it('[C63] ends by default on the last day of the previous local month', () => {
    expect(lastDayOfPreviousMonth('2026-04-30T13:59:59Z', zone)).toBe('2026-03-31');
    expect(lastDayOfPreviousMonth('2026-04-30T14:00:00Z', zone)).toBe('2026-04-30');
    expect(lastDayOfPreviousMonth('2026-01-15T00:00:00Z', zone)).toBe('2025-12-31');
    expect(lastDayOfPreviousMonth('2028-03-01T00:00:00Z', zone)).toBe('2028-02-29');
  });
});
