import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf, openShop, type Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

const tapped = async (change: Parameters<Shop['intent']>[0] = {}) => {
  const intent = await shop.intent(change);
  await shop.process(intent);
  await shop.present();
  return intent;
};

describe('a payment with manual capture', () => {
  it('waits for a card, holds the money after the tap, takes it at the capture, and tells each in Stripe’s order', async () => {
    const intent = await shop.intent({ metadata: { sale: 'S1' } });
    expect(intent).toMatchObject({ status: 'requires_payment_method', amount_capturable: 0, latest_charge: null });
    await shop.process(intent);
    await shop.present();
    const held = await shop.read(intent);
    expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 2500, amount_received: 0 });
    expect(held.latest_charge).toMatchObject({ captured: false, amount_captured: 0, paid: true, status: 'succeeded' });
    const taken = await shop.stripe.paymentIntents.capture(intent.id);
    expect(taken).toMatchObject({ status: 'succeeded', amount_capturable: 0, amount_received: 2500 });
    await shop.control('POST', '/_control/clock/advance', { ms: 50 });
    expect(await shop.eventTypes()).toEqual([
      'payment_intent.created',
      'payment_intent.amount_capturable_updated',
      'charge.succeeded',
      'terminal.reader.action_succeeded',
      'charge.captured',
      'payment_intent.succeeded',
      'charge.updated',
    ]);
  });

  it('shows the fee once the balance transaction is known: 1.7 % and 0.05, rounded half up', async () => {
    const intent = await tapped({ amount: 1000 });
    const before = await shop.stripe.paymentIntents.capture(intent.id, { expand: ['latest_charge'] });
    expect(before.latest_charge).toMatchObject({ captured: true, balance_transaction: null });
    await shop.control('POST', '/_control/clock/advance', { ms: 50 });
    const after = await shop.stripe.charges.retrieve((await shop.read(intent)).latest_charge?.id ?? '', {
      expand: ['balance_transaction'],
    });
    expect(after.balance_transaction).toMatchObject({ amount: 1000, fee: 22, net: 978, type: 'charge' });
  });

  it('takes a part and releases the rest', async () => {
    const intent = await tapped();
    const taken = await shop.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1700 });
    expect(taken).toMatchObject({ status: 'succeeded', amount: 2500, amount_capturable: 0, amount_received: 1700 });
    expect((await shop.read(intent)).latest_charge).toMatchObject({ amount: 2500, amount_captured: 1700 });
  });

  it('refuses to capture more than is held, and leaves what is held', async () => {
    const intent = await tapped();
    const error = await errorOf(shop.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 2501 }));
    expect(error).toMatchObject({ statusCode: 400, code: 'amount_too_large', param: 'amount_to_capture' });
    expect(await shop.read(intent)).toMatchObject({ status: 'requires_capture', amount_capturable: 2500 });
  });

  it('refuses a second capture with the intent as it is, and takes the money once', async () => {
    const intent = await tapped();
    await shop.stripe.paymentIntents.capture(intent.id);
    const error = await errorOf(shop.stripe.paymentIntents.capture(intent.id));
    expect(error).toMatchObject({ code: 'payment_intent_unexpected_state', payment_intent: { status: 'succeeded' } });
    const { totals } = await shop.control<{ totals: object }>('GET', '/_control/counters');
    expect(totals).toMatchObject({ captures: 1, captured_minor: 2500 });
  });

  it('lets the authorization lapse after two days, and tells', async () => {
    const intent = await tapped();
    await shop.control('POST', '/_control/clock/advance', { hours: 47.9 });
    expect((await shop.read(intent)).status).toBe('requires_capture');
    await shop.control('POST', '/_control/clock/advance', { hours: 0.1 });
    expect(await shop.read(intent)).toMatchObject({ status: 'canceled', cancellation_reason: 'automatic' });
    expect((await shop.eventTypes()).slice(-2)).toEqual(['payment_intent.canceled', 'charge.expired']);
    const error = await errorOf(shop.stripe.paymentIntents.capture(intent.id));
    expect(error.code).toBe('payment_intent_unexpected_state');
  });
});

describe('a payment with automatic capture', () => {
  it('is paid by the tap', async () => {
    const intent = await tapped({ capture_method: 'automatic' });
    expect(await shop.read(intent)).toMatchObject({
      status: 'succeeded',
      amount_received: 2500,
      latest_charge: { captured: true, amount_captured: 2500 },
    });
    expect((await shop.eventTypes()).slice(1)).toEqual([
      'payment_intent.succeeded',
      'charge.succeeded',
      'terminal.reader.action_succeeded',
    ]);
  });

  it('waits for a capture when the options of the card say so', async () => {
    const intent = await tapped({
      capture_method: 'automatic',
      payment_method_options: { card_present: { capture_method: 'manual' } },
    });
    expect((await shop.read(intent)).status).toBe('requires_capture');
  });
});

describe('a decline', () => {
  it('returns the intent to waiting with its reason, leaves a failed charge, and the same intent is paid by another card', async () => {
    const intent = await shop.intent();
    await shop.process(intent);
    const action = await shop.present('4000000000009995');
    expect(action).toMatchObject({
      status: 'failed',
      failure_code: 'card_declined',
      api_error: { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' },
    });
    const declined = await shop.read(intent);
    expect(declined).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' },
      latest_charge: { status: 'failed', paid: false, failure_code: 'card_declined' },
    });
    expect((await shop.eventTypes()).slice(1)).toEqual([
      'payment_intent.payment_failed',
      'charge.failed',
      'terminal.reader.action_failed',
    ]);
    await shop.process(intent);
    await shop.present();
    const paid = await shop.read(intent);
    expect(paid).toMatchObject({ status: 'requires_capture', last_payment_error: null });
    expect(paid.latest_charge?.id).not.toBe(declined.latest_charge?.id);
  });
});

describe('a cancel', () => {
  it('ends an intent that waits', async () => {
    const intent = await shop.intent();
    const canceled = await shop.stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    expect(canceled.canceled_at).not.toBeNull();
  });

  it('releases held money without counting it as taken or refunded', async () => {
    const intent = await tapped({ metadata: { sale: 'S1' } });
    await shop.stripe.paymentIntents.cancel(intent.id);
    expect((await shop.read(intent)).latest_charge).toMatchObject({ captured: false, refunded: true });
    const { by_metadata } = await shop.control<{ by_metadata: unknown }>('GET', '/_control/counters');
    expect(by_metadata).toMatchObject({
      sale: { S1: { authorizations: 1, captures: 0, captured_minor: 0, refunded_minor: 0 } },
    });
  });

  it('is refused once the money is taken', async () => {
    const intent = await tapped();
    await shop.stripe.paymentIntents.capture(intent.id);
    const error = await errorOf(shop.stripe.paymentIntents.cancel(intent.id));
    expect(error).toMatchObject({ code: 'payment_intent_unexpected_state', payment_intent: { status: 'succeeded' } });
  });
});

describe('what a client may write', () => {
  it.each<[object, string, string]>([
    [{ amount: 0 }, 'amount', 'parameter_invalid_integer'],
    [{ amount: 49 }, 'amount', 'amount_too_small'],
    [{ amount: 100_000_000 }, 'amount', 'amount_too_large'],
    [{ amount: 10.5 }, 'amount', 'parameter_invalid_integer'],
    [{ payment_method_types: ['card_present'] }, 'payment_method_types', 'payment_method_types_no_longer_supported'],
  ])('refuses %j, naming %s as %s, and creates nothing', async (change, param, code) => {
    const error = await errorOf(shop.intent(change));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError', param, code });
    expect((await shop.stripe.paymentIntents.list()).data).toEqual([]);
  });

  it('takes written payment_method_types from a client older than endive', async () => {
    const body = 'amount=2500&currency=aud&payment_method_types[]=card_present';
    const headers = { 'stripe-version': '2026-08-26.dahlia' };
    const answer = await shop.call('POST', '/v1/payment_intents', { body, headers });
    expect(answer.body).toMatchObject({ payment_method_types: ['card_present'], allowed_payment_method_types: null });
    expect(answer.body).not.toHaveProperty('payment_record');
  });

  it('leaves out entries the currency rules out instead of refusing them', async () => {
    const intent = await shop.intent({ allowed_payment_method_types: ['card_present', 'interac_present'] });
    expect(intent.payment_method_types).toEqual(['card_present']);
  });

  it('changes words at any time and money only before it is held', async () => {
    const intent = await shop.intent({ metadata: { keep: '1', drop: '1' } });
    const renamed = await shop.stripe.paymentIntents.update(intent.id, {
      amount: 2600,
      metadata: { drop: '', add: '2' },
      description: 'Two coffees',
    });
    expect(renamed).toMatchObject({ amount: 2600, description: 'Two coffees', metadata: { keep: '1', add: '2' } });
    expect(renamed.metadata).not.toHaveProperty('drop');
    await shop.process(intent);
    await shop.present();
    const error = await errorOf(shop.stripe.paymentIntents.update(intent.id, { amount: 2700 }));
    expect(error.code).toBe('payment_intent_unexpected_state');
    expect((await shop.stripe.paymentIntents.update(intent.id, { description: 'Three' })).description).toBe('Three');
  });

  it('answers 400 to confirming with a payment method it does not know', async () => {
    const intent = await shop.intent();
    const error = await errorOf(shop.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_unknown' }));
    expect(error).toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'payment_method' });
  });

  it('raises a held amount only when that was asked for at the start', async () => {
    const plain = await tapped();
    const options = { card_present: { request_incremental_authorization_support: true } };
    const raisable = await tapped({ payment_method_options: options });
    expect((await errorOf(shop.stripe.paymentIntents.incrementAuthorization(plain.id, { amount: 3000 }))).code).toBe(
      'payment_intent_unexpected_state',
    );
    const raised = await shop.stripe.paymentIntents.incrementAuthorization(raisable.id, { amount: 3000 });
    expect(raised).toMatchObject({ amount: 3000, amount_capturable: 3000 });
  });
});
