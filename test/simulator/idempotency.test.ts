import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clientFor, errorOf, openShop, type Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

const wish = { amount: 2500, currency: 'aud', allowed_payment_method_types: ['card_present' as const] };
const create = (idempotencyKey: string, change: object = {}) =>
  shop.stripe.paymentIntents.create({ ...wish, ...change }, { idempotencyKey });
const intents = async () => (await shop.stripe.paymentIntents.list()).data.length;

describe('a key that is used again', () => {
  it('answers the same and does nothing, in whatever order the parameters come', async () => {
    const form = ['amount=2500&currency=aud', 'currency=aud&amount=2500'];
    const headers = { 'idempotency-key': 'k' };
    const [first, second] = await Promise.all(
      form.map((body) => shop.call('POST', '/v1/payment_intents', { body, headers })),
    );
    expect(second?.text).toBe(first?.text);
    expect(second?.headers.get('idempotent-replayed')).toBe('true');
    expect(await intents()).toBe(1);
  });

  it('replays a refusal, although trying again would now succeed', async () => {
    await shop.control('POST', `/_control/readers/${shop.reader}/mode`, { mode: 'busy', times: 1 });
    const intent = await shop.intent();
    const process = (idempotencyKey: string) =>
      shop.stripe.terminal.readers.processPaymentIntent(shop.reader, { payment_intent: intent.id }, { idempotencyKey });
    expect((await errorOf(process('a'))).code).toBe('terminal_reader_busy');
    expect((await errorOf(process('a'))).code).toBe('terminal_reader_busy');
    expect((await process('b')).action?.status).toBe('in_progress');
  });

  it('is refused with other parameters or for another endpoint', async () => {
    await create('k');
    expect(await errorOf(create('k', { amount: 2600 }))).toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
    });
    const other = shop.stripe.terminal.connectionTokens.create({}, { idempotencyKey: 'k' });
    expect((await errorOf(other)).type).toBe('StripeIdempotencyError');
    expect(await intents()).toBe(1);
  });

  it('is 409 while the first request runs, and replays once it has ended', async () => {
    await shop.control('POST', '/_control/hold-response', { match: { path: '/v1/payment_intents' }, stage: 'before' });
    const first = create('k');
    await shop.control('GET', '/_control/held');
    expect(await errorOf(create('k'))).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' });
    await shop.control('POST', '/_control/release');
    expect((await create('k')).id).toBe((await first).id);
  });

  it('is in use as long as the artificial execution time lasts', async () => {
    await shop.control('POST', '/_control/settings', { executionDelayMs: 200 });
    const results = await Promise.allSettled([create('k'), create('k')]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await intents()).toBe(1);
  });

  it('is another key in another account', async () => {
    await shop.control('POST', '/_control/seed', { accounts: [{ id: 'acct_other' }] });
    const other = clientFor(shop.simulator, 'sk_test_other');
    const mine = await create('k');
    const theirs = await other.paymentIntents.create(wish, { idempotencyKey: 'k' });
    expect(theirs.id).not.toBe(mine.id);
  });

  it('is forgotten after 24 hours of simulated time', async () => {
    const first = await create('k');
    await shop.control('POST', '/_control/clock/advance', { hours: 23.9 });
    expect((await create('k')).id).toBe(first.id);
    await shop.control('POST', '/_control/clock/advance', { hours: 0.1 });
    expect((await create('k')).id).not.toBe(first.id);
  });
});

describe('what a key does not remember', () => {
  it('forgets requests that never began: bad parameters, unknown ids, bad keys', async () => {
    expect((await errorOf(create('k', { amount: 1 }))).code).toBe('amount_too_small');
    const missing = shop.stripe.paymentIntents.capture('pi_unknown', {}, { idempotencyKey: 'k' });
    expect((await errorOf(missing)).code).toBe('resource_missing');
    expect((await create('k')).amount).toBe(2500);
  });

  it('refuses a key of more than 255 characters', async () => {
    expect((await errorOf(create('k'.repeat(256)))).statusCode).toBe(400);
    expect((await create('k'.repeat(255))).amount).toBe(2500);
  });

  it('ignores the header on reads', async () => {
    const read = () => shop.call('GET', '/v1/payment_intents', { headers: { 'idempotency-key': 'k' } });
    await read();
    expect((await read()).headers.get('idempotent-replayed')).toBeNull();
  });
});

describe('under faults', () => {
  const fault = (preset: string, more: object = {}) =>
    shop.control('POST', '/_control/faults', {
      preset,
      path: '/v1/payment_intents',
      method: 'POST',
      times: 1,
      ...more,
    });

  it('remembers the success of a request whose answer was lost', async () => {
    // Twice, since the official client asks once more after a closed connection, whatever its retries are set to.
    await fault('execute_then_reset', { times: 2 });
    expect((await errorOf(shop.stripe.paymentIntents.create(wish, { idempotencyKey: 'k' }))).type).toBe(
      'StripeConnectionError',
    );
    const again = await create('k');
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(await intents()).toBe(1);
  });

  it('remembers a 500 that came after the execution', async () => {
    await fault('server_error_after');
    expect((await errorOf(create('k'))).statusCode).toBe(500);
    expect((await errorOf(create('k'))).statusCode).toBe(500);
    expect(await intents()).toBe(1);
  });

  it('remembers nothing of a 429, which stands before the API', async () => {
    await fault('rate_limit');
    expect((await errorOf(create('k'))).type).toBe('StripeRateLimitError');
    expect(await intents()).toBe(0);
    await create('k');
    expect(await intents()).toBe(1);
  });

  it('cuts an answer in the middle, of a request that was executed', async () => {
    await fault('truncate');
    expect((await errorOf(create('k'))).type).toBe('StripeConnectionError');
    expect(await intents()).toBe(1);
    expect((await create('k')).lastResponse.headers['idempotent-replayed']).toBe('true');
  });
});
