import { randomUUID } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { forkWorker, killHard, openCounter, type Counter } from '../support/counter.ts';
import { Host, linesOf } from '../support/members.ts';
import { askBack, paidCard, type ShownRefund } from '../support/refunds.ts';
import { memberWithCard } from '../support/saved-card.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { until } from '../support/until.ts';
import { demoNames } from '../../workers/demo/seed.ts';

let counter: Counter;
let host: Host;
let worker: ChildProcess;
let club: { organisation: string };

beforeAll(async () => {
  const timing = { ladderMs: [1_000], topUpMs: 30_000 };
  counter = await openCounter({
    without: ['worker'],
    env: { CHECKOUT_TIMING: JSON.stringify(timing), REFUND_TIMING: JSON.stringify({ ladderMs: [1_000] }) },
  });
  host = new Host(counter);
  club = { organisation: counter.shop.site.organisationId };
}, 60_000);
beforeEach(async () => {
  worker = await forkWorker(counter);
}, 30_000);
afterEach(async () => {
  await killHard(worker);
  await expectBooksInOrder(counter.databaseUrl);
});
afterAll(() => counter.close());

const lines = (member: string) => linesOf(counter, `member/${member}`);

/** Kills the worker while the answer to such a call is on its way, and lets another one go on. */
async function dieDuring(call: { method: string; path: string }, act: () => Promise<unknown>): Promise<unknown> {
  const gate = await counter.control.holdResponse(call, { stage: 'after', times: 1 });
  const acted = act();
  await gate.held();
  await killHard(worker);
  await gate.drop();
  worker = await forkWorker(counter);
  return acted;
}

describe('a worker killed', () => {
  it('[WH-13] [W-01] between the card’s money and our rows: they appear exactly once, however often the event comes', async () => {
    const member = await host.member(4_000);
    const { body } = await host.pay(member, club, 10_000);
    const { paymentRef } = body.checkout!;
    await counter.control.webhooks.duplicate('payment_intent.succeeded', 3);
    await dieDuring({ method: 'GET', path: '/v1/payment_intents/:id' }, () =>
      counter.control.paymentIntent(paymentRef).confirm('4242424242424242'),
    );
    await until(async () => (await host.show(body.id)).state === 'paid', { withinMs: 30_000 });
    await counter.control.webhooks.removeRules();
    expect(await lines(member)).toEqual([
      { type: 'CC Payment', amount: 6_000, balance: 10_000 },
      { type: 'Miscellaneous', amount: -10_000, balance: 0 },
    ]);
  }, 60_000);

  it('[W-45] after it charged a saved card: the charge is found, booked once, and the payment goes on', async () => {
    const member = await memberWithCard(counter, host, { balanceMinor: 1_000, autoMinor: 10_000 });
    const { intents } = (await counter.control.counters()).totals;
    const key = randomUUID();
    const answer = await dieDuring({ method: 'POST', path: '/v1/payment_intents' }, () =>
      host.pay(member, club, 6_000, {}, key),
    );
    expect(answer).toMatchObject({ status: 201, body: { status: 'paid' } });
    expect(await lines(member)).toEqual([
      { type: 'Auto Top Up', amount: 10_000, balance: 11_000 },
      { type: 'Miscellaneous', amount: -6_000, balance: 5_000 },
    ]);
    expect((await counter.control.counters()).totals.intents).toBe(intents + 1);
  }, 60_000);

  it('after the processor gave money back: the refund is found, and confirmed once', async () => {
    const card = await paidCard({ counter, host }, { cardMinor: 10_000, balanceMinor: 15_000 });
    await counter.control.balance.setAvailable('aud', 1_000_000, demoNames.account);
    const answer = await dieDuring({ method: 'POST', path: '/v1/refunds' }, () => askBack(counter, card));
    expect((answer as { body: ShownRefund }).body).toMatchObject({ status: 'refunded', toCard: { amount: 9_700 } });
    expect((await lines(card.member)).at(-1)).toEqual({ type: 'Card Refund', amount: -10_000, balance: 5_000 });
    const { refunds } = await counter.control.state(demoNames.account);
    expect(refunds.filter((refund) => refund['payment_intent'] === card.paymentRef)).toHaveLength(1);
  }, 60_000);
});

describe('reads, while the processor does not answer', () => {
  it('[W-09] do not wait for it', async () => {
    const card = await paidCard({ counter, host }, { cardMinor: 10_000, balanceMinor: 15_000 });
    const gate = await counter.control.holdResponse({ path: '/v1/**' }, { stage: 'before' });
    const member = `/v1/members/${card.member}`;
    const paths = [
      ...[member, `${member}/statement`, `${member}/balance`, `${member}/overview`, `${member}/auto-top-up`],
      ...[`${member}/refunds`, `${member}/notices`, `/v1/top-ups/${card.topUp}`, `/v1/top-ups/${card.topUp}/refund`],
    ];
    const answers = await Promise.all(paths.map((path) => counter.till.get(path)));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    await gate.release();
  });
});

describe('a refund and a payment that want the same money', () => {
  it('[W-21] at the same moment: one of them has it, the balance is never below zero', async () => {
    await counter.control.balance.setAvailable('aud', 1_000_000, demoNames.account);
    for (let round = 0; round < 3; round += 1) {
      const card = await paidCard({ counter, host }, { cardMinor: 10_000, balanceMinor: 10_000 });
      const [refund, payment] = await Promise.all([askBack(counter, card), host.pay(card.member, club, 8_000)]);
      const isRefunded = refund.status === 201;
      expect(isRefunded).toBe(payment.body.status !== 'paid');
      expect((await lines(card.member)).at(-1)?.balance).toBe(isRefunded ? 0 : 2_000);
    }
  }, 60_000);
});
