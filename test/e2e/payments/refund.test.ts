import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { demoNames } from '../../../workers/demo/seed.ts';
import { newId } from '../../../src/entities/new-id.ts';
import { openCounter, type Counter } from '../../support/counter.ts';
import { openDatabase } from '../../support/database.ts';
import { Host, linesOf } from '../../support/members.ts';
import { askBack, giveBack, paidCard, type PaidCard, type ShownRefund } from '../../support/refunds.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

let counter: Counter;
let host: Host;
let database: Connection;

beforeAll(async () => {
  const timing = { beginMs: 500, ladderMs: [300] };
  counter = await openCounter({
    env: { REFUND_TIMING: JSON.stringify(timing), UNBEGUN_SWEEP_MS: '300', QUIET_SWEEP_MS: '200' },
  });
  host = new Host(counter);
  database = await openDatabase(counter.databaseUrl);
}, 60_000);
beforeEach(async () => {
  await counter.control.balance.setAvailable('aud', 1_000_000, demoNames.account);
});
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(async () => {
  await database.end();
  await counter.close();
});

const paid = (cardMinor: number, balanceMinor: number, card?: string) =>
  paidCard({ counter, host }, { cardMinor, balanceMinor, ...(card === undefined ? {} : { card }) });
const last = async (member: string) => (await linesOf(counter, `member/${member}`)).at(-1);
const clubAccount = () => `organisation/${counter.shop.site.organisationId}`;

/** What the processor gave back of a payment, in cents. */
async function atProcessor(paymentRef: string): Promise<number[]> {
  const { refunds } = await counter.control.state(demoNames.account);
  const own = refunds.filter((refund) => refund['payment_intent'] === paymentRef && refund['status'] !== 'failed');
  return own.map((refund) => Number(refund['amount']));
}

async function cardRow({ paymentRef }: PaidCard): Promise<{ refunded: number; disputed: number }> {
  const [rows] = await database.query<RowDataPacket[]>(
    'SELECT refunded_minor AS refunded, disputed_minor AS disputed FROM card_transaction WHERE payment_ref = ?',
    [paymentRef],
  );
  return { ...rows[0] } as { refunded: number; disputed: number };
}

async function show(id: string): Promise<ShownRefund> {
  return (await counter.till.get<ShownRefund>(`/v1/refunds/${id}`)).body;
}

async function settled(id: string, state: string): Promise<ShownRefund> {
  let shown: ShownRefund | undefined;
  await until(async () => (shown = await show(id)).state === state).catch(() => {
    throw new Error(`It is not ${state}: ${JSON.stringify(shown)}`);
  });
  return shown!;
}

/** The book's balance of an account of the house. */
async function house(code: string): Promise<number> {
  const [rows] = await database.query<RowDataPacket[]>(
    'SELECT balance_minor AS minor FROM ledger_account WHERE code = ?',
    [code],
  );
  return Number(rows[0]?.['minor'] ?? 0);
}

describe('a refund that a member asks for', () => {
  it('[REF-01] [C46] takes the whole from the balance, and gives the card all but the fee', async () => {
    const card = await paid(10_000, 15_000);
    const [income, tax] = [await house('income/refund-fee/AUD'), await house('tax/AUD')];
    const { status, body } = await askBack(counter, card);
    expect([status, body.status, body.amount.amount, body.fee.amount, body.toCard.amount]).toEqual([
      ...[201, 'refunded', 10_000, 300, 9_700],
    ]);
    expect(await last(card.member)).toEqual({ type: 'Card Refund', amount: -10_000, balance: 5_000 });
    expect(await atProcessor(card.paymentRef)).toEqual([9_700]);
    expect((await cardRow(card)).refunded).toBe(10_000);
    expect([(await house('income/refund-fee/AUD')) - income, (await house('tax/AUD')) - tax]).toEqual([273, 27]);
  });

  it('[REF-02] one cent short is refused, and nothing is moved', async () => {
    const card = await paid(10_000, 9_999);
    const { status, body } = await askBack(counter, card);
    expect([status, body.code, body.reason]).toEqual([409, 'refund_refused', 'insufficient_funds']);
    expect(await last(card.member)).toMatchObject({ type: 'Manual Top Up' });
    expect([await atProcessor(card.paymentRef), (await cardRow(card)).refunded]).toEqual([[], 0]);
  });

  it('[REF-03] that leaves nothing is allowed', async () => {
    const card = await paid(10_000, 10_000);
    expect((await askBack(counter, card)).body.status).toBe('refunded');
    expect((await last(card.member))?.balance).toBe(0);
  });

  it('[REF-04] is of what is left when a part went back before', async () => {
    const card = await paid(12_000, 20_000);
    expect((await giveBack(counter, card, 3_000)).status).toBe(201);
    await host.give(card.member as never, 3_000);
    const { body } = await askBack(counter, card);
    expect([body.amount.amount, body.toCard.amount]).toEqual([9_000, 8_730]);
    expect((await last(card.member))?.balance).toBe(11_000);
    expect((await cardRow(card)).refunded).toBe(12_000);
  });

  it.each([
    ['[REF-05]', 20_025, 30_000, 19_424, 9_975],
    ['[REF-06] [W-07]', 2_000, 5_000, 1_940, 3_000],
  ])('%s rounds half up to the cent, and tells what was sent', async (_row, whole, balance, toCard, left) => {
    // 20.00 is below the least top-up, so it is what is left of a larger one.
    const card = await paid(Math.max(whole, 5_000), balance + Math.max(5_000 - whole, 0));
    if (whole < 5_000) await giveBack(counter, card, 5_000 - whole);
    const { body } = await askBack(counter, card);
    expect(body.toCard.amount).toBe(toCard);
    expect((await atProcessor(card.paymentRef)).includes(toCard)).toBe(true);
    expect((await last(card.member))?.balance).toBe(left);
  });

  it('[REF-07] after twelve weeks is too late', async () => {
    const card = await paid(10_000, 50_000);
    await database.query(
      'UPDATE card_transaction SET captured_at = captured_at - INTERVAL 84 DAY WHERE payment_ref = ?',
      [card.paymentRef],
    );
    expect((await askBack(counter, card)).body).toMatchObject({ code: 'refund_refused', reason: 'too_old' });
    expect(await atProcessor(card.paymentRef)).toEqual([]);
  });

  it('[REF-08] of what went back already is refused', async () => {
    const card = await paid(10_000, 50_000);
    await askBack(counter, card);
    expect((await askBack(counter, card)).body.reason).toBe('already_refunded');
    expect(await atProcessor(card.paymentRef)).toEqual([9_700]);
  });

  it("[REF-09] of somebody else's card money is not found", async () => {
    const card = await paid(10_000, 10_000);
    const other = await host.member(50_000);
    const { status, body } = await askBack(counter, { ...card, member: other });
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  it('[REF-10] waits while the processor has too little', async () => {
    const card = await paid(10_000, 50_000);
    await counter.control.balance.setAvailable('aud', 8_000, demoNames.account);
    expect((await askBack(counter, card)).body.reason).toBe('processor_short');
    expect(await atProcessor(card.paymentRef)).toEqual([]);
  });

  it('is one, however often it is asked for with one key, and two wishes at once give one', async () => {
    const card = await paid(10_000, 50_000);
    const key = randomUUID();
    const first = await askBack(counter, card, key);
    expect((await askBack(counter, card, key)).body).toEqual(first.body);
    const other = await paid(10_000, 50_000);
    const answers = await Promise.all([askBack(counter, other), askBack(counter, other), askBack(counter, other)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect([await atProcessor(card.paymentRef), await atProcessor(other.paymentRef)]).toEqual([[9_700], [9_700]]);
  });

  it('of money that is stranded with us has no fee', async () => {
    const member = await host.member(4_000);
    const late = await host.pay(member, { organisation: counter.shop.site.organisationId }, 10_000);
    await host.pay(member, { organisation: counter.shop.site.organisationId }, 3_000);
    await counter.control.paymentIntent(late.body.checkout!.paymentRef).confirm('4242424242424242');
    await until(async () => (await host.show(late.body.id)).state === 'short');
    const card = {
      member,
      topUp: (await host.show(late.body.id)).topUp!.id,
      paymentRef: late.body.checkout!.paymentRef,
    };
    const { body } = await askBack(counter, card);
    expect([body.toCard.amount, body.fee.amount]).toEqual([6_000, 0]);
    expect((await last(member))?.balance).toBe(1_000);
  });
});

describe('a refund that an administrator gives', () => {
  it('[REF-11] [C62] [W-22] may be a part, has no fee, may overdraw the balance, and is audited', async () => {
    const card = await paid(10_000, 1_000);
    const { status, body } = await giveBack(counter, card, 4_000, { 'tillflow-actor': 'treasurer-7' });
    expect([status, body.toCard.amount]).toEqual([201, 4_000]);
    expect(await last(card.member)).toEqual({ type: 'Card Refund', amount: -4_000, balance: -3_000 });
    expect((await cardRow(card)).refunded).toBe(4_000);
    const [acts] = await database.query<RowDataPacket[]>('SELECT actor, action FROM audit_event WHERE target = ?', [
      body.id,
    ]);
    expect(acts).toEqual([{ actor: 'treasurer-7', action: 'refund.administrator' }]);
    const [posted] = await database.query<RowDataPacket[]>(`SELECT actor FROM ledger_transaction WHERE op_key = ?`, [
      `refund-${body.id}-reserved`,
    ]);
    expect(posted).toEqual([{ actor: 'treasurer-7' }]);
  });

  it('[REF-12] [REF-13] [C11] is at most what is left', async () => {
    const card = await paid(10_000, 11_000);
    await giveBack(counter, card, 4_000);
    expect(await last(card.member)).toEqual({ type: 'Card Refund', amount: -4_000, balance: 7_000 });
    expect((await cardRow(card)).refunded).toBe(4_000);
    expect((await giveBack(counter, card, 6_001)).body).toMatchObject({
      code: 'refund_refused',
      reason: 'more_than_paid',
    });
    expect((await giveBack(counter, card, 6_000)).body.toCard.amount).toBe(6_000);
    expect((await last(card.member))?.balance).toBe(1_000);
    expect((await cardRow(card)).refunded).toBe(10_000);
  });

  it('[REF-14] is never of their own money', async () => {
    const card = await paid(10_000, 10_000);
    const { status, body } = await giveBack(counter, card, 1_000, { 'tillflow-actor': card.member });
    expect([status, body.code]).toEqual([403, 'own_transaction']);
    expect(await atProcessor(card.paymentRef)).toEqual([]);
  });

  it('[REF-15] is more than nothing', async () => {
    const card = await paid(10_000, 20_000);
    const { status, body } = await giveBack(counter, card, 0);
    expect([status, body.code]).toEqual([422, 'invalid_request']);
  });
});

describe('a refund at a processor that will not, cannot yet, or takes its word back', () => {
  afterEach(async () => {
    await counter.control.webhooks.removeRules();
    await counter.control.settings({ refundStatus: 'succeeded' });
  });

  it('[REF-16] refused by the processor leaves balance and card as they were, to the cent', async () => {
    const card = await paid(10_000, 20_000);
    await counter.control.webhooks.drop('charge.dispute.*');
    await counter.control.paymentIntent(card.paymentRef).dispute();
    const { status, body } = await giveBack(counter, card, 4_000);
    expect([status, body.code, body.reason]).toEqual([409, 'refund_refused', 'charge_disputed']);
    expect(await linesOf(counter, `member/${card.member}`)).toEqual([
      { type: 'Manual Top Up', amount: 10_000, balance: 10_000 },
      { type: 'Card Refund', amount: -4_000, balance: 16_000 },
      { type: 'Card Refund', amount: 4_000, balance: 20_000 },
    ]);
    expect([await atProcessor(card.paymentRef), (await cardRow(card)).refunded]).toEqual([[], 0]);
  });

  it('that is pending is told so, and confirmed when the bank is done', async () => {
    const card = await paid(10_000, 20_000);
    await counter.control.settings({ refundStatus: 'pending' });
    const inFlight = await house('refunds-in-flight/AUD');
    const { body } = await askBack(counter, card);
    expect([body.status, body.state]).toEqual(['pending', 'pending']);
    expect(await house('refunds-in-flight/AUD')).toBe(inFlight + 10_000);
    const [refund] = (await counter.control.state(demoNames.account)).refunds.filter(
      (one) => one['payment_intent'] === card.paymentRef,
    );
    await counter.control.refund(String(refund?.['id'])).settle();
    await settled(body.id, 'succeeded');
    expect(await house('refunds-in-flight/AUD')).toBe(inFlight);
  });

  it.each<['pending' | 'succeeded', string]>([
    ['pending', 'early'],
    ['succeeded', 'late'],
  ])('that fails while %s gives exactly everything back, and the member is told', async (refundStatus) => {
    const card = await paid(10_000, 20_000);
    const [income, tax] = [await house('income/refund-fee/AUD'), await house('tax/AUD')];
    await counter.control.settings({ refundStatus });
    const { body } = await askBack(counter, card);
    expect(body.state).toBe(refundStatus);
    const [refund] = (await counter.control.state(demoNames.account)).refunds.filter(
      (one) => one['payment_intent'] === card.paymentRef,
    );
    await counter.control.refund(String(refund?.['id'])).fail('expired_or_canceled_card');
    expect((await settled(body.id, 'failed')).outcome).toBe('expired_or_canceled_card');
    expect((await last(card.member))?.balance).toBe(20_000);
    expect((await cardRow(card)).refunded).toBe(0);
    expect([await house('income/refund-fee/AUD'), await house('tax/AUD')]).toEqual([income, tax]);
    const [told] = await database.query<RowDataPacket[]>(
      'SELECT kind, dedupe_key FROM notice WHERE member_id = ? ORDER BY created_at, kind',
      [card.member],
    );
    expect(told.map((row) => String(row['kind']))).toEqual(['card_refund', 'card_refund_failed']);
    // What was given back can be asked for again.
    await counter.control.settings({ refundStatus: 'succeeded' });
    expect((await askBack(counter, card)).status).toBe(201);
  });

  it('[W-20] [W-10] whose answer is lost is made once, under one key', async () => {
    const card = await paid(10_000, 20_000);
    await counter.control.faults.add('execute_then_reset', { method: 'POST', path: '/v1/refunds', times: 2 });
    const { status, body } = await askBack(counter, card);
    expect([status, body.state]).toEqual([201, 'succeeded']);
    expect(await atProcessor(card.paymentRef)).toEqual([9_700]);
    expect((await last(card.member))?.balance).toBe(10_000);
  });

  it('that nobody began, because Temporal was away, ends by itself and moves nothing', async () => {
    const card = await paid(10_000, 20_000);
    const id = newId('refund');
    await database.query(
      `INSERT INTO refund (id, card_transaction_id, processor_account_id, member_id, top_up_id, amount_minor, fee_minor, tax_minor, currency,
       requested_by, actor, description, state, created_at, updated_at)
       SELECT ?, c.id, c.processor_account_id, ?, c.owner_id, 10000, 0, 0, 'AUD', 'member', 'x', 'x', 'created', UTC_TIMESTAMP(6) - INTERVAL 2 MINUTE,
       UTC_TIMESTAMP(6) FROM card_transaction c WHERE c.payment_ref = ?`,
      [id, card.member, card.paymentRef],
    );
    expect((await settled(id, 'refused')).outcome).toBe('never_begun');
    expect((await last(card.member))?.balance).toBe(10_000);
  });
});

describe('what happens in the console of the processor', () => {
  it('[W-19] a refund is booked once, whatever the balance is, and is undone when it bounces', async () => {
    const card = await paid(10_000, 1_000);
    await counter.control.webhooks.duplicate('refund.*', 3);
    const refund = await counter.control.paymentIntent(card.paymentRef).refundInConsole({ amount: 2_500 });
    await until(async () => (await cardRow(card)).refunded === 2_500);
    await counter.control.webhooks.removeRules();
    expect(await last(card.member)).toEqual({ type: 'Card Refund', amount: -2_500, balance: -1_500 });
    const { body } = await counter.till.get<ShownRefund>(`/v1/members/${card.member}/refunds`);
    expect(body.items).toMatchObject([{ requestedBy: 'console', status: 'refunded', amount: { amount: 2_500 } }]);
    await counter.control.refund(refund.id).fail();
    await until(async () => (await cardRow(card)).refunded === 0);
    expect((await last(card.member))?.balance).toBe(1_000);
    // The next one is judged on what is left now.
    expect((await giveBack(counter, card, 10_000)).status).toBe(201);
  });

  it('is found without any webhook, although nobody sells where members’ cards are charged [F9]', async () => {
    const card = await paid(10_000, 10_000);
    await counter.control.webhooks.drop('*');
    await counter.control.paymentIntent(card.paymentRef).refundInConsole({ amount: 2_500 });
    await until(async () => (await cardRow(card)).refunded === 2_500);
    await counter.control.webhooks.removeRules();
    expect(await last(card.member)).toEqual({ type: 'Card Refund', amount: -2_500, balance: 7_500 });
  });

  it('a refund of a sale is the organisation’s, and stands in its timeline', async () => {
    const made = await counter.till.sell(2_500, { captureMode: 'automatic' });
    await counter.control.reader(demoNames.reader).tap('4242424242424242');
    await counter.till.until(made.body.id, 'posted');
    const [rows] = await database.query<RowDataPacket[]>('SELECT payment_ref FROM sale WHERE id = ?', [made.body.id]);
    await counter.control.paymentIntent(String(rows[0]?.['payment_ref'])).refundInConsole({ amount: 1_000 });
    await until(async () => (await counter.till.timeline(made.body.id)).includes('refunded'));
    expect((await linesOf(counter, clubAccount())).at(-1)).toMatchObject({ type: 'Card Refund', amount: -1_000 });
    expect((await counter.till.show(made.body.id)).needsAttention).toBe(false);
  });

  it('a dispute takes the money and the fee, and a won one brings them back', async () => {
    const card = await paid(10_000, 10_000);
    const dispute = await counter.control.paymentIntent(card.paymentRef).dispute();
    await until(async () => (await cardRow(card)).disputed === 10_000);
    const claimed = await house('receivable/disputes/AUD');
    expect((await last(card.member))?.type).toBe('Manual Top Up');
    await counter.control.dispute(dispute.id).win();
    await until(async () => (await cardRow(card)).disputed === 0);
    expect(await house('receivable/disputes/AUD')).toBe(claimed - 10_000);
  });

  it('a lost dispute is the member’s, below zero if need be, once', async () => {
    const card = await paid(10_000, 4_000);
    const claimed = await house('receivable/disputes/AUD');
    const dispute = await counter.control.paymentIntent(card.paymentRef).dispute({ reason: 'fraudulent' });
    await until(async () => (await cardRow(card)).disputed === 10_000);
    await counter.control.webhooks.duplicate('charge.dispute.*', 3);
    await counter.control.dispute(dispute.id).lose();
    await until(async () => (await last(card.member))?.type === 'Dispute');
    await counter.control.webhooks.removeRules();
    expect(await last(card.member)).toEqual({ type: 'Dispute', amount: -10_000, balance: -6_000 });
    expect(await house('receivable/disputes/AUD')).toBe(claimed);
    const { body } = await counter.till.get<{ items: { providerRef: string; state: string }[] }>('/v1/disputes');
    expect(body.items.find((one) => one.providerRef === dispute.id)?.state).toBe('lost');
  });

  it('an inquiry moves nothing and is shown', async () => {
    const card = await paid(10_000, 10_000);
    const dispute = await counter.control.paymentIntent(card.paymentRef).dispute({ inquiry: true });
    const shown = async () =>
      (await counter.till.get<{ items: { providerRef: string; state: string }[] }>('/v1/disputes')).body.items;
    await until(async () => (await shown()).some((one) => one.providerRef === dispute.id && one.state === 'inquiry'));
    expect([await cardRow(card), (await last(card.member))?.balance]).toEqual([{ refunded: 0, disputed: 0 }, 10_000]);
  });

  it('money that comes after its checkout was given up is its member’s, once [W-18]', async () => {
    const member = await host.member(0);
    const { body } = await host.topUp(member, 10_000);
    await database.query(`UPDATE top_up SET state = 'expired', version = version + 1 WHERE id = ?`, [body.id]);
    await counter.control.webhooks.duplicate('payment_intent.succeeded', 3);
    await counter.control.paymentIntent(body.checkout!.paymentRef).confirm('4242424242424242');
    await until(async () => (await host.show(body.id)).state === 'late');
    await counter.control.webhooks.removeRules();
    expect(await linesOf(counter, `member/${member}`)).toEqual([
      { type: 'Late Payment', amount: 10_000, balance: 10_000 },
    ]);
  });
});
