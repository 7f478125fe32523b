import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { randomUUID } from 'node:crypto';
import { openCounter, type Counter } from '../../support/counter.ts';
import { Host, linesOf, type ShownPayment } from '../../support/members.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { memberWithCard, shownAutoTopUp } from '../../support/saved-card.ts';
import { until } from '../../support/until.ts';

let counter: Counter;
let host: Host;
let club: { organisation: string };

beforeAll(async () => {
  counter = await openCounter({ env: { CHECKOUT_TIMING: JSON.stringify({ topUpMs: 20_000 }) } });
  host = new Host(counter);
  club = { organisation: counter.shop.site.organisationId };
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(() => counter.close());

interface Batch {
  readonly id: string;
  readonly items: readonly ShownPayment[];
  readonly code?: string;
}
const wish = (member: string, amount: number, more: object = {}) => ({
  member,
  to: club,
  amount: { amount, currency: 'AUD' },
  description: 'Session fee',
  type: 'Club Payment',
  ...more,
});
const batch = (payments: object[], key: string = randomUUID()) =>
  counter.till.post<Batch>('/v1/payment-batches', { payments }, key);
const outcomes = ({ body }: { body: Batch }) => body.items.map(({ status, outcome }) => outcome ?? status);
const lines = async (member: string) =>
  (await linesOf(counter, `member/${member}`)).map(({ type, amount, balance }) => [type, amount, balance]);
const withCard = (balanceMinor: number, autoMinor: number) =>
  memberWithCard(counter, host, { balanceMinor, autoMinor });

async function refuse(member: string): Promise<void> {
  const [row] = await sql<{ ref: string }>('SELECT payment_method_ref AS ref FROM auto_top_up WHERE member_id = ?', [
    member,
  ]);
  await counter.control.paymentMethod(row!.ref).behave('generic_decline');
}
async function sql<T>(text: string, values: string[]): Promise<T[]> {
  const connection = await createConnection({ uri: counter.databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    return (await connection.query<RowDataPacket[]>(text, values))[0] as T[];
  } finally {
    await connection.end();
  }
}
const notices = async (member: string) =>
  (await sql<{ kind: string }>('SELECT kind FROM notice WHERE member_id = ?', [member])).map(({ kind }) => kind);

describe('a batch of payments', () => {
  it('[BAT-01] [BAT-13] [C40] books what the balances cover, on both sides, and moves nothing else', async () => {
    const [one, two] = [await host.member(51_226), await host.member(50_000)];
    const answer = await batch([wish(one, 5_067), wish(two, 4_756)]);
    expect([answer.status, outcomes(answer)]).toEqual([201, ['paid', 'paid']]);
    expect(await lines(one)).toEqual([['Club Payment', -5_067, 46_159]]);
    expect(await lines(two)).toEqual([['Club Payment', -4_756, 45_244]]);
    const got = (await linesOf(counter, `organisation/${club.organisation}`)).map(({ amount }) => amount);
    expect(got.slice(-2)).toEqual([5_067, 4_756]);
  });

  it('[BAT-02] [BAT-12] [C40] refuses what is not covered, books nothing of it, and asks no card', async () => {
    const [one, two] = [await host.member(51_226), await host.member(1_450)];
    const before = (await counter.control.counters()).totals.intents;
    const answer = await batch([wish(one, 56_226), wish(two, 4_756)]);
    expect(outcomes(answer)).toEqual(['insufficient_funds', 'insufficient_funds']);
    expect([await lines(one), await lines(two)]).toEqual([[], []]);
    expect((await counter.control.counters()).totals.intents).toBe(before);
  });

  it('[BAT-04] [C40] [C58] takes the last cent, and warns only of what is below the limit', async () => {
    const [all, exact] = [await host.member(5_000), await host.member(4_000)];
    expect(outcomes(await batch([wish(all, 5_000), wish(exact, 2_000)]))).toEqual(['paid', 'paid']);
    expect(await lines(all)).toEqual([['Club Payment', -5_000, 0]]);
    await until(async () => (await notices(all)).length === 1);
    expect([await notices(all), await notices(exact)]).toEqual([['low_balance'], []]);
  });

  it('[BAT-17] leaves exactly 20.00 without a warning [W-06]', async () => {
    const [exact, low] = [await host.member(3_205), await host.member(3_205)];
    await batch([wish(exact, 1_205), wish(low, 1_206)]);
    await until(async () => (await notices(low)).length === 1);
    expect(await lines(exact)).toEqual([['Club Payment', -1_205, 2_000]]);
    expect(await notices(exact)).toEqual([]);
  });

  it('[BAT-08] [BAT-09] [BAT-11] tops up by the rule where the card may be asked, and books then', async () => {
    const [one, two, three] = [await withCard(1_000, 10_000), await withCard(1_000, 10_000), await withCard(0, 5_000)];
    const answer = await batch([wish(one, 6_000), wish(two, 10_000), wish(three, 4_756, { type: 'Club Membership' })]);
    expect(outcomes(answer)).toEqual(['paid', 'paid', 'paid']);
    expect(await lines(one)).toEqual([
      ['Auto Top Up', 10_000, 11_000],
      ['Club Payment', -6_000, 5_000],
    ]);
    expect(await lines(two)).toEqual([
      ['Auto Top Up', 20_000, 21_000],
      ['Club Payment', -10_000, 11_000],
    ]);
    expect(await lines(three)).toEqual([
      ['Auto Top Up', 10_000, 10_000],
      ['Club Membership', -4_756, 5_244],
    ]);
  });

  it('[BAT-10] [C40] refuses an item whose card is refused, with the reason, and books nothing of it', async () => {
    const member = await withCard(1_000, 10_000);
    await refuse(member);
    const other = await host.member(10_000);
    const answer = await batch([wish(member, 6_000), wish(other, 6_000)]);
    expect(outcomes(answer)).toEqual(['generic_decline', 'paid']);
    expect(await lines(member)).toEqual([]);
    expect((await shownAutoTopUp(counter, member)).state).toBe('disabled');
  });

  it('[BAT-06] [C40] lifts what a payment left too low, and lets the payment stand when the card is refused', async () => {
    const [served, refused] = [await withCard(4_000, 10_000), await withCard(4_000, 10_000)];
    await refuse(refused);
    expect(outcomes(await batch([wish(served, 2_001), wish(refused, 2_001)]))).toEqual(['paid', 'paid']);
    await until(async () => (await lines(served)).length === 2);
    await until(async () => (await shownAutoTopUp(counter, refused)).state === 'disabled');
    expect((await lines(served)).at(-1)).toEqual(['Auto Top Up', 10_000, 11_999]);
    expect(await lines(refused)).toEqual([['Club Payment', -2_001, 1_999]]);
    expect([await notices(served), await notices(refused)]).toEqual([
      ['auto_top_up_succeeded'],
      ['auto_top_up_failed'],
    ]);
  });

  it('[BAT-16] [BAT-18] with both sides, or with less than a cent, is refused as a whole: nothing is written [W-28]', async () => {
    const [one, two] = [await host.member(10_000), await host.member(8_000)];
    const both = { ...club, member: two };
    const refused = [
      await batch([wish(two, 100), wish(one, 1_000, { to: both })]),
      await batch([wish(two, 100), wish(one, -5_000, { to: { member: two } })]),
      await batch([wish(two, 100), wish(one, 0)]),
      await batch([]),
    ];
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      Array.from({ length: 4 }, () => [422, 'invalid_request']),
    );
    const unknown = await batch([wish(two, 100), wish('mem_01KAJ0000000000000000000AA', 100)]);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
    expect([await lines(one), await lines(two)]).toEqual([[], []]);
    expect(await sql('SELECT id FROM payment WHERE member_id IN (?, ?)', [one, two])).toEqual([]);
  });

  it('judges each payment of one member on what the one before has left', async () => {
    const member = await host.member(10_000);
    expect(outcomes(await batch([wish(member, 8_000), wish(member, 8_000), wish(member, 2_000)]))).toEqual([
      'paid',
      'insufficient_funds',
      'paid',
    ]);
  });

  it('asked for twice with one key is one batch with one answer', async () => {
    const member = await host.member(10_000);
    const key = randomUUID();
    const first = await batch([wish(member, 1_000)], key);
    const again = await batch([wish(member, 1_000)], key);
    expect(again.text).toBe(first.text);
    expect(await lines(member)).toHaveLength(1);
  });

  it('of a thousand from balances is booked in groups, each item once', async () => {
    const member = await host.member(1_000_000);
    const answer = await batch(Array.from({ length: 1_000 }, () => wish(member, 100)));
    expect(new Set(outcomes(answer))).toEqual(new Set(['paid']));
    const booked = await lines(member);
    expect([booked.length, booked.at(-1)]).toEqual([1_000, ['Club Payment', -100, 900_000]]);
  }, 60_000);

  it('tells beforehand who can pay and how, and does nothing [W-46]', async () => {
    const [rich, carded, poor] = [await host.member(10_000), await withCard(3_000, 10_000), await host.member(500)];
    const { body } = await counter.till.post<{
      items: { way: string; charge: { amount: number } | null; reason: string | null }[];
    }>(
      '/v1/payment-batches/preview',
      { payments: [wish(rich, 10_000), wish(rich, 1), wish(carded, 6_000), wish(poor, 600)] },
      randomUUID(),
    );
    expect(body.items.map(({ way, charge, reason }) => [way, charge?.amount ?? null, reason])).toEqual([
      ['balance', null, null],
      ['refused', null, 'auto_top_up_off'],
      ['auto_top_up', 10_000, null],
      ['refused', null, 'auto_top_up_off'],
    ]);
    expect(await lines(rich)).toEqual([]);
  });
});
