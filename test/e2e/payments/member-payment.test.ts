import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { randomUUID } from 'node:crypto';
import { paymentId, topUpId } from '../../../src/domain/ids.ts';
import { newId } from '../../../src/entities/new-id.ts';
import { openCounter, type Counter } from '../../support/counter.ts';
import { Host, linesOf, type ShownPayment } from '../../support/members.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

let counter: Counter;
let host: Host;
let club: { organisation: string };

beforeAll(async () => {
  const timing = { beginMs: 500, ladderMs: [300], checkoutMs: 60_000 };
  counter = await openCounter({ env: { CHECKOUT_TIMING: JSON.stringify(timing), UNBEGUN_SWEEP_MS: '300' } });
  host = new Host(counter);
  club = { organisation: counter.shop.site.organisationId };
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(() => counter.close());

const lines = (member: string) => linesOf(counter, `member/${member}`);
/** What the organisation had, so that a test can say what it got. */
const clubLines = () => linesOf(counter, `organisation/${club.organisation}`);
async function settled(id: string, state: string): Promise<ShownPayment> {
  let shown: ShownPayment | undefined;
  await until(async () => (shown = await host.show(id)).state === state).catch(() => {
    throw new Error(`It is not ${state}: ${JSON.stringify(shown)}`);
  });
  return shown!;
}

describe('a payment of a member', () => {
  it('[INT-01] [C41] is booked at once when the balance covers it, and no card is asked', async () => {
    const member = await host.member(10_000);
    const { intents: before } = (await counter.control.counters()).totals;
    const answer = await host.pay(member, club, 4_000);
    expect([answer.status, answer.body.status, answer.body.checkout]).toEqual([201, 'paid', undefined]);
    expect(await lines(member)).toEqual([{ type: 'Miscellaneous', amount: -4_000, balance: 6_000 }]);
    expect((await clubLines()).at(-1)).toMatchObject({ type: 'Miscellaneous', amount: 4_000 });
    expect((await counter.control.counters()).totals.intents).toBe(before);
  });

  it('[INT-02] [WH-01] [C30] takes by card what the balance lacks, and books card money and payment together', async () => {
    const member = await host.member(4_000);
    const answer = await host.pay(member, club, 10_000);
    expect([answer.status, answer.body.status, answer.body.state]).toEqual([201, 'checkout_required', 'checkout']);
    expect(answer.body.checkout?.amount.amount).toBe(6_000);
    expect(answer.body.checkout?.clientSecret).toMatch(/^pi_.+_secret_/);
    expect(await lines(member)).toEqual([]);
    await counter.control.paymentIntent(answer.body.checkout!.paymentRef).confirm('4242424242424242');
    await settled(answer.body.id, 'paid');
    expect(await lines(member)).toEqual([
      { type: 'CC Payment', amount: 6_000, balance: 10_000 },
      { type: 'Miscellaneous', amount: -10_000, balance: 0 },
    ]);
    expect((await clubLines()).at(-1)).toMatchObject({ amount: 10_000 });
  });

  it('[INT-03] [INT-04] [C41] charges all of it on an empty balance, and more on one below zero', async () => {
    const empty = await host.pay(await host.member(0), club, 7_500);
    expect(empty.body.checkout?.amount.amount).toBe(7_500);
    const overdrawn = await host.pay(await host.member(-1_000), club, 5_000);
    expect(overdrawn.body.checkout?.amount.amount).toBe(6_000);
  });

  it('[INT-07] [C41] [C58] charges at least what the processor takes, and leaves the surplus as credit', async () => {
    const member = await host.member(4_980);
    const answer = await host.pay(member, club, 5_000);
    expect(answer.body.checkout?.amount.amount).toBe(50);
    await counter.control.paymentIntent(answer.body.checkout!.paymentRef).confirm('4242424242424242');
    await settled(answer.body.id, 'paid');
    expect(await lines(member)).toEqual([
      { type: 'CC Payment', amount: 50, balance: 5_030 },
      { type: 'Miscellaneous', amount: -5_000, balance: 30 },
    ]);
  });

  it('[INT-08] [C27] [C41] charges the exact cent that is missing', async () => {
    const answer = await host.pay(await host.member(40_888), club, 50_000);
    expect(answer.body.checkout?.amount.amount).toBe(9_112);
  });

  it('[W-03] of 80 and 80 from 100 at the same moment is booked once, the other needs a card', async () => {
    const member = await host.member(10_000);
    const answers = await Promise.all([host.pay(member, club, 8_000), host.pay(member, club, 8_000)]);
    expect(answers.map(({ body }) => body.status).sort()).toEqual(['checkout_required', 'paid']);
    expect(await lines(member)).toEqual([{ type: 'Miscellaneous', amount: -8_000, balance: 2_000 }]);
    expect(answers.find(({ body }) => body.checkout)?.body.checkout?.amount.amount).toBe(6_000);
  });

  it('[WH-11] [W-15] that is no longer covered when the card money comes leaves the money as credit', async () => {
    const member = await host.member(4_000);
    const late = await host.pay(member, club, 10_000);
    expect((await host.pay(member, club, 3_000)).body.status).toBe('paid');
    await counter.control.paymentIntent(late.body.checkout!.paymentRef).confirm('4242424242424242');
    const ended = await settled(late.body.id, 'short');
    expect([ended.status, ended.outcome]).toEqual(['refused', 'insufficient_funds']);
    expect(await lines(member)).toEqual([
      { type: 'Miscellaneous', amount: -3_000, balance: 1_000 },
      { type: 'CC Payment', amount: 6_000, balance: 7_000 },
    ]);
  });

  it('[WH-12] [W-27] of two checkouts from the same balance books the second only if it is covered', async () => {
    const member = await host.member(4_000);
    const [first, second] = await Promise.all([host.pay(member, club, 10_000), host.pay(member, club, 10_000)]);
    await counter.control.paymentIntent(first.body.checkout!.paymentRef).confirm('4242424242424242');
    await settled(first.body.id, 'paid');
    await counter.control.paymentIntent(second.body.checkout!.paymentRef).confirm('4242424242424242');
    await settled(second.body.id, 'short');
    expect((await lines(member)).at(-1)?.balance).toBe(6_000);
  });

  it('[WH-02] [W-02] [C30] is booked once however often its events come', async () => {
    const member = await host.member(0);
    const { body } = await host.pay(member, club, 5_000);
    await counter.control.webhooks.duplicate('payment_intent.succeeded', 5);
    await counter.control.paymentIntent(body.checkout!.paymentRef).confirm('4242424242424242');
    await settled(body.id, 'paid');
    await counter.control.webhooks.removeRules();
    expect(await lines(member)).toHaveLength(2);
  });

  it('[W-18] is settled without any webhook, because the processor is asked', async () => {
    const member = await host.member(0);
    const { body } = await host.pay(member, club, 5_000);
    await counter.control.webhooks.drop('*');
    await counter.control.paymentIntent(body.checkout!.paymentRef).confirm('4242424242424242');
    await settled(body.id, 'paid');
    await counter.control.webhooks.removeRules();
  });

  it('a declined card leaves the checkout open for another one', async () => {
    const { body } = await host.pay(await host.member(0), club, 5_000);
    const intent = counter.control.paymentIntent(body.checkout!.paymentRef);
    expect((await intent.confirm('4000000000000002')).outcome).toBe('declined');
    await intent.confirm('4242424242424242');
    await settled(body.id, 'paid');
  });

  it('that was canceled takes no card any more, and nothing was moved', async () => {
    const member = await host.member(1_000);
    const { body } = await host.pay(member, club, 5_000);
    const answer = await counter.till.post<ShownPayment>(`/v1/payments/${body.id}/cancel`, {}, randomUUID());
    expect([answer.status, answer.body.state, answer.body.outcome]).toEqual([200, 'canceled', 'canceled']);
    await expect(
      counter.control.paymentIntent(body.checkout!.paymentRef).confirm('4242424242424242'),
    ).rejects.toThrow();
    expect(await lines(member)).toEqual([]);
    const again = await counter.till.post<ShownPayment>(`/v1/payments/${body.id}/cancel`, {}, randomUUID());
    expect(again.status).toBe(200);
  });

  it('asked for twice with one key is one payment with one answer, and the secret is read again', async () => {
    const member = await host.member(0);
    const key = randomUUID();
    const [first, second] = [
      await host.pay(member, club, 5_000, {}, key),
      await host.pay(member, club, 5_000, {}, key),
    ];
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.body).toEqual(first.body);
    const other = await host.pay(member, club, 5_001, {}, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });
});

describe('what was written down and never begun, because Temporal was away', () => {
  it('ends by itself, moves nothing, and is told as never begun [W-18]', async () => {
    const member = await host.member(10_000);
    const made = new Date(Date.now() - 120_000).toISOString().replace('T', ' ').replace('Z', '');
    const payment = paymentId(newId('payment'));
    const topUp = topUpId(newId('topUp'));
    const { processorAccountId } = counter.shop.site;
    const connection = await createConnection({ uri: counter.databaseUrl.replace(/^mariadb:/, 'mysql:') });
    await connection.query(
      `INSERT INTO payment (id, member_id, payee_kind, payee_id, amount_minor, currency, description, type, mode, state, actor,
       created_at, updated_at) VALUES (?, ?, 'organisation', ?, 100, 'AUD', 'x', 'Miscellaneous', 'interactive', 'created', 'x', ?, ?)`,
      [payment, member, club.organisation, made, made],
    );
    await connection.query(
      `INSERT INTO top_up (id, member_id, kind, amount_minor, currency, state, processor_account_id, card_transaction_id, created_at,
       updated_at) VALUES (?, ?, 'manual', 5000, 'AUD', 'created', ?, ?, ?, ?)`,
      [topUp, member, processorAccountId, newId('cardTransaction'), made, made],
    );
    await connection.end();
    expect((await settled(payment, 'refused')).outcome).toBe('never_begun');
    await settled(topUp, 'canceled');
    expect(await lines(member)).toEqual([]);
  });
});

describe('a transfer between members', () => {
  it('moves the money with both sides reading Member Transfer', async () => {
    const [alan, betty] = [await host.member(47_000), await host.member(40_444)];
    const { body } = await host.pay(alan, { member: betty }, 5_445);
    expect(body.status).toBe('paid');
    expect(await lines(alan)).toEqual([{ type: 'Member Transfer', amount: -5_445, balance: 41_555 }]);
    expect(await lines(betty)).toEqual([{ type: 'Member Transfer', amount: 5_445, balance: 45_889 }]);
  });

  it('[M2M-05] [M2M-06] to oneself, to nobody, of nothing or of less is refused, and nothing is moved [W-23]', async () => {
    const [alan, betty] = [await host.member(1_000), await host.member(8_000)];
    const codes = [
      await host.pay(alan, { member: alan }, 500),
      await host.pay(alan, { member: 'mem_01KAJ0000000000000000000AA' }, 100),
      await host.pay(alan, { member: betty }, 0),
      await host.pay(alan, { member: betty }, -5_000),
      await host.pay(alan, { member: betty }, 0.5),
      await host.pay(alan, { member: betty, organisation: club.organisation }, 100),
      await host.pay(alan, {}, 100),
    ].map(({ status, body }) => `${status} ${body.code ?? ''}`);
    expect(codes).toEqual([
      '422 self_transfer',
      '404 not_found',
      ...Array.from({ length: 5 }, () => '422 invalid_request'),
    ]);
    expect([await lines(alan), await lines(betty)]).toEqual([[], []]);
  });
});

describe('a top-up that a member chose', () => {
  it('[MTU-07] [WH-04] [C43] comes to the balance as Manual Top Up when the card is confirmed', async () => {
    const member = await host.member(1_234);
    const { status, body } = await host.topUp(member, 10_000);
    expect([status, body.status, body.checkout?.amount.amount]).toEqual([201, 'checkout_required', 10_000]);
    await counter.control.paymentIntent(body.checkout!.paymentRef).confirm('4242424242424242');
    await settled(body.id, 'succeeded');
    expect(await lines(member)).toEqual([{ type: 'Manual Top Up', amount: 10_000, balance: 11_234 }]);
  });

  it('[MTU-01] [MTU-02] [C43] is at least 50.00', async () => {
    const member = await host.member(0);
    expect((await host.topUp(member, 5_000)).body.checkout?.amount.amount).toBe(5_000);
    const less = await host.topUp(member, 4_999);
    expect([less.status, less.body.code]).toEqual([422, 'amount_out_of_range']);
  });

  it('[MTU-03] [MTU-04] [C43] brings the balance to 2000.00 at most', async () => {
    expect((await host.topUp(await host.member(195_000), 5_000)).status).toBe(201);
    expect((await host.topUp(await host.member(195_001), 5_000)).body.code).toBe('amount_out_of_range');
  });

  it('[MTU-05] [MTU-06] [MTU-09] counts what is there, below zero too, and is never nothing', async () => {
    expect((await host.topUp(await host.member(0), 200_001)).body.code).toBe('amount_out_of_range');
    expect((await host.topUp(await host.member(-10_000), 210_000)).status).toBe(201);
    expect((await host.topUp(await host.member(0), 0)).body.code).toBe('invalid_request');
  });

  it('counts open checkouts, so that two cannot pass the limit together', async () => {
    const member = await host.member(0);
    expect((await host.topUp(member, 150_000)).status).toBe(201);
    expect((await host.topUp(member, 60_000)).body.code).toBe('amount_out_of_range');
  });
});
