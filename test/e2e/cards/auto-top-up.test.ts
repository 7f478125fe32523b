import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { randomUUID } from 'node:crypto';
import { openCounter, type Counter } from '../../support/counter.ts';
import { Host, linesOf } from '../../support/members.ts';
import {
  memberWithCard,
  patchAutoTopUp,
  saveCard,
  shownAutoTopUp,
  type ShownAutoTopUp,
} from '../../support/saved-card.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

let counter: Counter;
let host: Host;
let club: { organisation: string };

beforeAll(async () => {
  counter = await openCounter({ env: { CHECKOUT_TIMING: JSON.stringify({ ladderMs: [300], topUpMs: 20_000 }) } });
  host = new Host(counter);
  club = { organisation: counter.shop.site.organisationId };
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(() => counter.close());

const lines = (member: string) => linesOf(counter, `member/${member}`);
const shown = (member: string) => shownAutoTopUp(counter, member);
const patch = (member: string, body: object) => patchAutoTopUp(counter, member, body);
const withCard = (balanceMinor: number, autoMinor: number) =>
  memberWithCard(counter, host, { balanceMinor, autoMinor });

/** Makes the member's saved card be refused from now on. */
async function refuse(member: string, how: 'generic_decline' | 'insufficient_funds' | 'authentication_required') {
  const [row] = await sql<{ ref: string }>('SELECT payment_method_ref AS ref FROM auto_top_up WHERE member_id = ?', [
    member,
  ]);
  await counter.control.paymentMethod(row!.ref).behave(how);
}

async function sql<T>(text: string, values: string[]): Promise<T[]> {
  const connection = await createConnection({ uri: counter.databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(text, values);
    return rows as T[];
  } finally {
    await connection.end();
  }
}

const notices = async (member: string) =>
  (await sql<{ kind: string }>('SELECT kind FROM notice WHERE member_id = ? ORDER BY id', [member])).map(
    ({ kind }) => kind,
  );

describe('a payment that lacks money, with automatic top-ups on', () => {
  it('[INT-05] [C41] [C58] charges the card by the rule and is paid, without a checkout', async () => {
    const member = await withCard(1_000, 10_000);
    const answer = await host.pay(member, club, 6_000);
    expect([answer.status, answer.body.status, answer.body.checkout]).toEqual([201, 'paid', undefined]);
    expect(await lines(member)).toEqual([
      { type: 'Auto Top Up', amount: 10_000, balance: 11_000 },
      { type: 'Miscellaneous', amount: -6_000, balance: 5_000 },
    ]);
    expect(await notices(member)).toEqual(['auto_top_up_succeeded']);
    const [decided] = await sql<object>(
      'SELECT auto_amount_minor, need_minor, balance_minor, branch, state, last4 FROM top_up WHERE member_id = ?',
      [member],
    );
    expect(decided).toEqual({
      ...{ auto_amount_minor: 10_000, need_minor: 6_000, balance_minor: 1_000 },
      ...{ branch: 'candidate_enough', state: 'succeeded', last4: '4242' },
    });
  });

  it('leaves a balance that is not low untouched, and charges exactly what is paid [ATU-01]', async () => {
    const member = await withCard(2_500, 5_000);
    expect((await host.pay(member, club, 30_000)).body.status).toBe('paid');
    expect((await lines(member)).at(0)).toEqual({ type: 'Auto Top Up', amount: 30_000, balance: 32_500 });
  });

  it('whose card is refused for good goes to checkout, tells the member once and turns them off', async () => {
    const member = await withCard(1_000, 10_000);
    await refuse(member, 'generic_decline');
    const answer = await host.pay(member, club, 6_000);
    expect([answer.body.status, answer.body.checkout?.amount.amount]).toEqual(['checkout_required', 5_000]);
    expect((await shown(member)).state).toBe('disabled');
    expect(await lines(member)).toEqual([]);
    expect(await notices(member)).toEqual(['auto_top_up_failed']);
  });

  it('whose card is refused for now goes to checkout, and the card is left alone for an hour [W-12]', async () => {
    const member = await withCard(2_000, 10_000);
    await refuse(member, 'insufficient_funds');
    expect((await host.pay(member, club, 6_000)).body.status).toBe('checkout_required');
    expect((await shown(member)).state).toBe('on');
    const before = (await counter.control.counters()).totals;
    expect((await host.pay(member, club, 7_000)).body.status).toBe('checkout_required');
    const after = (await counter.control.counters()).totals;
    expect(after.failed_charges).toBe(before.failed_charges);
  });

  it('[AUT-01] that are off, or were never set up, asks no card', async () => {
    const member = await withCard(2_000, 10_000);
    await patch(member, { enabled: false });
    const before = (await counter.control.counters()).totals;
    expect((await host.pay(member, club, 6_000)).body.status).toBe('checkout_required');
    expect((await counter.control.counters()).totals.intents).toBe(before.intents + 1);
    expect((await shown(member)).state).toBe('off');
  });

  it('[ATU-21] [AUT-02] without an amount or a customer asks no card, and stays on [W-31]', async () => {
    const members = [await withCard(500, 10_000), await withCard(500, 10_000)];
    await sql('UPDATE auto_top_up SET amount_minor = NULL WHERE member_id = ?', [members[0]!]);
    await sql('UPDATE auto_top_up SET customer_ref = NULL WHERE member_id = ?', [members[1]!]);
    for (const member of members) {
      const answer = await host.pay(member, club, 3_000);
      expect([answer.body.status, answer.body.checkout?.amount.amount]).toEqual(['checkout_required', 2_500]);
      expect([(await shown(member)).state, await lines(member)]).toEqual(['on', []]);
      expect(await sql('SELECT id FROM top_up WHERE member_id = ? AND kind = ?', [member, 'auto'])).toEqual([]);
    }
  });

  it('of five at the same moment shares charges, and every one is paid', async () => {
    const member = await withCard(2_000, 10_000);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => host.pay(member, club, 3_000)));
    expect(answers.map(({ body }) => body.status)).toEqual(Array.from({ length: 5 }, () => 'paid'));
    const topUps = (await lines(member)).filter(({ type }) => type === 'Auto Top Up');
    expect(topUps.length).toBeLessThan(5);
    const [decided] = await sql<{ branch: string; need_minor: number; auto_amount_minor: number }>(
      'SELECT branch, need_minor, auto_amount_minor FROM top_up WHERE member_id = ? ORDER BY id',
      [member],
    );
    expect(decided).toMatchObject({ auto_amount_minor: 10_000 });
  });
});

describe('what a payment from the balance leaves', () => {
  it('is noted for the member when it fell below the limit, once a day', async () => {
    const member = await host.member(2_500);
    await host.pay(member, club, 1_000);
    await until(async () => (await notices(member)).length === 1);
    expect(await notices(member)).toEqual(['low_balance']);
    await host.pay(member, club, 100);
    expect(await notices(member)).toEqual(['low_balance']);
  });

  it('is not noted to who does not want it, nor when it is exactly the limit', async () => {
    const quiet = await host.member(2_500, { wantsLowBalanceEmail: false });
    const exact = await host.member(3_000);
    const told = await host.member(2_500);
    await host.pay(quiet, club, 1_000);
    await host.pay(exact, club, 1_000);
    await host.pay(told, club, 1_000);
    await until(async () => (await notices(told)).length === 1);
    expect([await notices(quiet), await notices(exact)]).toEqual([[], []]);
  });
});

describe('saving a card', () => {
  it('[AUS-01] [W-34] [C53] makes one customer for ever, with an amount of 100.00 and top-ups off', async () => {
    const member = await host.member(5_000);
    const path = `/v1/members/${member}/auto-top-up`;
    const before = (await counter.control.counters()).totals.customers;
    const { body } = await counter.till.post<ShownAutoTopUp>(path, {}, randomUUID());
    await counter.till.post<ShownAutoTopUp>(path, {}, randomUUID());
    expect((await counter.control.counters()).totals.customers - before).toBe(1);
    expect([body.state, body.amount?.amount, body.card]).toEqual(['off', 10_000, null]);
    expect(body.setUp?.clientSecret).toMatch(/_secret_/);
  });

  it('[WH-07] [W-13] [C29] on a low balance tops it up once, however often the event comes', async () => {
    const member = await host.member(500);
    await counter.control.webhooks.duplicate('setup_intent.succeeded', 4);
    await saveCard(counter, member);
    await counter.control.webhooks.removeRules();
    await until(async () => (await lines(member)).length === 1);
    expect(await lines(member)).toEqual([{ type: 'Auto Top Up', amount: 10_000, balance: 10_500 }]);
  });

  it('[WH-08] [C29] on a balance of exactly the limit charges nothing', async () => {
    const member = await host.member(2_000);
    await saveCard(counter, member);
    expect((await shown(member)).card?.last4).toBe('4242');
    // What is needed is written with the card, so that nothing is to come.
    expect(await sql('SELECT id FROM top_up_need WHERE member_id = ?', [member])).toEqual([]);
    expect(await lines(member)).toEqual([]);
  });

  it('[AUS-02] confirmed by the browser is pending until the processor has it [C51]', async () => {
    const member = await host.member(5_000);
    const path = `/v1/members/${member}/auto-top-up`;
    await counter.till.post<ShownAutoTopUp>(path, {}, randomUUID());
    const { body } = await counter.till.post<ShownAutoTopUp>(`${path}/confirm`, {}, randomUUID());
    expect(body.state).toBe('pending');
  });

  it('[AUS-03] [AUS-05] confirmed by the browser changes nothing that the processor has said already [W-16]', async () => {
    const member = await withCard(5_000, 10_000);
    const path = `/v1/members/${member}/auto-top-up/confirm`;
    expect((await counter.till.post<ShownAutoTopUp>(path, {}, randomUUID())).body.state).toBe('on');
    await refuse(member, 'generic_decline');
    await host.pay(member, club, 6_000);
    expect((await counter.till.post<ShownAutoTopUp>(path, {}, randomUUID())).body.state).toBe('disabled');
    expect((await shown(member)).state).toBe('disabled');
  });

  it('[AUS-04] [W-35] [C42] canceled forgets the card here and at the processor', async () => {
    const member = await withCard(5_000, 5_000);
    const response = await fetch(`${counter.apiUrl}/v1/members/${member}/auto-top-up`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${counter.shop.secret}` },
    });
    expect(await response.json()).toMatchObject({ state: 'off', amount: null, card: null });
    expect((await host.pay(member, club, 6_000)).body.status).toBe('checkout_required');
  });

  it('takes amounts from 50 to 2000 in whole units only, and changes nothing else [W-25] [C55]', async () => {
    const member = await withCard(5_000, 10_000);
    const amounts = [4_900, 200_100, 5_050, 0, -100, 'abc', 15_000];
    const answers: (string | number)[] = [];
    for (const amount of amounts) {
      const { status, body } = await patch(member, { amount: { amount, currency: 'AUD' } });
      answers.push(body.code ?? status);
    }
    expect(answers).toEqual([
      ...['amount_out_of_range', 'amount_out_of_range', 'amount_out_of_range'],
      ...['invalid_request', 'invalid_request', 'invalid_request', 200],
    ]);
    expect((await shown(member)).amount?.amount).toBe(15_000);
  });
});
