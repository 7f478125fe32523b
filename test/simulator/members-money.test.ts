import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createControlClient, type ControlClient } from '../../simulator/control-client.ts';
import { errorOf, openShop, type Shop } from './shop.ts';

let shop: Shop;
let control: ControlClient;
beforeEach(async () => {
  shop = await openShop();
  control = createControlClient(shop.simulator.url);
});
afterEach(() => shop.stop());

/** A top-up of A$100.00 by a typed card, its fee of 1.75 booked. */
const paid = async (card = 'pm_card_visa', amount = 10_000) => {
  const { id } = await shop.stripe.paymentIntents.create({
    ...{ amount, currency: 'aud', metadata: { topup_id: 'T1' } },
    allowed_payment_method_types: ['card'],
  });
  const { payment_intent: intent } = await control.paymentIntent(id).confirm(card);
  await control.clock.advance('50ms');
  return { id, charge: intent.latest_charge as string };
};
const saved = async (magic = 'pm_card_visa') => {
  const { id: customer } = await shop.stripe.customers.create();
  return { customer, payment_method: (await shop.stripe.paymentMethods.attach(magic, { customer })).id };
};
const charge = (card: { customer: string; payment_method: string }) =>
  shop.stripe.paymentIntents.create({
    ...{ amount: 5000, currency: 'aud', off_session: true, confirm: true },
    ...card,
  });
const available = async () => {
  const { available: now, pending } = await shop.stripe.balance.retrieve();
  return { available: now[0]?.amount, pending: pending[0]?.amount };
};
const eventsSince = async (count: number) => (await shop.eventTypes()).slice(count);

describe('the bank of a saved card', () => {
  it.each([
    ['insufficient_funds', 'card_declined', 'insufficient_funds'],
    ['generic_decline', 'card_declined', 'generic_decline'],
    ['stolen_card', 'card_declined', 'stolen_card'],
    ['expired_card', 'expired_card', 'expired_card'],
    ['processing_error', 'processing_error', 'processing_error'],
    ['authentication_required', 'authentication_required', 'authentication_required'],
  ] as const)('declines from now on with %s, until it does not', async (behaviour, code, declineCode) => {
    const card = await saved();
    await control.paymentMethod(card.payment_method).behave(behaviour);
    for (const answer of [await errorOf(charge(card)), await errorOf(charge(card))]) {
      expect(answer).toMatchObject({ statusCode: 402, code, decline_code: declineCode });
    }
    await control.paymentMethod(card.payment_method).behave('as_card');
    expect((await charge(card)).status).toBe('succeeded');
  });

  it('declines once and then pays, or pays whatever the card was made for', async () => {
    const card = await saved();
    await control.paymentMethod(card.payment_method).behave('insufficient_funds', { times: 1 });
    expect(await errorOf(charge(card))).toMatchObject({ decline_code: 'insufficient_funds' });
    expect((await charge(card)).status).toBe('succeeded');
    const failing = await saved('pm_card_chargeCustomerFail');
    await control.paymentMethod(failing.payment_method).behave('ok');
    expect((await charge(failing)).status).toBe('succeeded');
  });

  it('asks the customer who is there, and then takes the money', async () => {
    const card = await saved();
    await control.paymentMethod(card.payment_method).behave('authentication_required');
    const { id } = await shop.stripe.paymentIntents.create({
      ...{ amount: 5000, currency: 'aud', customer: card.customer, allowed_payment_method_types: ['card'] },
    });
    const page = control.paymentIntent(id);
    expect((await page.confirm(card.payment_method)).outcome).toBe('requires_action');
    expect((await page.completeAuthentication()).outcome).toBe('approved');
  });

  it('lets a card expire, and replaces it', async () => {
    const card = await saved();
    await control.paymentMethod(card.payment_method).expire();
    expect(await errorOf(charge(card))).toMatchObject({ code: 'expired_card' });
    await control.paymentMethod(card.payment_method).replace({ number: '5555555555554444', expYear: 2036 });
    const { card: now } = await shop.stripe.paymentMethods.retrieve(card.payment_method);
    expect(now).toMatchObject({ brand: 'mastercard', last4: '4444', exp_month: 12, exp_year: 2036 });
    expect((await charge(card)).status).toBe('succeeded');
    expect((await shop.eventTypes()).filter((type) => type.includes('updated'))).toEqual([
      'payment_method.updated',
      'payment_method.automatically_updated',
    ]);
  });

  it('declines a card whose date passes while the clock goes on', async () => {
    const { id: customer } = await shop.stripe.customers.create();
    const year = new Date().getUTCFullYear() + 1;
    const made = await shop.stripe.paymentMethods.create({
      ...{ type: 'card', card: { number: '4242424242424242', exp_month: 12, exp_year: year } },
    });
    await shop.stripe.paymentMethods.attach(made.id, { customer });
    await control.clock.set(new Date(Date.UTC(year, 11, 31, 23, 59)));
    expect((await charge({ customer, payment_method: made.id })).status).toBe('succeeded');
    await control.clock.advance('1m');
    expect(await errorOf(charge({ customer, payment_method: made.id }))).toMatchObject({ code: 'expired_card' });
  });
});

describe('a refund of an online charge', () => {
  it('is made of its charge or its intent, with its own metadata, never of more than is left', async () => {
    const { id, charge: chargeId } = await paid();
    const first = await shop.stripe.refunds.create({
      ...{ charge: chargeId, amount: 4000, reason: 'requested_by_customer', metadata: { refund_id: 'R1' } },
    });
    expect(first).toMatchObject({ amount: 4000, status: 'succeeded', metadata: { refund_id: 'R1' } });
    const tooMuch = shop.stripe.refunds.create({ payment_intent: id, amount: 6001 });
    expect(await errorOf(tooMuch)).toMatchObject({ statusCode: 400, param: 'amount' });
    await shop.stripe.refunds.create({ payment_intent: id });
    expect(await errorOf(shop.stripe.refunds.create({ payment_intent: id }))).toMatchObject({
      code: 'charge_already_refunded',
    });
    const { by_metadata: each, by_currency: money } = await control.counters();
    expect(each['topup_id']!['T1']).toMatchObject({ captures: 1, refunds: 2, refunded_minor: 10_000 });
    expect(each['refund_id']!['R1']).toMatchObject({ refunds: 1, refunded_minor: 4000, captures: 0 });
    expect(money['aud']).toMatchObject({ captured_minor: 10_000, refunded_minor: 10_000, fees_minor: 175 });
  });

  it('of the card whose refunds wait is pending, then succeeds by itself', async () => {
    const { id } = await paid('pm_card_pendingRefund');
    const refund = await shop.stripe.refunds.create({ payment_intent: id });
    expect(refund).toMatchObject({ status: 'pending', balance_transaction: null });
    expect((await control.counters()).totals).toMatchObject({ refunds: 0, pending_refunds: 1 });
    await control.clock.advance('200ms');
    expect((await shop.stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
    expect((await control.counters()).totals).toMatchObject({ refunds: 1, pending_refunds: 0 });
  });

  it('of the card whose refunds fail bounces later: the charge is whole again and the money is back', async () => {
    const { id, charge: chargeId } = await paid('pm_card_refundFail');
    const before = (await shop.eventTypes()).length;
    const refund = await shop.stripe.refunds.create({ payment_intent: id, amount: 4000 });
    await control.clock.advance('200ms');
    const failed = await shop.stripe.refunds.retrieve(refund.id, { expand: ['failure_balance_transaction'] });
    expect(failed).toMatchObject({
      ...{ status: 'failed', failure_reason: 'expired_or_canceled_card' },
      failure_balance_transaction: { amount: 4000, type: 'refund_failure' },
    });
    expect(await shop.stripe.charges.retrieve(chargeId)).toMatchObject({ amount_refunded: 0, refunded: false });
    expect(await eventsSince(before)).toEqual([
      ...['refund.created', 'charge.refunded', 'refund.updated', 'charge.refund.updated'],
      ...['refund.failed', 'refund.updated', 'charge.refund.updated'],
    ]);
    expect((await control.counters()).totals).toMatchObject({ refunds: 0, failed_refunds: 1, refunded_minor: 0 });
  });

  it('that waits is settled or bounced by the bank when a test says so', async () => {
    await control.settings({ refundStatus: 'pending' });
    const { id } = await paid();
    const refund = await shop.stripe.refunds.create({ payment_intent: id, amount: 4000 });
    expect(await control.refund(refund.id).settle()).toMatchObject({ status: 'succeeded' });
    expect(await control.refund(refund.id).fail('lost_or_stolen_card')).toMatchObject({
      ...{ status: 'failed', failure_reason: 'lost_or_stolen_card' },
    });
  });

  it('made in the console is told like any other, with nothing of ours on it', async () => {
    const { id } = await paid();
    const refund = await control.paymentIntent(id).refundInConsole({ amount: 2500 });
    expect(refund).toMatchObject({ amount: 2500, status: 'succeeded', metadata: {} });
    const [created] = (await shop.stripe.events.list({ type: 'refund.created' })).data;
    expect(created).toMatchObject({ data: { object: { id: refund.id } }, request: { id: null } });
    await expect(control.paymentIntent(id).refundInConsole({ amount: 7501 })).rejects.toMatchObject({ status: 400 });
  });
});

describe('a dispute', () => {
  it('withdraws the money and a fee, and gives both back when it is won', async () => {
    const { id, charge: chargeId } = await paid();
    const before = (await shop.eventTypes()).length;
    const dispute = await control.charge(chargeId).dispute({ reason: 'product_not_received' });
    expect(dispute).toMatchObject({
      ...{ amount: 10_000, currency: 'aud', charge: chargeId, payment_intent: id, reason: 'product_not_received' },
      ...{ status: 'needs_response', is_charge_refundable: false },
      balance_transactions: [{ amount: -10_000, fee: 2500, net: -12_500, type: 'adjustment' }],
    });
    expect((await shop.stripe.charges.retrieve(chargeId)).disputed).toBe(true);
    expect(await errorOf(shop.stripe.refunds.create({ charge: chargeId }))).toMatchObject({ code: 'charge_disputed' });
    expect((await control.counters()).by_currency['aud']).toMatchObject({
      ...{ captured_minor: 10_000, fees_minor: 175, disputed_minor: 10_000, dispute_fees_minor: 2500 },
    });
    await control.dispute(dispute.id).review();
    expect((await control.dispute(dispute.id).win()).balance_transactions).toMatchObject([
      { net: -12_500 },
      { amount: 10_000, fee: -2500, net: 12_500 },
    ]);
    expect(await eventsSince(before)).toEqual([
      ...['charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.updated'],
      ...['charge.dispute.closed', 'charge.dispute.funds_reinstated'],
    ]);
    const { totals, by_currency: money } = await control.counters();
    expect(totals).toMatchObject({ disputes: 1, disputed_minor: 0 });
    expect(money['aud']).toMatchObject({ disputed_minor: 0, dispute_fees_minor: 0 });
    await expect(control.dispute(dispute.id).lose()).rejects.toMatchObject({ status: 409 });
    expect((await shop.stripe.refunds.create({ charge: chargeId })).status).toBe('succeeded');
  });

  it('that is lost, by the bank or by giving in, leaves the money gone', async () => {
    const { id } = await paid();
    const { id: dispute } = await control.paymentIntent(id).dispute({ amount: 4000 });
    expect(await shop.stripe.disputes.close(dispute)).toMatchObject({ status: 'lost', amount: 4000 });
    const other = await paid();
    await control.dispute((await control.paymentIntent(other.id).dispute()).id).lose();
    expect((await control.counters()).by_metadata['topup_id']!['T1']).toMatchObject({
      ...{ disputes: 2, disputed_minor: 14_000 },
    });
    const { data } = await shop.stripe.disputes.list({ payment_intent: id });
    expect(data).toMatchObject([{ id: dispute, status: 'lost' }]);
  });

  it('keeps its fee when it is told to, although it is won', async () => {
    const { id } = await paid();
    const dispute = await control.paymentIntent(id).dispute();
    await control.dispute(dispute.id).win({ keepFee: true });
    expect((await control.counters()).by_currency['aud']).toMatchObject({
      disputed_minor: 0,
      dispute_fees_minor: 2500,
    });
  });

  it('that is only an inquiry moves nothing', async () => {
    const { id, charge: chargeId } = await paid();
    const inquiry = await control.paymentIntent(id).dispute({ inquiry: true });
    expect(inquiry).toMatchObject({ status: 'warning_needs_response', balance_transactions: [] });
    expect((await shop.eventTypes()).at(-1)).toBe('charge.dispute.created');
    expect((await shop.stripe.refunds.create({ charge: chargeId, amount: 100 })).status).toBe('succeeded');
    expect(await control.dispute(inquiry.id).win()).toMatchObject({ status: 'warning_closed' });
  });

  it('comes by itself with a disputing card, and evidence that names its outcome decides it', async () => {
    const { charge: chargeId } = await paid('pm_card_createDispute');
    await control.clock.advance('200ms');
    const [dispute] = (await shop.stripe.disputes.list({ charge: chargeId })).data;
    expect(dispute).toMatchObject({ reason: 'fraudulent', status: 'needs_response' });
    const sent = await shop.stripe.disputes.update(dispute!.id, {
      evidence: { uncategorized_text: 'winning_evidence' },
    });
    expect(sent).toMatchObject({ status: 'under_review', evidence_details: { submission_count: 1 } });
    await control.clock.advance('200ms');
    expect((await shop.stripe.disputes.retrieve(dispute!.id)).status).toBe('won');
  });
});

describe('the balance at the processor', () => {
  it('holds money as pending for two days, less its fee; what goes leaves the available part at once', async () => {
    const { id } = await paid();
    expect(await available()).toEqual({ available: 0, pending: 9825 });
    await control.clock.advance('2d');
    expect(await available()).toEqual({ available: 9825, pending: 0 });
    await shop.stripe.refunds.create({ payment_intent: id, amount: 4000 });
    expect(await available()).toEqual({ available: 5825, pending: 0 });
    await control.paymentIntent(id).dispute({ amount: 1000 });
    expect(await available()).toEqual({ available: 2325, pending: 0 });
  });

  it('is available at once by setting, and for the card made for it', async () => {
    await paid('pm_card_bypassPending');
    expect(await available()).toEqual({ available: 9825, pending: 0 });
    await control.settings({ balanceAvailableAfterMs: 0 });
    await paid();
    expect(await available()).toEqual({ available: 19_650, pending: 0 });
  });

  it('can be made any figure, from which it moves on', async () => {
    const { id } = await paid();
    await control.balance.setAvailable('aud', 8000);
    expect(await available()).toEqual({ available: 8000, pending: 9825 });
    await shop.stripe.refunds.create({ payment_intent: id, amount: 4000 });
    expect((await available()).available).toBe(4000);
    await control.balance.setAvailable('aud', 8000);
    expect((await available()).available).toBe(8000);
  });
});

describe('the counters of members’ money', () => {
  it('count customers, set-ups, and declined charges by their metadata', async () => {
    const { id: customer } = await shop.stripe.customers.create({ metadata: { member_id: 'M1' } });
    const setup = await shop.stripe.setupIntents.create({ customer, metadata: { member_id: 'M1' } });
    await control.setupIntent(setup.id).confirm('pm_card_chargeCustomerFail');
    const { payment_method } = await shop.stripe.setupIntents.retrieve(setup.id);
    const declined = shop.stripe.paymentIntents.create({
      ...{ amount: 5000, currency: 'aud', customer, payment_method: payment_method as string },
      ...{ off_session: true, confirm: true, metadata: { member_id: 'M1', topup_id: 'T9' } },
    });
    await errorOf(declined);
    const { by_metadata: each } = await control.counters();
    expect(each['member_id']!['M1']).toMatchObject({
      ...{ customers: 1, setup_intents: 1, intents: 1, failed_charges: 1, authorizations: 0, captures: 0 },
    });
    expect(each['topup_id']!['T9']).toMatchObject({ intents: 1, failed_charges: 1, customers: 0 });
  });
});

describe('what the processor pays to our bank', () => {
  it('is a line of its books and a payout, listed by when it was made', async () => {
    const first = await control.payouts.make(4_000, 'aud');
    const taken = await control.payouts.make(-500, 'aud');
    const { data } = await shop.stripe.payouts.list({ created: { gte: first.created } });
    expect(data.map(({ id, amount, status }) => [id, amount, status])).toEqual([
      [taken.id, -500, 'paid'],
      [first.id, 4_000, 'paid'],
    ]);
    const lines = await shop.stripe.balanceTransactions.list({ type: 'payout' });
    expect(lines.data.map(({ source, net }) => [source, net])).toEqual([
      [taken.id, 500],
      [first.id, -4_000],
    ]);
    expect((await shop.stripe.payouts.list({ created: { lt: first.created } })).data).toEqual([]);
  });

  it('comes back when the bank does not take it, once', async () => {
    const { id } = await control.payouts.make(4_000, 'aud');
    await control.payouts.fail(id);
    await expect(control.payouts.fail(id)).rejects.toThrow('409');
    expect(await shop.stripe.payouts.retrieve(id)).toMatchObject({ status: 'failed', failure_code: 'account_closed' });
    const back = await shop.stripe.balanceTransactions.list({ type: 'payout_failure' });
    expect(back.data).toMatchObject([{ source: id, net: 4_000 }]);
  });
});
