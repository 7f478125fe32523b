import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import { createControlClient, type ControlClient } from '../../simulator/control-client.ts';
import { clientFor, errorOf, openShop, type Shop } from './shop.ts';

let shop: Shop;
let control: ControlClient;
beforeEach(async () => {
  shop = await openShop();
  control = createControlClient(shop.simulator.url);
});
afterEach(() => shop.stop());

type Change = Partial<Stripe.PaymentIntentCreateParams>;
const checkout = (change: Change = {}) =>
  shop.stripe.paymentIntents.create({
    ...{ amount: 6000, currency: 'aud', metadata: { topup_id: 'T1' } },
    allowed_payment_method_types: ['card'],
    ...change,
  });
const saved = async (magic: string) => {
  const { id: customer } = await shop.stripe.customers.create();
  return { customer, payment_method: (await shop.stripe.paymentMethods.attach(magic, { customer })).id };
};
/** A saved card, set up with 3-D Secure where it asks. */
const setUp = async (magic: string) => {
  const { id: customer } = await shop.stripe.customers.create();
  const { id } = await shop.stripe.setupIntents.create({ customer });
  const page = control.setupIntent(id);
  const { outcome } = await page.confirm(magic);
  if (outcome === 'requires_action') await page.completeAuthentication();
  const { payment_method } = await shop.stripe.setupIntents.retrieve(id);
  return { customer, payment_method: payment_method as string };
};
const chargeOffSession = (card: { customer: string; payment_method: string }, change: Change = {}) =>
  checkout({ ...card, off_session: true, confirm: true, ...change });
const moneyEvents = async () => (await shop.eventTypes()).filter((type) => /^(payment_intent|charge)/.test(type));

describe('a checkout', () => {
  it('waits for a card, is paid in the browser, and shows card, receipt and balance transaction', async () => {
    const intent = await checkout();
    expect(intent.status).toBe('requires_payment_method');
    const paid = await control.paymentIntent(intent.id).confirm('4242424242424242', { expMonth: 12, expYear: 2028 });
    expect(paid).toMatchObject({ outcome: 'approved', payment_intent: { status: 'succeeded', amount_received: 6000 } });
    await control.clock.advance('50ms');
    const charge = await shop.stripe.charges.retrieve(paid.payment_intent.latest_charge as string, {
      expand: ['balance_transaction'],
    });
    expect(charge).toMatchObject({
      ...{ amount: 6000, captured: true, paid: true, metadata: { topup_id: 'T1' } },
      payment_method_details: {
        type: 'card',
        card: { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2028, country: 'US' },
      },
      balance_transaction: { amount: 6000, fee: 107, net: 5893 },
    });
    expect(charge.receipt_url).toContain(charge.id);
    expect(await moneyEvents()).toEqual([
      'payment_intent.created',
      'payment_intent.succeeded',
      'charge.succeeded',
      'charge.updated',
    ]);
  });

  it('is opened with the client secret and the publishable key only', async () => {
    const intent = await checkout();
    const browser = clientFor(shop.simulator, 'pk_test_demo');
    const client_secret = intent.client_secret!;
    expect((await browser.paymentIntents.retrieve(intent.id, { client_secret })).id).toBe(intent.id);
    expect(await errorOf(browser.paymentIntents.retrieve(intent.id))).toMatchObject({ statusCode: 403 });
    const paid = await browser.paymentIntents.confirm(intent.id, {
      ...{ client_secret, return_url: 'http://127.0.0.1/back' },
      payment_method_data: { type: 'card', card: { number: '4242424242424242', exp_month: 1, exp_year: 2031 } },
    } as Stripe.PaymentIntentConfirmParams);
    expect(paid.status).toBe('succeeded');
  });

  it('is declined, and paid by another card', async () => {
    const intent = await checkout();
    const page = control.paymentIntent(intent.id);
    expect(await page.confirm('4000000000009995')).toMatchObject({
      outcome: 'declined',
      error: { code: 'card_declined', decline_code: 'insufficient_funds' },
      payment_intent: { status: 'requires_payment_method', last_payment_error: { decline_code: 'insufficient_funds' } },
    });
    expect((await page.confirm()).outcome).toBe('approved');
    expect((await moneyEvents()).slice(1)).toEqual([
      'payment_intent.payment_failed',
      'charge.failed',
      'payment_intent.succeeded',
      'charge.succeeded',
    ]);
    await expect(page.confirm()).rejects.toMatchObject({ status: 400 });
  });

  it('waits for 3-D Secure and is paid when the customer passes it', async () => {
    const { id } = await checkout();
    const page = control.paymentIntent(id);
    expect(await page.confirm('pm_card_authenticationRequired')).toMatchObject({
      outcome: 'requires_action',
      payment_intent: { status: 'requires_action', next_action: { type: 'redirect_to_url' }, latest_charge: null },
    });
    const { payment_intent: paid } = await page.completeAuthentication();
    expect(paid).toMatchObject({ status: 'succeeded', next_action: null });
    const charge = await shop.stripe.charges.retrieve(paid.latest_charge as string);
    expect(charge.payment_method_details?.card?.three_d_secure?.result).toBe('authenticated');
    expect((await moneyEvents()).slice(1, 3)).toEqual(['payment_intent.requires_action', 'payment_intent.succeeded']);
  });

  it('whose 3-D Secure fails waits for another card, and no charge was made', async () => {
    const { id } = await checkout();
    const page = control.paymentIntent(id);
    await page.confirm('pm_card_authenticationRequired');
    expect((await page.failAuthentication()).payment_intent).toMatchObject({
      status: 'requires_payment_method',
      latest_charge: null,
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
    expect((await shop.stripe.charges.list({ payment_intent: id })).data).toEqual([]);
    expect((await moneyEvents()).at(-1)).toBe('payment_intent.payment_failed');
  });

  it('saves the card for later when it was asked to', async () => {
    const { id: customer } = await shop.stripe.customers.create();
    const { id } = await checkout({ customer, setup_future_usage: 'off_session' });
    await control.paymentIntent(id).confirm();
    const { data } = await shop.stripe.paymentMethods.list({ customer });
    expect(data).toHaveLength(1);
    const again = await chargeOffSession({ customer, payment_method: data[0]!.id });
    expect(again.status).toBe('succeeded');
  });

  it('that is abandoned is cancelled, also while the bank asks', async () => {
    const { id } = await checkout();
    await control.paymentIntent(id).confirm('pm_card_authenticationRequired');
    const canceled = await shop.stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' });
    expect(canceled).toMatchObject({ status: 'canceled', next_action: null });
    await expect(control.paymentIntent(id).completeAuthentication()).rejects.toMatchObject({ status: 409 });
  });

  it('below the smallest charge is refused', async () => {
    expect(await errorOf(checkout({ amount: 49 }))).toMatchObject({ code: 'amount_too_small', param: 'amount' });
    expect((await checkout({ amount: 50 })).amount).toBe(50);
  });

  it('holds the money for seven days when it is captured by hand', async () => {
    const intent = await checkout({ capture_method: 'manual' });
    await control.paymentIntent(intent.id).confirm();
    expect((await shop.read(intent)).status).toBe('requires_capture');
    await control.clock.advance('7d');
    expect((await shop.read(intent)).status).toBe('canceled');
  });
});

describe('a charge while the customer is away', () => {
  it('takes the money in one call, once for a key', async () => {
    const card = await saved('pm_card_visa');
    const charge = () =>
      shop.stripe.paymentIntents.create(
        { amount: 5000, currency: 'aud', ...card, off_session: true, confirm: true, metadata: { topup_id: 'T1' } },
        { idempotencyKey: 'topup-T1' },
      );
    const paid = await charge();
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 5000, ...card });
    expect((await charge()).id).toBe(paid.id);
    expect((await control.counters()).by_metadata['topup_id']!['T1']).toMatchObject({ intents: 1, captures: 1 });
  });

  it.each([
    ['pm_card_chargeCustomerFail', 'card_declined', 'generic_decline'],
    ['pm_card_authenticationRequired', 'authentication_required', 'authentication_required'],
    ['pm_card_authenticationRequiredOnSetup', 'authentication_required', 'authentication_required'],
  ])('of %s that was only attached is refused: 402 %s, %s, with the intent', async (magic, code, declineCode) => {
    const card = await saved(magic);
    const error = await errorOf(chargeOffSession(card));
    expect(error).toMatchObject({
      ...{ type: 'StripeCardError', statusCode: 402, code, decline_code: declineCode },
      payment_intent: { status: 'requires_payment_method', last_payment_error: { code } },
      payment_method: { id: card.payment_method },
    });
    expect((await moneyEvents()).slice(-2)).toEqual(['payment_intent.payment_failed', 'charge.failed']);
    const key = { idempotencyKey: 'again' };
    const again = () =>
      errorOf(shop.stripe.paymentIntents.create({ amount: 5000, currency: 'aud', ...card, ...away }, key));
    expect((await again()).payment_intent?.id).toBe((await again()).payment_intent?.id);
  });
  const away = { off_session: true, confirm: true };

  it.each([
    ['pm_card_authenticationRequiredOnSetup', 'approved'],
    ['pm_card_authenticationRequiredSetupForOffSession', 'approved'],
    ['pm_card_authenticationRequired', 'declined'],
  ])('of %s that was set up with 3-D Secure is %s', async (magic, result) => {
    const charging = chargeOffSession(await setUp(magic));
    if (result === 'approved') expect((await charging).status).toBe('succeeded');
    else expect(await errorOf(charging)).toMatchObject({ code: 'authentication_required' });
  });

  it('of a card of somebody else, of nobody, or of no card is refused and leaves no intent', async () => {
    const card = await saved('pm_card_visa');
    const { id: other } = await shop.stripe.customers.create();
    for (const change of [{ customer: other }, { payment_method: 'pm_unknown' }]) {
      expect(await errorOf(chargeOffSession({ ...card, ...change }))).toMatchObject({ statusCode: 400 });
    }
    const nobodys = { payment_method: card.payment_method, off_session: true, confirm: true };
    expect(await errorOf(checkout(nobodys))).toMatchObject({ statusCode: 400 });
    expect((await shop.stripe.paymentIntents.list()).data).toEqual([]);
  });

  it('cannot be half asked for', async () => {
    const card = await saved('pm_card_visa');
    expect(await errorOf(checkout({ ...card, off_session: true }))).toMatchObject({ param: 'off_session' });
    expect(await errorOf(checkout({ customer: card.customer, confirm: true }))).toMatchObject({
      param: 'payment_method',
    });
  });
});

describe('a confirmation by the server', () => {
  it('must say where to return to when Stripe may choose a method that redirects', async () => {
    const { id } = await shop.stripe.paymentIntents.create({ amount: 5000, currency: 'aud' });
    const confirm = (more: object) =>
      shop.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa', ...more });
    expect((await errorOf(confirm({}))).message).toContain('return_url');
    expect((await confirm({ return_url: 'http://127.0.0.1/back' })).status).toBe('succeeded');
  });

  it('takes the card that was named before, and needs one', async () => {
    const named = await checkout({ payment_method: 'pm_card_visa' });
    expect(named.status).toBe('requires_confirmation');
    expect((await shop.stripe.paymentIntents.confirm(named.id)).status).toBe('succeeded');
    const empty = await checkout();
    expect(await errorOf(shop.stripe.paymentIntents.confirm(empty.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  it('does not take a card that was used once and not saved', async () => {
    const first = await checkout();
    const { payment_intent: paid } = await control.paymentIntent(first.id).confirm();
    const again = checkout({ payment_method: paid.payment_method as string });
    expect(await errorOf(again)).toMatchObject({ statusCode: 400 });
  });
});
