import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { RowDataPacket } from 'mysql2/promise';
import { buffer, text } from 'node:stream/consumers';
import { memberAccount } from '../../src/domain/ledger-account.ts';
import type { SqlReader } from '../../src/ledger/sql-reader.read.ts';
import { endOfDay, startOfDay } from '../../src/reports/local-day.ts';
import { statementCsv } from '../../src/reports/members/member-statement-csv.ts';
import { statementPdf } from '../../src/reports/members/member-statement-pdf.ts';
import { openStatementFile, readAsOf } from '../../src/reports/statement-file.ts';
import type { StatementRange } from '../../src/reports/statement-cut.ts';
import type { StatementMember } from '../../src/reports/statement-header.ts';
import { openDatabase } from '../support/database.ts';
import { linesOn, readPdf } from '../support/pdf.ts';
import { until } from '../support/until.ts';
import { MemberBook } from './member-book.ts';

let members: MemberBook;
beforeAll(async () => {
  members = await MemberBook.open();
});
afterAll(() => members.book.close());

const zone = 'Australia/Sydney';
const asOf = '2026-04-05T01:02:03.456789Z';
const headings = ['Date', 'Counterparty', 'Reference', 'Type', 'Description', 'Amount', 'Balance'];

async function fileOf(member: StatementMember, range: StatementRange = {}, reader: SqlReader = members.book.reader) {
  return openStatementFile(reader, member, { ...range, asOf: range.asOf ?? asOf });
}
/** Byte-order mark and all: a decoder would drop it. */
const csvOf = async (member: StatementMember, range?: StatementRange, hasByteOrderMark = false) =>
  (await buffer(statementCsv(await fileOf(member, range), { zone, hasByteOrderMark }))).toString('utf8');
const recordsOf = (csv: string): string[][] =>
  parse(csv, { relaxColumnCount: true, recordDelimiter: '\r\n', bom: true });
const pdfOf = async (member: StatementMember, days: { from?: string; to?: string } = {}) => {
  const range = {
    ...(days.from === undefined ? {} : { from: startOfDay(days.from, zone) }),
    ...(days.to === undefined ? {} : { before: endOfDay(days.to, zone) }),
  };
  return buffer(await statementPdf(await fileOf(member, range), { zone, ...days }));
};

/** Betty of STM-01, her rows recorded on two sides of a midnight in Sydney. */
async function betty() {
  const member = await members.member('Betty', 'Bunting', { homeClub: 'Trumps', rankName: 'Grand Master' });
  const club = await members.organisation('Rival Club');
  const card = await members.card(member.id, 10_000);
  await members.dated(card, '2026-03-31T12:59:59Z');
  const paid = await members.pay(member.id, { kind: 'organisation', id: club }, 3_000);
  await members.dated(paid, '2026-03-31T13:00:00Z');
  return { member, card, paid };
}

describe('a statement as CSV', () => {
  it('[STM-01] [C49] has a title, headings and a line for each row, the newest first', async () => {
    const { member, card, paid } = await betty();
    expect(recordsOf(await csvOf(member))).toEqual([
      ['Betty Bunting', String(member.no), '2026-04-05 11:02:03'],
      headings,
      ['2026-04-01 00:00:00', 'Rival Club', paid, 'Club Payment', 'Table money', '-30.00', '70.00'],
      [
        ...['2026-03-31 23:59:59', '', card, 'Manual Top Up', 'Payment from visa card **** **** ***** 4242 Exp 12/28'],
        ...['100.00', '100.00'],
      ],
    ]);
  });

  it('[STM-02] of a member without rows has only title and headings', async () => {
    const member = await members.member();
    const title = ['Betty Bunting', String(member.no), '2026-04-05 11:02:03'];
    expect(recordsOf(await csvOf(member))).toEqual([title, headings]);
  });

  it('keeps names with commas, quotes and every letter, and lets no text be a formula', async () => {
    const club = await members.organisation('"Ace", King & Queen');
    const member = await members.member('=cmd|/c calc!A1', 'Nguyễn, Đỗ Άλφα');
    await members.card(member.id, 10_000);
    const to = { kind: 'organisation', id: club } as const;
    const texts = ['=1+1', '+61 2 1234', '-5 off', '@sum(A1)', '＝1+1', 'a=1', 'Line, "quoted"'];
    for (const description of texts) await members.pay(member.id, to, 100, { description });
    const csv = await csvOf(member, { asOf: '2100-01-01T00:00:00Z' });
    const [title, , ...rows] = recordsOf(csv);
    expect(title?.[0]).toBe("'=cmd|/c calc!A1 Nguyễn, Đỗ Άλφα");
    expect(
      rows
        .map((row) => row[4])
        .reverse()
        .slice(1),
    ).toEqual([...["'=1+1", "'+61 2 1234", "'-5 off", "'@sum(A1)", "'＝1+1", 'a=1', 'Line, "quoted"']]);
    expect(rows.at(0)?.slice(1, 2)).toEqual(['"Ace", King & Queen']);
    expect(rows.slice(0, 2).map((row) => row.slice(5))).toEqual([
      ['-1.00', '93.00'],
      ['-1.00', '94.00'],
    ]);
  });

  it('writes amounts as plain decimals, also below zero and in the thousands', async () => {
    const member = await members.member();
    await members.adjust(member.id, 1_000);
    await members.adjust(member.id, -3_000);
    await members.adjust(member.id, 123_456_789);
    const rows = recordsOf(await csvOf(member, { asOf: '2100-01-01T00:00:00Z' })).slice(2);
    expect(rows.map((row) => row.slice(5))).toEqual([
      ['1234567.89', '1234547.89'],
      ['-30.00', '-20.00'],
      ['10.00', '10.00'],
    ]);
  });

  it('is cut to local days, and begins with a byte-order mark where that is asked for', async () => {
    const { member } = await betty();
    const march = await csvOf(member, { before: endOfDay('2026-03-31', zone) }, true);
    expect(march.startsWith('\uFEFFBetty Bunting,')).toBe(true);
    expect(
      recordsOf(march)
        .slice(2)
        .map((row) => row[5]),
    ).toEqual(['100.00']);
    const april = await csvOf(member, { from: startOfDay('2026-04-01', zone) });
    expect(april.startsWith('Betty Bunting,')).toBe(true);
    expect(
      recordsOf(april)
        .slice(2)
        .map((row) => row[5]),
    ).toEqual(['-30.00']);
  });

  it('[W-40] is read with as many statements for 2000 rows as for 30', async () => {
    const asked = async (rows: number): Promise<[number, number]> => {
      const member = await members.member();
      await members.fill(member.id, rows);
      let count = 0;
      const counting: SqlReader = {
        rows: (sql, values) => {
          count += 1;
          return members.book.reader.rows(sql, values);
        },
      };
      const file = await fileOf(member, { asOf: '2100-01-01T00:00:00Z' }, counting);
      const lines = recordsOf(await text(statementCsv(file, { zone, hasByteOrderMark: false })));
      return [lines.length - 2, count];
    };
    expect([await asked(30), await asked(2_000)]).toEqual([
      [30, 3],
      [2_000, 3],
    ]);
  });
});

describe('a statement for an instant', () => {
  it('is the same, byte for byte, whatever is posted later', async () => {
    const { member } = await betty();
    const at = (await readAsOf(members.book.reader, undefined))!;
    const make = async () => {
      const pdf = await buffer(await statementPdf(await fileOf(member, { asOf: at }), { zone }));
      return [await csvOf(member, { asOf: at }), pdf.toString('latin1')];
    };
    const first = await make();
    await members.adjust(member.id, 5_000);
    expect(await make()).toEqual(first);
    expect(recordsOf(first[0]!)).toHaveLength(4);
  });

  it('does not hold what was recorded after it, nor is made for one that is still to come', async () => {
    const { member } = await betty();
    const before = await csvOf(member, { asOf: '2026-03-31T12:59:59Z' });
    expect(
      recordsOf(before)
        .slice(2)
        .map((row) => row[6]),
    ).toEqual(['100.00']);
    expect(await readAsOf(members.book.reader, '2100-01-01T00:00:00Z')).toBeNull();
    expect(await readAsOf(members.book.reader, asOf)).toBe(asOf);
  });

  it('is read in batches, each row once and none that is posted meanwhile', async () => {
    const member = await members.member();
    await members.fill(member.id, 2_010);
    const file = await fileOf(member, { asOf: (await readAsOf(members.book.reader, undefined))! });
    await members.adjust(member.id, 1);
    const batches: number[][] = [];
    for await (const rows of file.batches()) batches.push(rows.map((row) => row.seq));
    expect(batches.map((batch) => batch.length)).toEqual([2_000, 10]);
    expect(batches.flat()).toEqual(Array.from({ length: 2_010 }, (_, n) => 2_010 - n));
  });

  it('waits for a posting under way, whose rows may have their time already', async () => {
    const member = await members.member();
    await members.adjust(member.id, 100);
    const { code } = memberAccount(member.id, 'AUD');
    const posting = await openDatabase(members.book.database.url);
    await posting.query('BEGIN');
    await posting.query('SELECT id FROM ledger_account WHERE code = ? FOR UPDATE', [code]);
    let isOpen = false;
    const opening = fileOf(member).then(() => (isOpen = true));
    const waiting = "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE ?";
    await until(async () => (await posting.query<RowDataPacket[]>(waiting, [`%${code}%SHARE%`]))[0].length === 1);
    expect(isOpen).toBe(false);
    await posting.query('COMMIT');
    expect(await opening).toBe(true);
    await posting.end();
  });

  it('breaks off where the database does, and never looks whole', async () => {
    const { member } = await betty();
    const failing: SqlReader = {
      rows: (sql, values) =>
        sql.includes('FROM ledger_entry e\n  JOIN')
          ? Promise.reject(new Error('away'))
          : members.book.reader.rows(sql, values),
    };
    const file = await fileOf(member, {}, failing);
    await expect(buffer(statementCsv(file, { zone, hasByteOrderMark: false }))).rejects.toThrow('away');
    await expect(buffer(await statementPdf(file, { zone }))).rejects.toThrow('away');
  });
});

describe('a statement as PDF', () => {
  it('[W-41] [STM-01] [C50] has title, member, balance and the rows with their columns', async () => {
    const { member, card, paid } = await betty();
    const { pages, info } = await readPdf(await pdfOf(member));
    expect(pages).toHaveLength(1);
    expect(linesOn(pages[0]!)).toEqual([
      'Statement of Betty Bunting, 5 Apr 2026',
      `Member number ${member.no}, Grand Master`,
      'Home club: Trumps',
      'Balance: 70.00 AUD',
      'Date | Reference | Counterparty | Type | Description | In | Out | Balance',
      `1 Apr 2026 | ${paid} | Rival Club | Club Payment | Table money | 30.00 | 70.00`,
      `31 Mar 2026 | ${card} | Manual Top Up | Payment from visa card **** **** ***** 4242 | 100.00 | 100.00`,
      'Exp 12/28',
      'Page 1',
    ]);
    const at = (word: string) => pages[0]!.filter((piece) => piece.text === word).map(({ x }) => x);
    const [inHeading, outHeading] = [at('In')[0]!, at('Out')[0]!];
    // 30.00 stands under Out, 100.00 under In and under Balance.
    expect(at('30.00')[0]!).toBeGreaterThan(inHeading + 20);
    expect(at('100.00')[0]!).toBeLessThan(outHeading);
    expect(info).toMatchObject({ Title: 'Statement of Betty Bunting', CreationDate: 'D:20260405010203Z' });
  });

  it('of a member without rows says Nil and Unknown', async () => {
    const member = await members.member('Linh', 'Nguyễn Đỗ');
    const { pages } = await readPdf(await pdfOf(member, { to: '2026-03-31' }));
    expect(linesOn(pages[0]!).slice(0, 5)).toEqual([
      ...['Statement of Linh Nguyễn Đỗ, 5 Apr 2026', `Member number ${member.no}`, 'Home club: Unknown'],
      ...['Period: to 31 Mar 2026', 'Balance: Nil'],
    ]);
    const cut = await readPdf(await pdfOf(member, { from: '2026-03-01' }));
    expect(linesOn(cut.pages[0]!)).toContain('Period: 1 Mar 2026 to 5 Apr 2026');
  });

  it('goes on over pages, each with headings and number, every row once, in every script', async () => {
    const [member, elli] = [await members.member('Linh', 'Nguyễn'), await members.member('Έλλη', 'Λαμπέτη')];
    await members.card(member.id, 100_000);
    for (let n = 1; n <= 60; n += 1) {
      const description = `No ${n}: ${'Trận đấu '.repeat(n % 9)}`.trim();
      await members.pay(member.id, { kind: 'member', id: elli.id }, n, { type: 'Member Transfer', description });
    }
    const file = await fileOf(member, { asOf: '2100-01-01T00:00:00Z' });
    const { pages } = await readPdf(await buffer(await statementPdf(file, { zone })));
    expect(pages.length).toBeGreaterThan(1);
    const lines = pages.map(linesOn);
    expect(lines.map((page) => page.filter((line) => line.startsWith('Date | Reference')).length)).toEqual(
      pages.map(() => 1),
    );
    expect(lines.map((page) => page.at(-1))).toEqual(pages.map((_, index) => `Page ${index + 1}`));
    const numbers = lines.flat().flatMap((line) => /No (\d+):/.exec(line)?.[1] ?? []);
    expect(numbers.map(Number)).toEqual(Array.from({ length: 60 }, (_, n) => 60 - n));
    expect(lines.flat().join(' ')).toContain('Έλλη Λαμπέτη');
    expect(pages.flat().filter(({ y }) => y < 20 || y > 575)).toEqual([]);
  });
});
