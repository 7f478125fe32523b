import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf, openShop, type Shop } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());
beforeEach(() => shop.control('POST', '/_control/settings', { amountEndings: 'standard_card' }));

const pay = async (number: string, amount = 2500) => {
  const intent = await shop.intent({ amount });
  await shop.process(intent);
  const action = await shop.present(number);
  return { intent: await shop.read(intent), action };
};

describe('test cards', () => {
  it.each([
    ['4242424242424242', 'visa', 'credit'],
    ['4000056655665556', 'visa', 'debit'],
    ['5555555555554444', 'mastercard', 'credit'],
    ['378282246310005', 'amex', 'credit'],
    ['4001007020000002', 'visa', 'credit'],
    ['4001000360000005', 'visa', 'credit'],
  ])('approves %s', async (number, brand, funding) => {
    const { intent } = await pay(number);
    expect(intent.status).toBe('requires_capture');
    expect(intent.latest_charge?.payment_method_details?.card_present).toMatchObject({
      ...{ brand, funding, last4: number.slice(-4), read_method: 'contactless_emv', reader: shop.reader },
      receipt: { authorization_code: '123456' },
    });
  });

  it.each([
    ['4000000000000002', 'card_declined', 'generic_decline'],
    ['4000000000009995', 'card_declined', 'insufficient_funds'],
    ['4000000000009987', 'card_declined', 'lost_card'],
    ['4000000000009979', 'card_declined', 'stolen_card'],
    ['4000000000000069', 'expired_card', 'expired_card'],
    ['4000000000000119', 'processing_error', 'processing_error'],
  ])('declines %s with %s and %s', async (number, code, declineCode) => {
    const { intent, action } = await pay(number);
    expect(intent.last_payment_error).toMatchObject({ type: 'card_error', code, decline_code: declineCode });
    expect(action).toMatchObject({ status: 'failed', failure_code: code });
  });

  it('refuses the tap of a card that wants its PIN, and takes it inserted', async () => {
    const { intent } = await pay('4000008260000075');
    expect(intent.last_payment_error?.decline_code).toBe('offline_pin_required');
    await shop.process(intent);
    await shop.control('POST', `/_control/readers/${shop.reader}/insert`, { card: '4000008260000075' });
    const paid = await shop.read(intent);
    expect(paid.latest_charge?.payment_method_details?.card_present?.read_method).toBe('contact_emv');
    expect(paid.status).toBe('requires_capture');
    await shop.control('POST', `/_control/readers/${shop.reader}/remove`);
  });

  it('takes a card that wants an online PIN at the second tap of the same intent', async () => {
    const { intent } = await pay('4000002760000008');
    expect(intent.last_payment_error?.decline_code).toBe('online_or_offline_pin_required');
    await shop.process(intent);
    await shop.present('4000002760000008');
    expect((await shop.read(intent)).status).toBe('requires_capture');
  });

  it('takes Interac at once, where the intent allows it, and gives it back at the reader', async () => {
    const intent = await shop.intent({
      currency: 'cad',
      capture_method: 'automatic',
      allowed_payment_method_types: ['card_present', 'interac_present'],
    });
    await shop.process(intent);
    const { testHelpers, terminal } = shop.stripe;
    await testHelpers.terminal.readers.presentPaymentMethod(shop.reader, { type: 'interac_present' });
    expect((await shop.read(intent)).status).toBe('succeeded');
    await terminal.readers.refundPayment(shop.reader, { payment_intent: intent.id, amount: 500 });
    const reader = await testHelpers.terminal.readers.presentPaymentMethod(shop.reader, { type: 'interac_present' });
    expect(reader.action).toMatchObject({ type: 'refund_payment', status: 'succeeded' });
    expect((await shop.read(intent)).latest_charge).toMatchObject({ amount_refunded: 500 });
  });

  it('refuses a number that is no test card', async () => {
    await shop.process(await shop.intent());
    expect(await errorOf(shop.present('4111111111111110'))).toMatchObject({ param: 'card_present[number]' });
  });
});

describe('amount endings', () => {
  it.each([
    [2501, 'call_issuer'],
    [2502, 'offline_pin_required'],
    [2503, 'online_or_offline_pin_required'],
    [2505, 'generic_decline'],
    [2555, 'incorrect_pin'],
    [2565, 'withdrawal_count_limit_exceeded'],
    [2575, 'pin_try_exceeded'],
  ])('declines %i of the standard card with %s', async (amount, declineCode) => {
    const { intent } = await pay('4242424242424242', amount);
    expect(intent.last_payment_error?.decline_code).toBe(declineCode);
  });

  it('approves other endings, other cards, and all when switched off', async () => {
    expect((await pay('4242424242424242', 2599)).intent.status).toBe('requires_capture');
    expect((await pay('5555555555554444', 2505)).intent.status).toBe('requires_capture');
    await shop.control('POST', '/_control/settings', { amountEndings: 'off' });
    expect((await pay('4242424242424242', 2505)).intent.status).toBe('requires_capture');
  });

  it('looks at the rightmost two digits of a currency without decimals', async () => {
    const intent = await shop.intent({ amount: 105, currency: 'jpy' });
    await shop.process(intent);
    await shop.present();
    expect((await shop.read(intent)).last_payment_error?.decline_code).toBe('generic_decline');
  });
});
