import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientFor, errorOf, openShop, type Shop } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.control('POST', '/_control/seed', {
    accounts: [
      { id: 'acct_child', platform: 'acct_demo', secret_keys: [] },
      { id: 'acct_stranger', secret_keys: ['sk_test_stranger'] },
    ],
  });
});
afterAll(() => shop.stop());

const create = (body: string, headers: Record<string, string> = {}) =>
  shop.call('POST', '/v1/payment_intents', { body: `amount=2500&currency=aud&${body}`, headers });

describe('bodies', () => {
  it('reads nested values, lists by index and by brackets, and words for truth', async () => {
    const { body } = await create(
      'allowed_payment_method_types[0]=card_present&metadata[a%20b]=c+d%26e' +
        '&payment_method_options[card_present][request_extended_authorization]=true',
    );
    expect(body).toMatchObject({
      allowed_payment_method_types: ['card_present'],
      metadata: { 'a b': 'c d&e' },
      payment_method_options: { card_present: { request_extended_authorization: true } },
    });
    const brackets = await create('allowed_payment_method_types[]=card_present&allowed_payment_method_types[]=card');
    expect(brackets.body['payment_method_types']).toEqual(['card_present', 'card']);
  });

  it.each([
    ['amount=1', 'currency', 'parameter_missing'],
    ['amount=abc&currency=aud', 'amount', 'parameter_invalid_integer'],
    ['amount=2500&currency=', 'currency', 'parameter_invalid_empty'],
    ['amount=2500&currency=aud&colour=red', 'colour', 'parameter_unknown'],
    [
      'amount=2500&currency=aud&payment_method_options[card_present][x]=1',
      'payment_method_options[card_present][x]',
      'parameter_unknown',
    ],
    ['amount=2500&currency=xyz', 'currency', undefined],
    ['amount=2500&currency=aud&capture_method=never', 'capture_method', undefined],
    ['amount=2500&currency=aud&confirm=maybe', 'confirm', undefined],
    ['amount=2500&currency=aud&__proto__[x]=1', '__proto__', 'parameter_unknown'],
  ])('answers 400 to %s, naming %s', async (body, param, code) => {
    const answer = await shop.call('POST', '/v1/payment_intents', { body });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({
      type: 'invalid_request_error',
      param,
      ...(code === undefined ? {} : { code }),
    });
  });

  it('limits metadata: 50 keys of 40 characters with values of 500', async () => {
    const keys = (count: number) => Array.from({ length: count }, (_, index) => `metadata[k${index}]=v`).join('&');
    expect((await create(keys(50))).status).toBe(200);
    expect((await create(keys(51))).body.error?.param).toBe('metadata');
    expect((await create(`metadata[${'k'.repeat(41)}]=v`)).status).toBe(400);
    expect((await create(`metadata[k]=${'v'.repeat(501)}`)).status).toBe(400);
  });

  it('answers broken encoding with 400', async () => {
    expect((await shop.call('POST', '/v1/payment_intents', { body: 'amount=%E0%A4%A' })).status).toBe(400);
  });
});

describe('keys', () => {
  it.each([
    ['no key', '', 401],
    ['an unknown key', 'Bearer sk_test_unknown', 401],
    ['a publishable key', 'Bearer pk_test_demo', 403],
  ])('refuses %s', async (_what, authorization, status) => {
    const answer = await shop.call('GET', '/v1/charges', { headers: { authorization } });
    expect(answer.status).toBe(status);
    expect(answer.body.error?.type).toBe('invalid_request_error');
  });

  it('lets a publishable key read an intent by its client secret, and nothing else by it', async () => {
    const intent = await shop.intent();
    const open = clientFor(shop.simulator, 'pk_test_demo');
    const secret = intent.client_secret ?? '';
    expect((await open.paymentIntents.retrieve(intent.id, { client_secret: secret })).id).toBe(intent.id);
    const other = await shop.intent();
    const error = await errorOf(open.paymentIntents.retrieve(other.id, { client_secret: secret }));
    expect(error.statusCode).toBe(400);
    expect((await errorOf(open.paymentIntents.retrieve(intent.id))).statusCode).toBe(403);
  });

  it('never shows a key whole', async () => {
    const headers = { authorization: 'Bearer sk_test_abcdefghijklmnopqrstuvwxyz' };
    const { text } = await shop.call('GET', '/v1/charges', { headers });
    expect(text).not.toContain('abcdefghijklmnop');
  });

  it('stops taking a key that was rotated away', async () => {
    const stranger = clientFor(shop.simulator, 'sk_test_stranger');
    await stranger.charges.list();
    await shop.control('POST', '/_control/accounts/acct_stranger/keys', { secret_keys: ['sk_test_second'] });
    expect((await errorOf(stranger.charges.list())).type).toBe('StripeAuthenticationError');
    await clientFor(shop.simulator, 'sk_test_second').charges.list();
  });
});

describe('accounts', () => {
  it('keeps a connected account’s objects apart, under the platform’s key', async () => {
    const intent = await shop.intent();
    const asChild = { stripeAccount: 'acct_child' };
    expect(await errorOf(shop.stripe.paymentIntents.retrieve(intent.id, {}, asChild))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
    const own = await shop.stripe.paymentIntents.create({ amount: 2500, currency: 'aud' }, asChild);
    expect((await errorOf(shop.stripe.paymentIntents.retrieve(own.id))).code).toBe('resource_missing');
    const [event] = (await shop.stripe.events.list({ limit: 1 }, asChild)).data;
    expect(event).toMatchObject({ type: 'payment_intent.created', account: 'acct_child' });
  });

  it('refuses an account that is unknown or another’s', async () => {
    for (const stripeAccount of ['acct_nobody', 'acct_stranger']) {
      const error = await errorOf(shop.stripe.charges.list({}, { stripeAccount }));
      expect(error).toMatchObject({ statusCode: 403, type: 'StripePermissionError', code: 'account_invalid' });
    }
  });
});

describe('answers', () => {
  it.each([
    ['GET', '/v1/nothing', undefined],
    ['GET', '/v1/payment_intents/pi_unknown', 'resource_missing'],
    ['POST', '/v1/terminal/readers/tmr_unknown/cancel_action', 'resource_missing'],
    ['DELETE', '/v1/payment_intents/pi_unknown', undefined],
  ])('%s %s is 404', async (method, path, code) => {
    const answer = await shop.call(method, path);
    expect(answer.status).toBe(404);
    expect(answer.body.error?.code).toBe(code);
  });

  it('carry the request’s id, the version and the idempotency key', async () => {
    const headers = { 'stripe-version': '2026-10-28.endive', 'idempotency-key': 'wire-1' };
    const first = await create('', headers);
    expect(first.headers.get('request-id')).toMatch(/^req_\w+$/);
    expect(first.headers.get('stripe-version')).toBe('2026-10-28.endive');
    expect(first.headers.get('idempotency-key')).toBe('wire-1');
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect((await create('', headers)).headers.get('idempotent-replayed')).toBe('true');
  });

  it('refuse a version that is none', async () => {
    expect((await create('', { 'stripe-version': 'latest' })).status).toBe(400);
  });

  it.each([
    ['2026-04-22.dahlia', false],
    ['2026-05-27.dahlia', true],
  ])('at %s say api_error of a failed action: %s', async (version, isSaid) => {
    await shop.process(await shop.intent());
    await shop.present('4000000000000002');
    const path = `/v1/terminal/readers/${shop.reader}`;
    const { body } = await shop.call('GET', path, { headers: { 'stripe-version': version } });
    expect('api_error' in (body['action'] as object)).toBe(isSaid);
  });
});

describe('the version of an account', () => {
  it('shapes its events, and answers to calls that name none', async () => {
    const account = { id: 'acct_older', api_version: '2026-04-22.dahlia', secret_keys: ['sk_test_older'] };
    await shop.control('POST', '/_control/seed', { accounts: [account] });
    const headers = { authorization: 'Bearer sk_test_older' };
    const body = 'amount=2500&currency=aud&payment_method_types[]=card_present';
    const intent = await shop.call('POST', '/v1/payment_intents', { body, headers });
    expect(intent.body).not.toHaveProperty('payment_record');
    const { data } = (await shop.call('GET', '/v1/events', { headers })).body as { data: object[] };
    expect(data).toMatchObject([{ api_version: '2026-04-22.dahlia', data: { object: { id: intent.body['id'] } } }]);
    expect(JSON.stringify(data)).not.toContain('payment_record');
  });
});

describe('expanding', () => {
  it('replaces ids by their objects on retrieve, create and list, four levels deep at most', async () => {
    const intent = await shop.intent({ capture_method: 'automatic' });
    await shop.process(intent);
    await shop.present();
    await shop.control('POST', '/_control/clock/advance', { ms: 50 });
    const { data } = await shop.stripe.paymentIntents.list({
      limit: 1,
      expand: ['data.latest_charge.balance_transaction', 'data.payment_method'],
    });
    expect(data[0]).toMatchObject({
      latest_charge: { object: 'charge', balance_transaction: { object: 'balance_transaction', amount: 2500 } },
      payment_method: { object: 'payment_method', type: 'card_present' },
    });
    const stored = await shop.stripe.paymentIntents.retrieve(intent.id);
    expect(typeof stored.latest_charge).toBe('string');
    const reader = await shop.stripe.terminal.readers.retrieve(shop.reader, { expand: ['location'] });
    expect(reader).toMatchObject({ location: { object: 'terminal.location' } });
  });

  it('refuses a property that cannot be expanded', async () => {
    const intent = await shop.intent();
    const error = await errorOf(shop.stripe.paymentIntents.retrieve(intent.id, { expand: ['amount'] }));
    expect(error).toMatchObject({ statusCode: 400, param: 'expand' });
  });
});
