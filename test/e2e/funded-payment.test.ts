import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openCounter, type Counter } from '../support/counter.ts';
import { Host, linesOf, type ShownPayment } from '../support/members.ts';
import { memberWithCard } from '../support/saved-card.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { until } from '../support/until.ts';

let counter: Counter;
let host: Host;
let club: string;

beforeAll(async () => {
  const timing = { beginMs: 2_000, ladderMs: [300], bookingMs: 4_000, topUpMs: 5_000 };
  counter = await openCounter({ env: { CHECKOUT_TIMING: JSON.stringify(timing) } });
  host = new Host(counter);
  club = counter.shop.site.organisationId;
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(() => counter.close());

const lines = (member: string) => linesOf(counter, `member/${member}`);
const balance = async (member: string) => (await lines(member)).at(-1)?.balance;

function fund(member: string, amount: number, more: object = {}) {
  const body = { member, booking: 'host', amount: { amount, currency: 'AUD' }, description: 'Entries', ...more };
  return counter.till.post<ShownPayment>('/v1/payments', body, randomUUID());
}

interface ShownBooking {
  readonly id: string;
  readonly state: string;
  readonly total: number;
  readonly code?: string;
  readonly reason?: string;
}

function book(payment: string, wanted: readonly object[], key: string = randomUUID()) {
  return counter.till.post<ShownBooking>(`/v1/payments/${payment}/bookings`, { lines: wanted }, key);
}

const entry = (amount: number) => ({ to: { organisation: club }, amount, type: 'Entry to an event', event: 'event-3' });

async function settled(id: string, state: string): Promise<ShownPayment> {
  let shown: ShownPayment | undefined;
  await until(async () => (shown = await host.show(id)).state === state).catch(() => {
    throw new Error(`It is not ${state}: ${JSON.stringify(shown)}`);
  });
  return shown!;
}

describe('a payment that only asks for funds', () => {
  it('[BAT-14] books nothing, tops up by what it leaves, and the host books afterwards', async () => {
    const member = await memberWithCard(counter, host, { balanceMinor: 3_000, autoMinor: 5_000 });
    const { status, body } = await fund(member, 2_500);
    expect([status, body.status]).toEqual([201, 'funded']);
    await until(async () => (await balance(member)) === 8_000);
    expect((await lines(member)).map(({ type }) => type)).toEqual(['Auto Top Up']);
    expect((await book(body.id, [entry(2_500)])).status).toBe(201);
    expect((await lines(member)).at(-1)).toEqual({ type: 'Entry to an event', amount: -2_500, balance: 5_500 });
  });

  it('[BAT-15] without automatic top-ups moves nothing, and the warning comes with the booking', async () => {
    const member = await host.member(3_000);
    const { body } = await fund(member, 2_500);
    expect([body.status, await lines(member)]).toEqual(['funded', []]);
    expect(await warnings(member)).toBe(0);
    await book(body.id, [entry(2_500)]);
    await until(async () => (await warnings(member)) === 1);
    expect(await balance(member)).toBe(500);
  });

  it('holds the money: what is held cannot be spent, and what is not booked is free again', async () => {
    const member = await host.member(10_000);
    const { body } = await fund(member, 8_000);
    expect((await host.pay(member, { organisation: club }, 3_000)).body.status).toBe('checkout_required');
    const other = await host.member(0);
    const booked = await book(body.id, [entry(5_000), { to: { member: other }, amount: 1_000, session: 'session-1' }]);
    expect([booked.status, booked.body.total]).toEqual([201, 6_000]);
    expect(await lines(member)).toEqual([
      { type: 'Entry to an event', amount: -5_000, balance: 5_000 },
      { type: 'Miscellaneous', amount: -1_000, balance: 4_000 },
    ]);
    expect(await balance(other)).toBe(1_000);
    expect((await host.pay(member, { organisation: club }, 4_000)).body.status).toBe('paid');
  });

  it('takes by card what the balance lacks, and holds it then', async () => {
    const member = await host.member(1_000);
    const { body } = await fund(member, 5_000);
    expect([body.status, body.checkout?.amount.amount]).toEqual(['checkout_required', 4_000]);
    await counter.control.paymentIntent(body.checkout!.paymentRef).confirm('4242424242424242');
    await settled(body.id, 'funded');
    expect((await book(body.id, [entry(5_000)])).body.state).toBe('posted');
    expect(await balance(member)).toBe(0);
  });

  it('is booked once, however often it is asked, and never above its funds', async () => {
    const member = await host.member(10_000);
    const { body } = await fund(member, 5_000);
    expect((await book(body.id, [entry(3_000), entry(2_001)])).body.code).toBe('amount_out_of_range');
    const key = randomUUID();
    const first = await book(body.id, [entry(3_000)], key);
    expect((await book(body.id, [entry(3_000)], key)).body).toEqual(first.body);
    const second = await book(body.id, [entry(1_000)]);
    expect([second.status, second.body.code]).toEqual([409, 'payment_state_conflict']);
    expect(await balance(member)).toBe(7_000);
  });

  it('is released by its host, or by time, and the member has it again', async () => {
    const member = await host.member(5_000);
    const given = await fund(member, 5_000);
    const canceled = await counter.till.post<ShownPayment>(`/v1/payments/${given.body.id}/cancel`, {}, randomUUID());
    expect([canceled.status, canceled.body.state]).toEqual([200, 'released']);
    const forgotten = await fund(member, 5_000);
    expect((await settled(forgotten.body.id, 'released')).outcome).toBe('not_booked_in_time');
    expect((await host.pay(member, { organisation: club }, 5_000)).body.status).toBe('paid');
  });

  it('names nobody, and a payment that names somebody is not booked by its host [W-28]', async () => {
    const member = await host.member(5_000);
    expect((await fund(member, 100, { to: { organisation: club } })).body.code).toBe('invalid_request');
    expect((await host.pay(member, undefined as never, 100)).body.code).toBe('invalid_request');
    const paid = await host.pay(member, { organisation: club }, 100);
    expect((await book(paid.body.id, [entry(100)])).body.code).toBe('payment_state_conflict');
    const { body } = await fund(member, 1_000);
    const strangers = [
      await book(body.id, [{ to: { member }, amount: 100 }]),
      await book(body.id, [{ to: { organisation: 'org_01KAJ0000000000000000000AA' }, amount: 100 }]),
      await book(body.id, []),
    ];
    expect(strangers.map((answer) => answer.body.code)).toEqual(['self_transfer', 'not_found', 'invalid_request']);
  });
});

/** How many low-balance warnings were written for a member. */
async function warnings(member: string): Promise<number> {
  const [row] = await counter.orm.em
    .fork()
    .getConnection()
    .execute<{ count: number | string }[]>(
      `SELECT COUNT(*) AS count FROM notice WHERE member_id = '${member}' AND kind = 'low_balance'`,
    );
  return Number(row?.count ?? 0);
}
