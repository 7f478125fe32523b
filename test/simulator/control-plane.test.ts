import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf, openShop, type Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

interface Held {
  held: { id: string; path: string; stage: string; idempotency_key: string | null }[];
}
const capturePath = '/v1/payment_intents/:id/capture';
const tapped = async () => {
  const intent = await shop.intent();
  await shop.process(intent);
  await shop.present();
  return intent;
};

describe('gates', () => {
  it('hold an answer that was executed already, until it is released', async () => {
    const intent = await tapped();
    await shop.control('POST', '/_control/hold-response', { match: { method: 'POST', path: capturePath } });
    const capturing = shop.stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: 'c1' });
    const { held } = await shop.control<Held>('GET', '/_control/held');
    expect(held).toMatchObject([
      { path: `/v1/payment_intents/${intent.id}/capture`, stage: 'after', idempotency_key: 'c1' },
    ]);
    expect((await shop.read(intent)).status).toBe('succeeded');
    await shop.control('POST', '/_control/release', { id: held[0]?.id ?? '' });
    expect((await capturing).status).toBe('succeeded');
  });

  it('hold a request before it is executed', async () => {
    const intent = await tapped();
    await shop.control('POST', '/_control/hold-response', { match: { path: capturePath }, stage: 'before' });
    const capturing = shop.stripe.paymentIntents.capture(intent.id);
    await shop.control('GET', '/_control/held');
    expect((await shop.read(intent)).status).toBe('requires_capture');
    await shop.stripe.paymentIntents.cancel(intent.id);
    const refused = errorOf(capturing);
    await shop.control('POST', '/_control/release');
    expect((await refused).code).toBe('payment_intent_unexpected_state');
  });

  it('lose the answer instead of sending it, when told so: the same key then replays it', async () => {
    const intent = await tapped();
    await shop.control('POST', '/_control/hold-response', { match: { path: capturePath } });
    // The official client asks once more after a closed connection, whatever its retries are set to.
    const capturing = shop.stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: 'c1' });
    await shop.control('GET', '/_control/held');
    await shop.control('POST', '/_control/release', { drop: true });
    expect((await capturing).lastResponse.headers['idempotent-replayed']).toBe('true');
    const { requests } = await shop.control<{ requests: object[] }>('GET', '/_control/requests?idempotency_key=c1');
    expect(requests).toMatchObject([
      { status: null, replayed: false },
      { status: 200, replayed: true },
    ]);
  });

  it('tell after the given time that nothing is held', async () => {
    expect(await shop.control('GET', '/_control/held?timeout_ms=1')).toEqual({ held: [] });
  });
});

describe('the clock', () => {
  it('fires what falls due in between in its order and at its time', async () => {
    const intent = await tapped();
    const before = await shop.control<{ now_ms: number }>('GET', '/_control/clock');
    await shop.control('POST', '/_control/clock/advance', { days: 3 });
    const canceled = await shop.read(intent);
    const expectedAt = before.now_ms / 1000 + 2 * 86_400;
    expect(Math.abs((canceled.canceled_at ?? 0) - expectedAt)).toBeLessThan(5);
  });

  it('refuses to go back', async () => {
    await expect(shop.control('POST', '/_control/clock/set', { now_ms: 0 })).rejects.toThrow('400');
  });
});

describe('the log of requests', () => {
  it('tells what arrived, under which key, and what was answered, without the API key', async () => {
    const intent = await shop.intent();
    const options = { idempotencyKey: 'p1' };
    await shop.stripe.terminal.readers.processPaymentIntent(shop.reader, { payment_intent: intent.id }, options);
    await shop.stripe.terminal.readers.processPaymentIntent(shop.reader, { payment_intent: intent.id }, options);
    const path = encodeURIComponent('/v1/terminal/readers/*/process_payment_intent');
    const { requests } = await shop.control<{ requests: object[] }>('GET', `/_control/requests?path=${path}`);
    const common = { method: 'POST', account: 'acct_demo', idempotency_key: 'p1', status: 200 };
    expect(requests).toMatchObject([
      { ...common, params: { payment_intent: intent.id }, replayed: false },
      { ...common, replayed: true },
    ]);
    expect(JSON.stringify(requests)).not.toContain('sk_test_demo');
  });

  it('keeps the newest when it is full', async () => {
    await shop.control('DELETE', '/_control/requests');
    await shop.control('POST', '/_control/settings', { keptRequests: 2 });
    for (const amount of [1000, 1001, 1002]) await shop.intent({ amount });
    const { requests } = await shop.control<{ requests: object[] }>('GET', '/_control/requests');
    expect(requests).toMatchObject([{ params: { amount: '1001' } }, { params: { amount: '1002' } }]);
  });
});

describe('a reset', () => {
  it('leaves the demo account empty, forgets settings, and does not repeat ids unless given a seed', async () => {
    const before = await shop.intent();
    await shop.control('POST', '/_control/settings', { amountEndings: 'off' });
    await shop.control('POST', '/_control/reset');
    expect((await shop.stripe.paymentIntents.list()).data).toEqual([]);
    expect(await shop.control('GET', '/_control/settings')).toMatchObject({ amountEndings: 'standard_card' });
    expect((await shop.intent()).id).not.toBe(before.id);
    const first: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      await shop.control('POST', '/_control/reset', { seed: 42 });
      first.push((await shop.intent()).id);
    }
    expect(first[1]).toBe(first[0]);
  });
});

describe('the control plane', () => {
  it('answers bad calls with 400 and unknown things with 404', async () => {
    await expect(shop.control('POST', '/_control/readers/tmr_unknown/tap')).rejects.toThrow('404');
    await expect(shop.control('GET', '/_control/nothing')).rejects.toThrow('404');
    await expect(shop.control('POST', `/_control/readers/${shop.reader}/mode`, { mode: 'asleep' })).rejects.toThrow(
      '400',
    );
    await expect(shop.control('POST', `/_control/readers/${shop.reader}/tap`, { card: '1' })).rejects.toThrow('400');
    await expect(shop.control('POST', '/_control/settings', { colour: 'red' })).rejects.toThrow('400');
  });

  it('dumps the state of an account', async () => {
    const intent = await tapped();
    const { accounts } = await shop.control<{ accounts: object }>('GET', '/_control/state?account=acct_demo');
    expect(accounts).toMatchObject({
      acct_demo: { payment_intents: [{ id: intent.id, status: 'requires_capture' }], charges: [{ captured: false }] },
    });
  });

  it('seeds accounts with places and readers that behave as asked', async () => {
    const account = {
      ...{ id: 'acct_gym', locations: [{ display_name: 'Front' }] },
      readers: [{ id: 'tmr_gym_front', label: 'Front', behaviour: { mode: 'auto_tap' } }],
    };
    await shop.control('POST', '/_control/seed', { accounts: [account] });
    const reader = await shop.control('GET', '/_control/readers/tmr_gym_front');
    expect(reader).toMatchObject({ reader: { label: 'Front', status: 'online' }, mode: { name: 'auto_tap' } });
  });
});
