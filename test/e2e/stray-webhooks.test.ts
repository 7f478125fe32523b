import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { openCounter, type Counter } from '../support/counter.ts';
import { openDatabase } from '../support/database.ts';
import { paidElsewhere, stripeOf } from '../support/foreign-payment.ts';
import { Host, linesOf, type ShownPayment } from '../support/members.ts';
import { memberWithCard } from '../support/saved-card.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { until } from '../support/until.ts';

let counter: Counter;
let host: Host;
let database: Connection;
let club: { organisation: string };

beforeAll(async () => {
  const timing = { beginMs: 2_000, ladderMs: [60_000], topUpMs: 10_000 };
  counter = await openCounter({
    env: { CHECKOUT_TIMING: JSON.stringify(timing), INBOX_SWEEP_MS: '300', EVENT_SWEEP_MS: '600000' },
  });
  host = new Host(counter);
  database = await openDatabase(counter.databaseUrl);
  club = { organisation: counter.shop.site.organisationId };
}, 60_000);
afterEach(async () => {
  await counter.control.webhooks.removeRules();
  await expectBooksInOrder(counter.databaseUrl);
});
afterAll(async () => {
  await database.end();
  await counter.close();
});

const lines = (member: string) => linesOf(counter, `member/${member}`);
async function rows(sql: string, values: readonly string[] = []): Promise<RowDataPacket[]> {
  const [found] = await database.query<RowDataPacket[]>(sql, [...values]);
  return found;
}
/** What the inbox has of an object of the processor. */
async function eventsOf(objectId: string): Promise<{ type: string; state: string; reason: string | null }[]> {
  const found = await rows('SELECT type, state, reason FROM provider_event WHERE payload LIKE ?', [`%"${objectId}"%`]);
  return found.map((row) => ({ ...row })) as { type: string; state: string; reason: string | null }[];
}
/** Fees of earlier payments may still come. */
const transactions = async () =>
  Number((await rows(`SELECT COUNT(*) AS count FROM ledger_transaction WHERE kind <> 'processor-fee'`))[0]?.['count']);
async function suspense(): Promise<number> {
  const [row] = await rows(`SELECT balance_minor AS minor FROM ledger_account WHERE code = 'suspense/unmatched/AUD'`);
  return Number(row?.['minor'] ?? 0);
}

describe('a word about a card', () => {
  it('[WH-14] of the browser, after the processor’s, changes nothing', async () => {
    const member = await host.member(0);
    const { body } = await host.topUp(member, 10_000);
    await counter.control.paymentIntent(body.checkout!.paymentRef).confirm('4242424242424242');
    await until(async () => (await host.show(body.id)).state === 'succeeded');
    const said = await counter.till.post<ShownPayment>(`/v1/top-ups/${body.id}/confirmed`, {}, randomUUID());
    expect([said.status, said.body.state, (await lines(member)).length]).toEqual([200, 'succeeded', 1]);
  });

  it('of the browser alone makes us look, and nothing else moves the money [C54]', async () => {
    const member = await host.member(0);
    await counter.control.webhooks.drop('*');
    const { body } = await host.pay(member, club, 5_000);
    await counter.till.post(`/v1/payments/${body.id}/confirmed`, {}, randomUUID());
    expect((await host.show(body.id)).state).toBe('checkout');
    await counter.control.paymentIntent(body.checkout!.paymentRef).confirm('4242424242424242');
    await counter.till.post(`/v1/payments/${body.id}/confirmed`, {}, randomUUID());
    await until(async () => (await host.show(body.id)).state === 'paid');
    await counter.control.webhooks.removeRules();
    const unknown = await counter.till.post<{ code: string }>(
      '/v1/payments/pay_01KAJ0000000000000000000AA/confirmed',
      {},
      randomUUID(),
    );
    expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
  });

  it('[WH-05] [C28] about a payment of somebody else under our account is taken and moves nothing', async () => {
    const before = await transactions();
    const payment = await paidElsewhere(counter, { amount: 5_000 });
    await until(async () => (await eventsOf(payment)).some(({ type }) => type === 'payment_intent.succeeded'));
    expect(await transactions()).toBe(before);
  });

  it('[WH-06] [C28] about our own charge books it no second time, however late it comes', async () => {
    const member = await memberWithCard(counter, host, { balanceMinor: 1_000, autoMinor: 10_000 });
    await counter.control.webhooks.duplicate('*', 3);
    expect((await host.pay(member, club, 6_000)).body.status).toBe('paid');
    const [charged] = await rows('SELECT payment_ref FROM top_up WHERE member_id = ?', [member]);
    const payment = String(charged?.['payment_ref']);
    await until(async () => {
      const events = await eventsOf(payment);
      return events.length > 0 && events.every(({ state }) => state !== 'received');
    });
    await counter.control.webhooks.removeRules();
    expect(await lines(member)).toHaveLength(2);
  });

  it('[WH-03] about money for a top-up that is not here waits ten minutes, and then lies in suspense, once', async () => {
    const before = await suspense();
    const metadata = { top_up_id: 'top_01KAJ0000000000000000000AA' };
    await counter.control.webhooks.duplicate('payment_intent.succeeded', 3);
    const payment = await paidElsewhere(counter, { amount: 7_500, metadata });
    const parked = async () => (await eventsOf(payment)).filter(({ state }) => state === 'parked');
    await until(async () => (await parked()).length > 0);
    expect(await suspense()).toBe(before);
    await rows(
      `UPDATE provider_event SET received_at = received_at - INTERVAL 11 MINUTE, due_at = UTC_TIMESTAMP(6) WHERE payload LIKE ?`,
      [`%"${payment}"%`],
    );
    await until(async () => (await suspense()) === before + 7_500);
    await counter.control.webhooks.removeRules();
    const run = counter.temporal.workflow.getHandle(`stray-money-${payment}`);
    expect((await run.describe()).status.name).toBe('RUNNING');
    await run.executeUpdate('closeStrayMoney', { args: [{ actor: 'treasurer', reason: 'given back by hand' }] });
    expect(await run.result()).toBe('given back by hand (treasurer)');
  });

  it('[WH-09] about a card of a member who is not here is taken, and waits where it is seen', async () => {
    const stripe = stripeOf(counter);
    const metadata = { member_id: 'mem_01KAJ0000000000000000000AA' };
    const customer = await stripe.customers.create({ metadata }, { idempotencyKey: randomUUID() });
    const setUp = await stripe.setupIntents.create(
      { customer: customer.id, metadata, allowed_payment_method_types: ['card'], usage: 'off_session' },
      { idempotencyKey: randomUUID() },
    );
    await counter.control.setupIntent(setUp.id).confirm('4242424242424242');
    const saved = async () => (await eventsOf(setUp.id)).find(({ type }) => type === 'setup_intent.succeeded');
    await until(async () => (await saved())?.state === 'parked');
    await rows(
      `UPDATE provider_event SET received_at = received_at - INTERVAL 11 MINUTE, due_at = UTC_TIMESTAMP(6) WHERE payload LIKE ?`,
      [`%"${setUp.id}"%`],
    );
    await until(async () => (await saved())?.reason === `attention: ${metadata.member_id} is not here`);
    expect((await saved())?.state).toBe('parked');
  });
});
