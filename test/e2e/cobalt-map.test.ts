import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import { openCounter, type Counter } from '../support/counter.ts';
import { stripeOf } from '../support/foreign-payment.ts';
import { Host, linesOf, type ShownPayment } from '../support/members.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { memberWithCard, patchAutoTopUp, shownAutoTopUp, type ShownAutoTopUp } from '../support/saved-card.ts';

// Acceptance examples of cobalt.md 6 to the figure, where no test of the capability shows exactly them.
let counter: Counter;
let host: Host;
let pool: SqlPool;
let club: { organisation: string };

beforeAll(async () => {
  counter = await openCounter();
  host = new Host(counter);
  pool = new SqlPool(counter.databaseUrl, 2);
  club = { organisation: counter.shop.site.organisationId };
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(async () => {
  await pool.close();
  await counter.close();
});

const lines = (member: string) => linesOf(counter, `member/${member}`);
const cardOf = async (member: string) => {
  const sql = 'SELECT customer_ref AS customer, payment_method_ref AS card FROM auto_top_up WHERE member_id = ?';
  const [row] = await pool.rows(sql, [member]);
  return { customer: String(row?.['customer']), card: String(row?.['card']) };
};
const setUp = (member: string) =>
  counter.till.post<ShownAutoTopUp & { setUp?: { publishableKey: string | null } }>(
    `/v1/members/${member}/auto-top-up`,
    {},
    randomUUID(),
  );

describe('auto_topup_member', () => {
  it('[C13] charges 50.00 on 3.20, which makes 53.20; a declined card leaves 3.20 and is disabled', async () => {
    const [charged, declined] = [
      await memberWithCard(counter, host, { balanceMinor: 320, autoMinor: 5_000 }),
      await memberWithCard(counter, host, { balanceMinor: 320, autoMinor: 5_000 }),
    ];
    await counter.control.paymentMethod((await cardOf(declined)).card).behave('generic_decline');
    expect((await host.pay(charged, club, 400)).body.status).toBe('paid');
    expect((await lines(charged))[0]).toEqual({ type: 'Auto Top Up', amount: 5_000, balance: 5_320 });
    expect((await host.pay(declined, club, 400)).body.status).toBe('checkout_required');
    expect([await lines(declined), (await shownAutoTopUp(counter, declined)).state]).toEqual([[], 'disabled']);
  });
});

describe('stripe_auto_payment_intent', () => {
  it('[C26] gives a POST what the browser needs, with the member in the metadata; a GET makes nothing', async () => {
    const member = await host.member(5_000);
    const { body } = await setUp(member);
    expect(body.setUp?.clientSecret).toMatch(/_secret_/);
    expect(body.setUp).toHaveProperty('publishableKey');
    const made = await stripeOf(counter).setupIntents.retrieve(body.setUp!.setupRef);
    expect([made.metadata, made.usage]).toEqual([{ member_id: member }, 'off_session']);
    expect(await shownAutoTopUp(counter, member)).not.toHaveProperty('setUp');
  });
});

describe('stripe_manual_payment_intent', () => {
  it('[C27] asks the processor for 9112 cents of 91.12, whatever the browser says, and only once it may', async () => {
    const { body } = await host.pay(await host.member(40_888), club, 50_000);
    const intent = await stripeOf(counter).paymentIntents.retrieve(body.checkout!.paymentRef);
    expect([intent.amount, intent.currency]).toEqual([9_112, 'aud']);
    // Cobalt compares what is posted with its row. Here no amount can be posted: the checkout goes on as it was.
    const said = await counter.till.post<ShownPayment>(
      `/v1/payments/${body.id}/confirmed`,
      { amount: { amount: 5_000, currency: 'AUD' } },
      randomUUID(),
    );
    expect([said.body.state, said.body.topUp?.amount.amount]).toEqual(['checkout', 9_112]);
    expect((await stripeOf(counter).paymentIntents.retrieve(body.checkout!.paymentRef)).amount).toBe(9_112);
  });
});

describe('setup_autotopup', () => {
  it('[C47] [C53] makes a customer with 100.00 for a new member, and names the card that is there: 4242, 4/2028', async () => {
    const fresh = await host.member(5_000);
    expect((await setUp(fresh)).body).toMatchObject({ state: 'off', amount: { amount: 10_000 } });
    expect((await cardOf(fresh)).customer).toMatch(/^cus_/);
    const member = await memberWithCard(counter, host, { balanceMinor: 5_000, autoMinor: 10_000 });
    await pool.run('UPDATE auto_top_up SET exp_month = 4, exp_year = 2028 WHERE member_id = ?', [member]);
    const shown = await shownAutoTopUp(counter, member);
    expect([shown.state, shown.card]).toEqual(['on', { brand: 'visa', last4: '4242', expMonth: 4, expYear: 2028 }]);
  });
});

describe('stripe_autotopup_off', () => {
  it('[C52] turns top-ups off and keeps the customer and the card', async () => {
    const member = await memberWithCard(counter, host, { balanceMinor: 5_000, autoMinor: 10_000 });
    const before = await cardOf(member);
    expect((await patchAutoTopUp(counter, member, { enabled: false })).body.state).toBe('off');
    expect(await cardOf(member)).toEqual(before);
    expect((await shownAutoTopUp(counter, member)).card?.last4).toBe('4242');
  });
});
