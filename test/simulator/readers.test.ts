import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf, openShop, type Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

const atReader = (verb: string, body: object = {}) =>
  shop.control('POST', `/_control/readers/${shop.reader}/${verb}`, body);
const mode = (name: string, more: object = {}) => atReader('mode', { mode: name, ...more });
const advance = (ms: number) => shop.control('POST', '/_control/clock/advance', { ms });
const readAction = async () => {
  const reader = await shop.stripe.terminal.readers.retrieve(shop.reader);
  if (reader.deleted) throw new Error('the reader is gone');
  return reader.action;
};
const cancelAction = async () => {
  await shop.stripe.terminal.readers.cancelAction(shop.reader);
  return await readAction();
};
const display = () =>
  shop.stripe.terminal.readers.setReaderDisplay(shop.reader, {
    type: 'cart',
    cart: { currency: 'aud', total: 100, line_items: [{ amount: 100, description: 'Tea', quantity: 1 }] },
  });

describe('registering readers', () => {
  it('uses a device’s code once and a simulated code without end', async () => {
    await shop.control('POST', '/_control/seed', {
      accounts: [{ id: 'acct_demo', registration_codes: ['red-blue-green'] }],
    });
    const reader = await shop.stripe.terminal.readers.create({ registration_code: 'red-blue-green' });
    expect(reader).toMatchObject({ label: 'red-blue-green', status: 'online', action: null });
    const error = await errorOf(shop.stripe.terminal.readers.create({ registration_code: 'red-blue-green' }));
    expect(error).toMatchObject({ statusCode: 400, param: 'registration_code' });
    await shop.stripe.terminal.readers.create({ registration_code: 'simulated-s700' });
  });

  it('finds readers by location and status, renames and removes them', async () => {
    const other = await shop.stripe.terminal.readers.create({ registration_code: 'simulated-wpe', label: 'Bar' });
    const here = await shop.stripe.terminal.readers.list({ location: shop.location });
    expect(here.data.map(({ id }) => id)).toEqual([shop.reader]);
    await mode('offline');
    const online = await shop.stripe.terminal.readers.list({ status: 'online' });
    expect(online.data.map(({ id }) => id)).toEqual([other.id]);
    expect(await shop.stripe.terminal.readers.update(other.id, { label: 'Door' })).toMatchObject({ label: 'Door' });
    expect(await shop.stripe.terminal.readers.del(other.id)).toMatchObject({ deleted: true });
    expect((await errorOf(shop.stripe.terminal.readers.retrieve(other.id))).code).toBe('resource_missing');
  });
});

describe('the reader’s one slot', () => {
  it('refuses an intent that waits for no card, and one that takes none at a reader', async () => {
    const paid = await shop.intent();
    await shop.process(paid);
    await shop.present();
    expect(await errorOf(shop.process(paid))).toMatchObject({ statusCode: 400, code: 'intent_invalid_state' });
    const online = await shop.stripe.paymentIntents.create({ amount: 2500, currency: 'aud' });
    expect((await errorOf(shop.process(online))).code).toBe('payment_intent_incompatible_payment_method');
  });

  it('gives way to a newer payment without telling: the first intent is unpaid by the tap', async () => {
    const first = await shop.intent();
    const second = await shop.intent();
    await shop.process(first);
    await shop.process(second);
    await shop.present();
    expect((await shop.read(first)).status).toBe('requires_payment_method');
    expect((await shop.read(second)).status).toBe('requires_capture');
    const reader = (await shop.eventTypes()).filter((type) => type.startsWith('terminal.'));
    expect(reader).toEqual(['terminal.reader.action_succeeded']);
  });

  it('gives way to a display, which stays in progress: a later tap pays nothing', async () => {
    const intent = await shop.intent();
    await shop.process(intent);
    expect((await display()).action).toMatchObject({ type: 'set_reader_display', status: 'in_progress' });
    expect((await errorOf(shop.present())).statusCode).toBe(400);
    expect((await shop.read(intent)).status).toBe('requires_payment_method');
    await shop.process(intent);
    await shop.present();
    expect((await shop.read(intent)).status).toBe('requires_capture');
  });

  it('is cleared by a cancel, which changes nothing on an idle reader', async () => {
    const intent = await shop.intent();
    await shop.process(intent);
    expect(await cancelAction()).toBeNull();
    expect((await shop.read(intent)).status).toBe('requires_payment_method');
    expect(await cancelAction()).toBeNull();
    expect(await shop.eventTypes()).toEqual(['payment_intent.created']);
  });

  it('is busy while authorizing, for payments and for cancels', async () => {
    await shop.control('POST', '/_control/settings', { authorizationMs: 1000, showProcessing: true });
    const intent = await shop.intent();
    await shop.process(intent);
    await shop.present();
    expect((await shop.read(intent)).status).toBe('processing');
    expect((await errorOf(cancelAction())).code).toBe('terminal_reader_busy');
    expect((await errorOf(shop.process(await shop.intent()))).code).toBe('terminal_reader_busy');
    await advance(1000);
    expect((await shop.read(intent)).status).toBe('requires_capture');
  });

  it('moves no money when the intent was canceled while the card was being authorized', async () => {
    await shop.control('POST', '/_control/settings', { authorizationMs: 1000 });
    const intent = await shop.intent();
    await shop.process(intent);
    await shop.present();
    await shop.stripe.paymentIntents.cancel(intent.id);
    await advance(1000);
    expect(await shop.read(intent)).toMatchObject({ status: 'canceled', latest_charge: null });
    expect(await readAction()).toMatchObject({ status: 'failed', failure_code: 'intent_invalid_state' });
  });
});

describe('an amount changed while the reader shows it', () => {
  it('is authorized by the old figure, until the intent is put on the reader again', async () => {
    const intent = await shop.intent();
    await shop.process(intent);
    await shop.stripe.paymentIntents.update(intent.id, { amount: 2600 });
    await shop.present();
    expect(await shop.read(intent)).toMatchObject({ amount: 2600, amount_capturable: 2500 });
    const again = await shop.intent();
    await shop.process(again);
    await shop.stripe.paymentIntents.update(again.id, { amount: 2600 });
    await shop.process(again);
    await shop.present();
    expect(await shop.read(again)).toMatchObject({ amount: 2600, amount_capturable: 2600 });
  });
});

describe('tips', () => {
  it('adds the tip to the amount and shows it apart', async () => {
    const intent = await shop.intent();
    await shop.process(intent);
    await shop.stripe.testHelpers.terminal.readers.presentPaymentMethod(shop.reader, { amount_tip: 300 });
    expect(await shop.read(intent)).toMatchObject({ amount: 2800, amount_details: { tip: { amount: 300 } } });
  });

  it('shows a tip of 0 when the customer was asked and gave none, and asks nobody with skip_tipping', async () => {
    const asked = await shop.intent();
    await shop.process(asked, { process_config: { tipping: { amount_eligible: 2500 } } });
    await shop.present();
    expect((await shop.read(asked)).amount_details).toMatchObject({ tip: { amount: 0 } });
    const skipped = await shop.intent();
    await shop.process(skipped, { process_config: { skip_tipping: true } });
    await shop.stripe.testHelpers.terminal.readers.presentPaymentMethod(shop.reader, { amount_tip: 300 });
    expect(await shop.read(skipped)).toMatchObject({ amount: 2500, amount_details: { tip: {} } });
  });
});

describe('two steps: collect, then confirm', () => {
  it('reads the card first and charges it by the second call', async () => {
    const intent = await shop.intent();
    await shop.stripe.terminal.readers.collectPaymentMethod(shop.reader, { payment_intent: intent.id });
    const collected = await shop.present();
    expect(collected?.collect_payment_method?.payment_method).toMatchObject({ type: 'card_present' });
    expect(await shop.read(intent)).toMatchObject({ status: 'requires_confirmation', latest_charge: null });
    await shop.stripe.terminal.readers.confirmPaymentIntent(shop.reader, { payment_intent: intent.id });
    expect((await shop.read(intent)).status).toBe('requires_capture');
    expect((await shop.eventTypes()).filter((type) => type.startsWith('terminal.'))).toEqual([
      'terminal.reader.action_updated',
      'terminal.reader.action_succeeded',
    ]);
  });

  it('forgets the card when it is not confirmed within 30 seconds', async () => {
    const intent = await shop.intent();
    await shop.stripe.terminal.readers.collectPaymentMethod(shop.reader, { payment_intent: intent.id });
    await shop.present();
    await advance(30_000);
    expect((await shop.read(intent)).status).toBe('requires_payment_method');
    const confirm = shop.stripe.terminal.readers.confirmPaymentIntent(shop.reader, { payment_intent: intent.id });
    expect((await errorOf(confirm)).code).toBe('intent_invalid_state');
  });
});

describe('how a reader may behave', () => {
  it('taps by itself after a while, with the chosen card', async () => {
    await mode('auto_tap', { card: '4000000000000002', after_ms: 500 });
    const intent = await shop.intent();
    expect(await shop.process(intent)).toMatchObject({ status: 'in_progress' });
    await advance(500);
    expect(await readAction()).toMatchObject({ status: 'failed', failure_code: 'card_declined' });
  });

  it('answers with an action that is already final', async () => {
    await mode('immediate');
    expect(await shop.process(await shop.intent())).toMatchObject({ status: 'succeeded' });
    await mode('immediate', { card: '4000000000000002' });
    expect(await shop.process(await shop.intent())).toMatchObject({ status: 'failed' });
  });

  it('lets the customer cancel at the reader', async () => {
    await mode('customer_cancels', { after_ms: 100 });
    const intent = await shop.intent();
    await shop.process(intent);
    await advance(100);
    expect(await readAction()).toMatchObject({ failure_code: 'customer_canceled', api_error: null });
    expect((await shop.read(intent)).status).toBe('requires_payment_method');
    expect((await shop.eventTypes()).at(-1)).toBe('terminal.reader.action_failed');
  });

  it('never answers: the action stays in progress whatever is shown, until it is canceled', async () => {
    await mode('never_answers');
    const intent = await shop.intent();
    await shop.process(intent);
    expect(await shop.present()).toMatchObject({ status: 'in_progress' });
    expect(await cancelAction()).toBeNull();
  });

  it.each([
    [false, 'requires_payment_method'],
    [true, 'requires_capture'],
  ])(
    'dies in the middle (authorized: %s): the intent is %s, the action sticks and nobody tells',
    async (authorized, status) => {
      await mode('dies', { authorized, after_ms: 100 });
      const intent = await shop.intent();
      await shop.process(intent);
      await advance(100);
      expect((await shop.read(intent)).status).toBe(status);
      expect(await readAction()).toMatchObject({ status: 'in_progress' });
      expect((await errorOf(cancelAction())).code).toBe('terminal_reader_offline');
      expect((await shop.eventTypes()).filter((type) => type.startsWith('terminal.'))).toEqual([]);
      expect((await shop.stripe.terminal.readers.list({ status: 'online' })).data).toHaveLength(1);
      await advance(120_000);
      expect((await shop.stripe.terminal.readers.list({ status: 'online' })).data).toHaveLength(0);
    },
  );

  it('loses its action over a reboot and comes back', async () => {
    const intent = await shop.intent();
    await shop.process(intent);
    await mode('reboot', { for_ms: 5000 });
    expect((await errorOf(shop.process(intent))).code).toBe('terminal_reader_offline');
    await advance(5000);
    expect(await readAction()).toMatchObject({ status: 'failed', failure_code: 'connection_error' });
    await shop.process(intent);
    await shop.present();
    expect((await shop.read(intent)).status).toBe('requires_capture');
  });

  it.each([
    ['offline', 'terminal_reader_offline'],
    ['busy', 'terminal_reader_busy'],
    ['hardware_fault', 'terminal_reader_hardware_fault'],
    ['timeout_lost', 'terminal_reader_timeout'],
  ])('%s: refuses with %s, and nothing is on the reader', async (name, code) => {
    await mode(name, { times: 1 });
    const intent = await shop.intent();
    expect(await errorOf(shop.process(intent))).toMatchObject({ statusCode: 400, code });
    expect(await readAction()).toBeNull();
    expect(await shop.process(intent)).toMatchObject({ status: 'in_progress' });
  });

  it('times out although it received the payment: a tap still pays', async () => {
    await mode('timeout_received', { times: 1 });
    const intent = await shop.intent();
    expect((await errorOf(shop.process(intent))).code).toBe('terminal_reader_timeout');
    expect(await readAction()).toMatchObject({ status: 'in_progress' });
    await shop.present();
    expect((await shop.read(intent)).status).toBe('requires_capture');
  });

  it('is as it was before, once a limited mode is used up', async () => {
    await mode('immediate');
    await mode('busy', { for_ms: 1000 });
    expect((await errorOf(shop.process(await shop.intent()))).code).toBe('terminal_reader_busy');
    await advance(1000);
    expect(await shop.process(await shop.intent())).toMatchObject({ status: 'succeeded' });
  });

  it('applies taps queued beforehand to the next payments, one each', async () => {
    await atReader('tap', { card: '4000000000000002', after_ms: 20 });
    await atReader('tap', { after_ms: 20 });
    const intent = await shop.intent();
    await shop.process(intent);
    await advance(20);
    expect((await shop.read(intent)).last_payment_error?.decline_code).toBe('generic_decline');
    await shop.process(intent);
    await advance(20);
    expect((await shop.read(intent)).status).toBe('requires_capture');
  });

  it('is busy while a card is left in', async () => {
    await atReader('insert');
    expect((await errorOf(shop.process(await shop.intent()))).code).toBe('terminal_reader_busy');
    await atReader('remove');
    expect(await shop.process(await shop.intent())).toMatchObject({ status: 'in_progress' });
  });
});
