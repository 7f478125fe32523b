import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { openCounter, type Counter } from '../../support/counter.ts';
import { openDatabase } from '../../support/database.ts';
import { stripeOf } from '../../support/foreign-payment.ts';
import { mailsTo } from '../../support/mails.ts';
import { Host, linesOf, type ShownPayment } from '../../support/members.ts';
import { memberWithCard, patchAutoTopUp, saveCard, shownAutoTopUp } from '../../support/saved-card.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

let counter: Counter;
let host: Host;
let database: Connection;
let club: { organisation: string };

beforeAll(async () => {
  const timing = { beginMs: 2_000, ladderMs: [300], topUpMs: 10_000 };
  counter = await openCounter({
    env: {
      CHECKOUT_TIMING: JSON.stringify(timing),
      TOP_UP_LIMITS: JSON.stringify({ AUD: { autoPerDayMax: 3 } }),
      CARD_SWEEP_MS: '300',
      INBOX_SWEEP_MS: '300',
    },
  });
  host = new Host(counter);
  database = await openDatabase(counter.databaseUrl);
  club = { organisation: counter.shop.site.organisationId };
}, 60_000);
afterEach(async () => {
  await counter.control.faults.removeAll();
  await expectBooksInOrder(counter.databaseUrl);
});
afterAll(async () => {
  await database.end();
  await counter.close();
});

const lines = (member: string) => linesOf(counter, `member/${member}`);
const withCard = (balanceMinor: number, autoMinor: number) =>
  memberWithCard(counter, host, { balanceMinor, autoMinor });
async function rows(sql: string, values: readonly string[] = []): Promise<RowDataPacket[]> {
  const [found] = await database.query<RowDataPacket[]>(sql, [...values]);
  return found.map((row) => ({ ...row }));
}
function topUpBySavedCard(member: string, amount: number) {
  const body = { amount: { amount, currency: 'AUD' }, card: 'saved' };
  return counter.till.post<ShownPayment>(`/v1/members/${member}/top-ups`, body, randomUUID());
}

describe('a manual top-up with the saved card', () => {
  it('[MTU-08] comes at once, without a checkout, as Manual Top Up', async () => {
    const member = await withCard(1_234, 5_000);
    const { status, body } = await topUpBySavedCard(member, 10_000);
    expect([status, body.status, body.checkout]).toEqual([201, 'paid', undefined]);
    expect(await lines(member)).toEqual([{ type: 'Manual Top Up', amount: 10_000, balance: 11_234 }]);
  });

  it('[AUT-05] charges the amount that was asked for, whatever the automatic one is', async () => {
    const member = await withCard(0, 5_000);
    await topUpBySavedCard(member, 12_000);
    expect(await lines(member)).toEqual([{ type: 'Manual Top Up', amount: 12_000, balance: 12_000 }]);
    const [card] = await rows(
      `SELECT c.captured_minor, c.state FROM card_transaction c JOIN top_up u ON u.card_transaction_id = c.id WHERE u.member_id = ?`,
      [member],
    );
    expect(card).toEqual({ captured_minor: 12_000, state: 'captured' });
  });

  it('is refused when the card is, and says so; top-ups are off then', async () => {
    const member = await withCard(0, 5_000);
    await refuse(member, 'generic_decline');
    const { status, body } = await topUpBySavedCard(member, 10_000);
    expect([status, body.code]).toEqual([409, 'top_up_refused']);
    expect([(await shownAutoTopUp(counter, member)).state, await lines(member)]).toEqual(['disabled', []]);
    expect((await topUpBySavedCard(member, 10_000)).body.code).toBe('conflict');
  });
});

describe('a card that is gone, silent, capped or asked for too often', () => {
  it('[AUT-06] gone at the processor fails like a refused one: told once, and off', async () => {
    const member = await host.member(10_000, { email: 'gone@example.test' });
    await saveAndDetach(member);
    await host.give(member, -9_680);
    expect((await host.pay(member, club, 3_000)).body.status).toBe('checkout_required');
    expect((await shownAutoTopUp(counter, member)).state).toBe('disabled');
    expect(await lines(member)).toEqual([]);
    const mails = await mailsTo(counter, 'gone@example.test');
    expect(mails.map(({ subject }) => subject)).toEqual(['Auto Top Up Failure']);
  });

  it('[W-11] charges once through errors, resets and lost answers of the processor', async () => {
    const member = await withCard(1_000, 10_000);
    await counter.control.faults.add('server_error_before', { method: 'POST', path: '/v1/payment_intents', times: 1 });
    await counter.control.faults.add('execute_then_reset', { method: 'POST', path: '/v1/payment_intents', times: 1 });
    expect((await host.pay(member, club, 6_000)).body.status).toBe('paid');
    expect((await lines(member)).map(({ amount }) => amount)).toEqual([10_000, -6_000]);
  });

  it('[W-26] above the member’s own cap is not asked, and the payment goes to checkout', async () => {
    const member = await withCard(1_000, 10_000);
    await patchAutoTopUp(counter, member, { chargeCap: { amount: 5_000, currency: 'AUD' } });
    expect((await host.pay(member, club, 6_000)).body.status).toBe('checkout_required');
    expect(await lines(member)).toEqual([]);
    const [need] = await rows('SELECT outcome FROM top_up_need WHERE member_id = ?', [member]);
    expect(need).toEqual({ outcome: 'top_up_cap' });
  });

  it('is charged three times a day and no more where that is the cap, and a person is told [F22]', async () => {
    const member = await withCard(0, 5_000);
    for (const amount of [3_000, 5_000, 5_000]) {
      expect((await host.pay(member, club, amount)).body.status).toBe('paid');
    }
    const more = await host.pay(member, club, 9_000);
    expect(more.body.status).toBe('checkout_required');
    expect((await lines(member)).filter(({ type }) => type === 'Auto Top Up')).toHaveLength(3);
    await until(async () => {
      const run = await counter.temporal.workflow.getHandle(`topup-${member}`).describe();
      return String(
        run.typedSearchAttributes.getAll().find(({ key }) => key.name === 'AttentionReason')?.value,
      ).includes('run away');
    });
  });
});

describe('saved cards that are looked after', () => {
  it('[W-17] whose set-up nobody finished end by themselves, and one that was saved is found', async () => {
    const [lost, found] = [await host.member(10_000), await host.member(10_000)];
    for (const member of [lost, found]) {
      const { body } = await counter.till.post<{ setUp: { setupRef: string } }>(
        `/v1/members/${member}/auto-top-up`,
        {},
        randomUUID(),
      );
      await counter.till.post(`/v1/members/${member}/auto-top-up/confirm`, {}, randomUUID());
      if (member === found) {
        await counter.control.webhooks.drop('*');
        await counter.control.setupIntent(body.setUp.setupRef).confirm('4242424242424242');
      }
    }
    const age = (member: string, minutes: number) =>
      database.query(
        `UPDATE auto_top_up SET updated_at = updated_at - INTERVAL ${minutes} MINUTE WHERE member_id = ?`,
        [member],
      );
    await age(found, 11);
    await until(async () => (await shownAutoTopUp(counter, found)).state === 'on');
    await counter.control.webhooks.removeRules();
    await age(lost, 31);
    await until(async () => (await shownAutoTopUp(counter, lost)).state === 'off');
  });

  it('that expire soon are announced once, ahead', async () => {
    const member = await host.member(10_000, { email: 'expiring@example.test' });
    await saveCard(counter, member);
    const soon = new Date(Date.now() + 20 * 24 * 3_600_000);
    await database.query('UPDATE auto_top_up SET exp_month = ?, exp_year = ? WHERE member_id = ?', [
      soon.getUTCMonth() + 1,
      soon.getUTCFullYear(),
      member,
    ]);
    await until(async () => (await mailsTo(counter, 'expiring@example.test')).length === 1);
    const [mail] = await mailsTo(counter, 'expiring@example.test');
    expect([mail?.subject, mail?.text.includes('4242')]).toEqual(['Card Expiring', true]);
    const [told] = await rows(`SELECT COUNT(*) AS count FROM notice WHERE member_id = ? AND kind = 'card_expiring'`, [
      member,
    ]);
    expect(told).toEqual({ count: 1 });
  });
});

/** Makes the member's saved card be refused from now on. */
async function refuse(member: string, how: 'generic_decline' | 'insufficient_funds'): Promise<void> {
  await counter.control.paymentMethod(await savedCardOf(member)).behave(how);
}

async function savedCardOf(member: string): Promise<string> {
  const [row] = await rows('SELECT payment_method_ref AS ref FROM auto_top_up WHERE member_id = ?', [member]);
  return String(row?.['ref']);
}

/** A card that its owner removes at the processor, behind our back. */
async function saveAndDetach(member: string): Promise<void> {
  await saveCard(counter, member);
  await patchAutoTopUp(counter, member, { amount: { amount: 5_000, currency: 'AUD' } });
  await stripeOf(counter).paymentMethods.detach(await savedCardOf(member), {}, { idempotencyKey: randomUUID() });
}
