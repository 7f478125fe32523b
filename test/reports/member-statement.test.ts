import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { memberAccount } from '../../src/domain/ledger-account.ts';
import type { SqlReader } from '../../src/ledger/sql-reader.read.ts';
import { endOfDay, startOfDay } from '../../src/reports/local-day.ts';
import { readMemberBalance, readMemberBalanceAt } from '../../src/reports/members/member-balance.ts';
import { readMemberStatement, type StatementPageQuery } from '../../src/reports/members/member-statement.ts';
import type { StatementMember } from '../../src/reports/statement-header.ts';
import { aud } from '../support/book.ts';
import { MemberBook } from './member-book.ts';

let members: MemberBook;
let reader: SqlReader;
beforeAll(async () => {
  members = await MemberBook.open();
  reader = members.book.reader;
});
afterAll(() => members.book.close());

const now = new Date('2026-03-20T00:00:00Z');
const read = (member: StatementMember, more: Partial<StatementPageQuery> = {}) =>
  readMemberStatement(reader, member, { limit: 30, now, ageLimitWeeks: 12, ...more });
/** What a row says, in short. */
const short = async (member: StatementMember, more: Partial<StatementPageQuery> = {}) =>
  (await read(member, more)).rows.map((row) => [
    row.type,
    Number(row.amount.amountMinor),
    Number(row.balanceAfter.amountMinor),
  ]);

describe("a page of a member's statement", () => {
  it('[STM-01] [C25] shows rows with counterparty, signed amount and balance, the newest first', async () => {
    const betty = await members.member('Betty', 'Bunting', { homeClub: 'Rival Club', rankName: 'Grand Master' });
    const club = await members.organisation('Rival Club');
    const first = await members.card(betty.id, 10_000);
    const second = await members.pay(betty.id, { kind: 'organisation', id: club }, 3_000);
    await members.book.database.query(
      "INSERT INTO auto_top_up (member_id, state, amount_minor, processor_account_id, updated_at) VALUES (?, 'on', 10000, 'pac_1', '2026-01-01')",
      [betty.id],
    );
    const page = await read(betty);
    expect(page.autoTopUp).toEqual({ state: 'on', amount: aud(10_000) });
    expect(page.header).toEqual({
      ...{ name: 'Betty Bunting', no: betty.no, homeClub: 'Rival Club', rank: 'Grand Master' },
    });
    expect([page.balance, page.balanceShown]).toEqual([aud(7_000), '70.00']);
    expect(page.rows).toMatchObject([
      {
        ...{ seq: 2, reference: second, type: 'Club Payment', description: 'Table money' },
        counterparty: { kind: 'organisation', id: club, name: 'Rival Club' },
        ...{ amount: aud(-3_000), balanceAfter: aud(7_000), card: null, refund: null },
      },
      {
        ...{ seq: 1, reference: first, type: 'Manual Top Up', amount: aud(10_000), balanceAfter: aud(10_000) },
        counterparty: { kind: 'card', id: null, name: null },
        card: { brand: 'visa', last4: '4242', receiptUrl: 'https://pay.example/r', refunded: aud(0) },
      },
    ]);
    expect(first).toMatch(/^[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}$/);
  });

  it('[STM-02] of a member without rows says Nil, Unknown and off', async () => {
    const page = await read(await members.member());
    expect(page).toMatchObject({ balance: aud(0), balanceShown: 'Nil', rows: [], nextCursor: null });
    expect(page.header).toMatchObject({ homeClub: 'Unknown', rank: null });
    expect(page.autoTopUp).toEqual({ state: 'off', amount: null });
  });

  it('shows what was spent to the last cent as 0.00, less than nothing with its sign, thousands apart', async () => {
    const anna = await members.member('Anna');
    await members.adjust(anna.id, 1_000);
    await members.adjust(anna.id, -1_000);
    expect((await read(anna)).balanceShown).toBe('0.00');
    await members.adjust(anna.id, -2_000);
    expect((await read(anna)).balanceShown).toBe('-20.00');
    await members.adjust(anna.id, 123_458_789);
    const page = await read(anna);
    expect([page.balanceShown, page.rows[0]?.counterparty]).toEqual([
      '1,234,567.89',
      { kind: 'administrator', id: 'key_1', name: null },
    ]);
    expect(await short(anna)).toEqual([
      ['Manual Adjustment', 123_458_789, 123_456_789],
      ['Manual Adjustment', -2_000, -2_000],
      ['Manual Adjustment', -1_000, 0],
      ['Manual Adjustment', 1_000, 1_000],
    ]);
  });

  it('names the other member on both sides of a transfer, in any script, and cuts descriptions at 80', async () => {
    const [linh, elli] = [await members.member('Linh', 'Nguyễn'), await members.member('Έλλη', 'Λαμπέτη')];
    await members.card(linh.id, 5_000);
    const text = { type: 'Member Transfer', description: 'ß'.repeat(100) } as const;
    await members.pay(linh.id, { kind: 'member', id: elli.id }, 2_000, text);
    const [sent] = (await read(linh)).rows;
    const [got] = (await read(elli)).rows;
    expect(sent).toMatchObject({ amount: aud(-2_000), counterparty: { id: elli.id, name: 'Έλλη Λαμπέτη' } });
    expect(got).toMatchObject({ amount: aud(2_000), counterparty: { id: linh.id, name: 'Linh Nguyễn' } });
    expect([sent?.description, got?.description]).toEqual(['ß'.repeat(80), 'ß'.repeat(80)]);
  });

  it('[C48] has 30 of 45 rows, then 15, each once, while new ones are added', async () => {
    const cara = await members.member('Cara');
    for (let row = 1; row <= 45; row += 1) await members.adjust(cara.id, row);
    const first = await read(cara);
    expect(first.rows.map((row) => Number(row.amount.amountMinor))).toEqual(
      Array.from({ length: 30 }, (_, n) => 45 - n),
    );
    await members.adjust(cara.id, 46);
    const second = await read(cara, { cursor: first.nextCursor! });
    expect(second.rows.map((row) => Number(row.amount.amountMinor))).toEqual(
      Array.from({ length: 15 }, (_, n) => 15 - n),
    );
    expect([second.nextCursor, (await read(cara, { cursor: 1 })).rows]).toEqual([null, []]);
  });
});

describe('the refund that a card row offers', () => {
  const offers = async (member: StatementMember, at = now) =>
    (await read(member, { now: at })).rows.flatMap(({ refund }) => (refund === null ? [] : [refund]));

  it('[C48] is what is left of it, while the balance covers that and it is younger than twelve weeks', async () => {
    const dora = await members.member('Dora');
    await members.card(dora.id, 5_000, { capturedAt: '2026-01-01T10:00:00Z' });
    const atLimit = new Date('2026-03-26T10:00:00Z');
    const justBefore = new Date(atLimit.getTime() - 1);
    expect(await offers(dora, justBefore)).toEqual([{ eligible: true, reason: null, amount: aud(5_000) }]);
    expect(await offers(dora, atLimit)).toEqual([{ eligible: false, reason: 'too_old', amount: aud(5_000) }]);
    await members.adjust(dora.id, -1);
    expect(await offers(dora)).toMatchObject([{ eligible: false, reason: 'insufficient_funds' }]);
  });

  it('is judged for each row by its receipt and what was given back of it, holds taken off the balance', async () => {
    const eve = await members.member('Eve');
    await members.card(eve.id, 1_000, { refundedMinor: 1_000 });
    await members.card(eve.id, 2_000, { receiptUrl: null });
    await members.card(eve.id, 6_000, { refundedMinor: 1_000, type: 'Auto Top Up' });
    expect(await offers(eve)).toEqual([
      { eligible: true, reason: null, amount: aud(5_000) },
      { eligible: false, reason: 'no_receipt', amount: aud(2_000) },
      { eligible: false, reason: 'already_refunded', amount: aud(0) },
    ]);
    const account = memberAccount(eve.id, 'AUD');
    await members.book.poster.placeHold({ opKey: 'eve', account, amount: aud(4_001), description: 'Held' });
    expect((await offers(eve))[0]).toMatchObject({ eligible: false, reason: 'insufficient_funds' });
    await members.book.poster.releaseHold({ holdOpKey: 'eve', account, opKey: 'eve-released' });
  });
});

describe('local days', () => {
  const sydney = 'Australia/Sydney';
  const of = (from: string, to: string) => ({ from: startOfDay(from, sydney), before: endOfDay(to, sydney) });
  let ivy: StatementMember;
  beforeAll(async () => {
    ivy = await members.member('Ivy');
    // The first second of 5 April, its hour that comes twice, its last moment, and the first of the 6th.
    const times = [
      '2026-04-04T13:00:00Z',
      '2026-04-04T15:30:00Z',
      '2026-04-04T16:30:00Z',
      '2026-04-05T13:59:59.999999Z',
    ];
    times.push('2026-04-05T14:00:00Z', '2026-10-03T13:59:59Z', '2026-10-03T14:00:00Z', '2026-10-04T13:00:00Z');
    for (const [n, at] of times.entries()) await members.dated(await members.card(ivy.id, n + 1), at);
  });
  const amounts = async (from: string, to: string) => (await short(ivy, of(from, to))).map(([, amount]) => amount);

  it('hold what was recorded from their midnight to the next, also those of 25 and of 23 hours', async () => {
    expect(await amounts('2026-04-05', '2026-04-05')).toEqual([4, 3, 2, 1]);
    expect(await amounts('2026-04-06', '2026-04-06')).toEqual([5]);
    expect(await amounts('2026-10-03', '2026-10-03')).toEqual([6]);
    expect(await amounts('2026-10-04', '2026-10-04')).toEqual([7]);
    expect(await amounts('2026-10-05', '2026-10-05')).toEqual([8]);
    expect(await amounts('2026-04-06', '2026-10-04')).toEqual([7, 6, 5]);
    expect(await amounts('2026-04-07', '2026-10-02')).toEqual([]);
    expect(await amounts('2020-01-01', '2026-04-04')).toEqual([]);
  });

  it('end before the row that was recorded at midnight, which the next one begins with', async () => {
    const at = async (instant: string, isInclusive: boolean) => {
      const { balance, lastEntryAt } = await readMemberBalanceAt(reader, ivy, { at: instant, isInclusive });
      return [Number(balance.amountMinor), lastEntryAt];
    };
    expect(await at(endOfDay('2026-04-05', sydney), false)).toEqual([10, '2026-04-05T13:59:59.999999Z']);
    expect(await at('2026-04-05T14:00:00Z', true)).toEqual([15, '2026-04-05T14:00:00.000000Z']);
    expect(await at(startOfDay('2026-04-05', sydney), false)).toEqual([0, null]);
    expect(await at('2026-04-04T12:59:59.999999Z', true)).toEqual([0, null]);
  });
});

describe('a balance', () => {
  it('[C17] of a member without rows is nothing, with no date; then it has the newest row’s', async () => {
    const fay = await members.member('Fay');
    const nothing = { balance: aud(0), available: aud(0), held: aud(0), lastEntryAt: null };
    expect(await readMemberBalance(reader, fay)).toEqual(nothing);
    await members.dated(await members.card(fay.id, 2_500), '2026-02-03T04:05:06Z');
    expect(await readMemberBalance(reader, fay)).toMatchObject({
      ...{ balance: aud(2_500), lastEntryAt: '2026-02-03T04:05:06.000000Z' },
    });
  });

  it('[W-37] is one, however it is asked for, also where rows were recorded in the same instant', async () => {
    const gus = await members.member('Gus');
    const club = await members.organisation('Same Instant Club');
    await members.card(gus.id, 10_000);
    const to = { kind: 'organisation', id: club } as const;
    const rows = [3_000, 1_000, 500].map((amountMinor) =>
      members.payment(gus.id, to, { amountMinor, type: 'Club Payment', description: 'Together' }),
    );
    await members.group(rows);
    const page = await read(gus);
    expect(new Set(page.rows.slice(0, 3).map((row) => row.recordedAt)).size).toBe(1);
    expect(await short(gus)).toEqual([
      ['Club Payment', -500, 5_500],
      ['Club Payment', -1_000, 6_000],
      ['Club Payment', -3_000, 7_000],
      ['Manual Top Up', 10_000, 10_000],
    ]);
    const at = { at: page.rows[0]!.recordedAt, isInclusive: true };
    const answers = [page, await readMemberBalance(reader, gus), await readMemberBalanceAt(reader, gus, at)];
    expect(answers.map(({ balance }) => balance)).toEqual([aud(5_500), aud(5_500), aud(5_500)]);
  });
});

describe('the database', () => {
  it('[W-40] is asked as often for 3000 rows as for 30, in pages as long as the caller likes', async () => {
    const counted: string[] = [];
    const counting: SqlReader = {
      rows: (sql, values) => {
        counted.push(sql);
        return reader.rows(sql, values);
      },
    };
    const asked = async (member: StatementMember, limit: number): Promise<[number, number]> => {
      counted.length = 0;
      const { rows } = await readMemberStatement(counting, member, { limit, now, ageLimitWeeks: 12 });
      return [rows.length, counted.length];
    };
    const [few, many] = [await members.member('Few'), await members.member('Many')];
    await members.fill(few.id, 30);
    await members.fill(many.id, 3_000);
    expect([await asked(few, 30), await asked(many, 30), await asked(many, 100)]).toEqual([
      ...[
        [30, 3],
        [30, 3],
        [100, 3],
      ],
    ]);
    const used = await members.book.database.query<{ table: string; type: string; Extra: string }>(
      `EXPLAIN ${counted.at(-1)!.replaceAll('?', '1')}`,
    );
    expect(used.filter(({ type }) => !['const', 'eq_ref', 'range'].includes(type))).toEqual([]);
    expect(used.filter(({ Extra }) => /filesort|temporary/.test(Extra))).toEqual([]);
  });
});
