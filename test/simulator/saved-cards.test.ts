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

const customers = () => shop.stripe.customers;
const attach = async (magic: string) => {
  const { id: customer } = await customers().create({ name: 'Ann' });
  return shop.stripe.paymentMethods.attach(magic, { customer });
};

describe('a customer', () => {
  it('is created once under its key, found by e-mail, changed, and told of', async () => {
    const wish = { email: 'ann@example.org', name: 'Ann', metadata: { member: 'M1' } };
    const ann = await customers().create(wish, { idempotencyKey: 'customer-M1' });
    expect(await customers().create(wish, { idempotencyKey: 'customer-M1' })).toEqual(ann);
    await customers().create({ email: 'bob@example.org' });
    expect((await customers().list({ email: 'ann@example.org' })).data.map(({ id }) => id)).toEqual([ann.id]);
    const changed = await customers().update(ann.id, { name: '', metadata: { member: '', level: 'gold' } });
    expect(changed).toMatchObject({ id: ann.id, name: null, email: 'ann@example.org', metadata: { level: 'gold' } });
    expect(changed.metadata).not.toHaveProperty('member');
    expect(await shop.eventTypes()).toEqual(['customer.created', 'customer.created', 'customer.updated']);
  });

  it('has only a card of its own as its default', async () => {
    const foreign = await attach('pm_card_visa');
    const card = await attach('pm_card_mastercard');
    const setDefault = (id: string) =>
      customers().update(card.customer as string, { invoice_settings: { default_payment_method: id } });
    expect(await errorOf(setDefault(foreign.id))).toMatchObject({ statusCode: 400, code: 'resource_missing' });
    expect((await setDefault(card.id)).invoice_settings.default_payment_method).toBe(card.id);
    await shop.stripe.paymentMethods.detach(card.id);
    const after = await customers().retrieve(card.customer as string);
    expect(after).toMatchObject({ invoice_settings: { default_payment_method: null } });
  });

  it('that is deleted is answered as deleted, and neither listed nor charged any more', async () => {
    const card = await attach('pm_card_visa');
    const id = card.customer as string;
    expect(await customers().del(id)).toEqual({ id, object: 'customer', deleted: true });
    expect(await customers().retrieve(id)).toMatchObject({ id, deleted: true });
    expect((await customers().list()).data).toEqual([]);
    const charging = shop.stripe.paymentIntents.create({ amount: 5000, currency: 'aud', customer: id });
    expect(await errorOf(charging)).toMatchObject({ code: 'resource_missing', param: 'customer' });
  });
});

describe('a payment method', () => {
  it.each([
    ['pm_card_visa', 'visa', '4242'],
    ['pm_card_mastercard', 'mastercard', '4444'],
    ['pm_card_amex', 'amex', '0005'],
    ['pm_card_chargeCustomerFail', 'visa', '0341'],
    ['pm_card_authenticationRequired', 'visa', '3184'],
  ])('%s becomes a new %s ending in %s each time it is attached', async (magic, brand, last4) => {
    const [one, other] = [await attach(magic), await attach(magic)];
    expect(one.card).toMatchObject({ brand, last4, exp_month: 12, exp_year: 2034, funding: 'credit' });
    expect(one.id).not.toBe(other.id);
    expect(one.card?.fingerprint).toBe(other.card?.fingerprint);
  });

  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_visa_chargeDeclinedVelocityLimitExceeded', 'card_declined', 'card_velocity_exceeded'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
    ['pm_card_radarBlock', 'card_declined', 'fraudulent'],
  ])('%s is not attached: 402 %s, %s', async (magic, code, declineCode) => {
    const error = await errorOf(attach(magic));
    expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, decline_code: declineCode });
    expect((await shop.eventTypes()).filter((type) => type.startsWith('payment_method'))).toEqual([]);
  });

  it('is made of a typed number with its date and the name on the bill, and listed with its customer', async () => {
    const { id: customer } = await customers().create();
    const made = await shop.stripe.paymentMethods.create({
      type: 'card',
      card: { number: '4242 4242 4242 4242', exp_month: 12, exp_year: 2028, cvc: '123' },
      billing_details: { name: 'Ann', address: { postal_code: '2000' } },
    });
    expect(made).toMatchObject({
      customer: null,
      card: { last4: '4242', exp_month: 12, exp_year: 2028, country: 'US' },
      billing_details: { name: 'Ann', address: { postal_code: '2000', city: null } },
    });
    await shop.stripe.paymentMethods.attach(made.id, { customer });
    const ids = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id);
    expect(ids(await shop.stripe.paymentMethods.list({ customer, type: 'card' }))).toEqual([made.id]);
    expect(ids(await customers().listPaymentMethods(customer))).toEqual([made.id]);
    expect(await customers().retrievePaymentMethod(customer, made.id)).toMatchObject({ id: made.id, customer });
  });

  it.each([
    [{ number: '4242424242424241', exp_month: 12, exp_year: 2030 }, 'incorrect_number'],
    [{ number: '4111111111111111', exp_month: 12, exp_year: 2030 }, 'card_declined'],
    [{ number: '4242424242424242', exp_month: 13, exp_year: 2030 }, 'invalid_expiry_month'],
    [{ number: '4242424242424242', exp_month: 1, exp_year: 2020 }, 'invalid_expiry_year'],
  ])('is not made of %j: %s', async (card, code) => {
    const error = await errorOf(shop.stripe.paymentMethods.create({ type: 'card', card }));
    expect(error).toMatchObject({ type: 'StripeCardError', code });
  });

  it('tells when it is attached, changed and detached, and is then of no more use', async () => {
    const card = await attach('pm_card_visa');
    await shop.stripe.paymentMethods.update(card.id, { card: { exp_month: 3, exp_year: 2031 }, metadata: { a: 'b' } });
    expect(await shop.stripe.paymentMethods.detach(card.id)).toMatchObject({
      customer: null,
      card: { exp_year: 2031 },
    });
    expect((await shop.eventTypes()).slice(1)).toEqual([
      'payment_method.attached',
      'payment_method.updated',
      'payment_method.detached',
    ]);
    const [detached] = (await shop.stripe.events.list({ type: 'payment_method.detached' })).data;
    expect(detached?.data.previous_attributes).toEqual({ customer: card.customer });
    expect((await shop.stripe.paymentMethods.list({ customer: card.customer as string })).data).toEqual([]);
    const again = shop.stripe.paymentMethods.attach(card.id, { customer: card.customer as string });
    expect(await errorOf(again)).toMatchObject({ statusCode: 400 });
  });

  it('of one customer is not attached to another', async () => {
    const card = await attach('pm_card_visa');
    const { id: customer } = await customers().create();
    expect(await errorOf(shop.stripe.paymentMethods.attach(card.id, { customer }))).toMatchObject({ statusCode: 400 });
    expect((await shop.stripe.paymentMethods.retrieve(card.id)).customer).toBe(card.customer);
  });
});

describe('a setup intent', () => {
  const begin = async () => {
    const { id: customer } = await customers().create();
    return shop.stripe.setupIntents.create({ customer, usage: 'off_session', metadata: { member: 'M1' } });
  };
  const setupEvents = async () =>
    (await shop.eventTypes()).filter((type) => type.startsWith('setup') || type.startsWith('payment_method'));

  it('saves the card that the customer types, with its client secret', async () => {
    const intent = await begin();
    expect(intent).toMatchObject({ status: 'requires_payment_method', usage: 'off_session' });
    expect(intent.client_secret).toContain(`${intent.id}_secret_`);
    const done = await control.setupIntent(intent.id).confirm('4242424242424242', { expMonth: 12, expYear: 2028 });
    expect(done).toMatchObject({ outcome: 'approved', error: null, setup_intent: { status: 'succeeded' } });
    const after = await shop.stripe.setupIntents.retrieve(intent.id, { expand: ['payment_method', 'latest_attempt'] });
    expect(after).toMatchObject({
      status: 'succeeded',
      payment_method: { customer: intent.customer, card: { exp_month: 12, exp_year: 2028 } },
      latest_attempt: { status: 'succeeded' },
    });
    expect(await setupEvents()).toEqual(['setup_intent.created', 'setup_intent.succeeded', 'payment_method.attached']);
  });

  it('of a declining card fails and takes another card', async () => {
    const intent = await begin();
    const confirming = shop.stripe.setupIntents.confirm(intent.id, {
      payment_method: 'pm_card_chargeDeclined',
      return_url: 'http://127.0.0.1/back',
    });
    const error = await errorOf(confirming);
    expect(error).toMatchObject({ statusCode: 402, decline_code: 'generic_decline', setup_intent: { id: intent.id } });
    expect(await shop.stripe.setupIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      last_setup_error: { code: 'card_declined', decline_code: 'generic_decline' },
    });
    await control.setupIntent(intent.id).confirm('pm_card_visa');
    expect(await setupEvents()).toEqual([
      'setup_intent.created',
      'setup_intent.setup_failed',
      'setup_intent.succeeded',
      'payment_method.attached',
    ]);
    const attempts = await shop.stripe.setupAttempts.list({ setup_intent: intent.id });
    expect(attempts.data.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
  });

  it.each([
    ['completeAuthentication', 'succeeded', 'setup_intent.succeeded'],
    ['failAuthentication', 'requires_payment_method', 'setup_intent.setup_failed'],
  ] as const)('of a card that asks for 3-D Secure waits: %s makes it %s', async (answer, status, event) => {
    const intent = await begin();
    const page = control.setupIntent(intent.id);
    const asked = await page.confirm('pm_card_authenticationRequiredOnSetup');
    expect(asked).toMatchObject({ outcome: 'requires_action', setup_intent: { status: 'requires_action' } });
    expect(asked.setup_intent.next_action?.type).toBe('redirect_to_url');
    expect((await page[answer]()).setup_intent.status).toBe(status);
    expect((await setupEvents()).slice(1, 3)).toEqual(['setup_intent.requires_action', event]);
    await expect(page.completeAuthentication()).rejects.toMatchObject({ status: 409 });
  });

  it('saves in one call, and not for two customers', async () => {
    const { id: customer } = await customers().create();
    const wish = { customer, confirm: true, payment_method: 'pm_card_visa', allowed_payment_method_types: ['card'] };
    const done = await shop.stripe.setupIntents.create(wish);
    expect(done.status).toBe('succeeded');
    const other = await begin();
    const stealing = shop.stripe.setupIntents.confirm(other.id, { payment_method: done.payment_method as string });
    expect(await errorOf(stealing)).toMatchObject({ statusCode: 400 });
    expect((await shop.stripe.setupIntents.list({ customer })).data).toHaveLength(1);
  });

  it('is cancelled while it is open, and not once it is done', async () => {
    const intent = await begin();
    expect(await shop.stripe.setupIntents.cancel(intent.id)).toMatchObject({ status: 'canceled' });
    expect(await errorOf(shop.stripe.setupIntents.cancel(intent.id))).toMatchObject({
      code: 'setup_intent_unexpected_state',
    });
    expect(await setupEvents()).toEqual(['setup_intent.created', 'setup_intent.canceled']);
  });
});
