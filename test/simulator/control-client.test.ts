import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { ControlCallError, createControlClient, type ControlClient } from '../../simulator/control-client.ts';
import { startSimulator, type Simulator } from '../../simulator/server.ts';
import { clientFor, errorOf } from './shop.ts';
import { startReceiver, type Receiver } from './support-webhooks.ts';

let simulator: Simulator;
let control: ControlClient;
let stripe: Stripe;
let readerId: string;

beforeAll(async () => {
  simulator = await startSimulator({ seed: 11 });
  control = createControlClient(simulator.url);
  stripe = clientFor(simulator);
});
beforeEach(async () => {
  await control.reset();
  const [account] = await control.seed({
    accounts: [{ id: 'acct_demo', locations: [{ display_name: 'Gym' }], readers: [{ label: 'Till 1' }] }],
  });
  readerId = account!.readers[0]!.id;
});
afterAll(() => simulator.stop());

/** An intent of A$25.00 on the reader. */
async function saleOnReader(key?: string): Promise<Stripe.PaymentIntent> {
  const intent = await stripe.paymentIntents.create({
    amount: 2500,
    currency: 'aud',
    capture_method: 'manual',
    allowed_payment_method_types: ['card_present'],
    metadata: { sale: 'S1' },
  });
  await stripe.terminal.readers.processPaymentIntent(
    readerId,
    { payment_intent: intent.id },
    key === undefined ? {} : { idempotencyKey: key },
  );
  return intent;
}
const statusOf = async ({ id }: { id: string }) => (await stripe.paymentIntents.retrieve(id)).status;
const captures = { method: 'POST', path: '/v1/payment_intents/:id/capture' } as const;

describe('a story at the reader', () => {
  it('a card that will be tapped pays the next sale, and counts as one authorization of it', async () => {
    const reader = control.reader(readerId);
    expect(await reader.willTap('4242424242424242')).toMatchObject({ applied: 'queued' });
    const intent = await saleOnReader();
    await control.clock.advance('1s');
    expect(await statusOf(intent)).toBe('requires_capture');
    await stripe.paymentIntents.capture(intent.id);
    const { by_metadata: byMetadata } = await control.counters();
    expect(byMetadata['sale']!['S1']).toMatchObject({ authorizations: 1, captures: 1, captured_minor: 2500 });
  });

  it('a declining card leaves the intent as it was, and the next card pays it', async () => {
    const reader = control.reader(readerId);
    const intent = await saleOnReader();
    await reader.tap('4000000000000002');
    expect(await statusOf(intent)).toBe('requires_payment_method');
    await stripe.terminal.readers.processPaymentIntent(readerId, { payment_intent: intent.id });
    await reader.tap();
    expect(await statusOf(intent)).toBe('requires_capture');
  });

  it('the customer presses cancel', async () => {
    await saleOnReader();
    await control.reader(readerId).customerCancels();
    const { action } = (await stripe.terminal.readers.retrieve(readerId)) as Stripe.Terminal.Reader;
    expect(action).toMatchObject({ status: 'failed', failure_code: 'customer_canceled' });
  });

  it('a reader is offline for a while, then as before', async () => {
    await control.reader(readerId).mode('offline', { lasts: '3s' });
    expect(await errorOf(saleOnReader())).toMatchObject({ code: 'terminal_reader_offline' });
    await control.clock.advance('3s');
    await expect(saleOnReader()).resolves.toBeDefined();
  });

  it('a tap without a payment is refused with the reason', async () => {
    await expect(control.reader(readerId).tap()).rejects.toThrow(ControlCallError);
    await expect(control.reader('tmr_nobody').tap()).rejects.toMatchObject({ status: 404 });
  });

  it('an authorization lapses when two days pass', async () => {
    const intent = await saleOnReader();
    await control.reader(readerId).tap();
    await control.clock.advance('2d');
    expect(await statusOf(intent)).toBe('canceled');
  });
});

describe('a story on the wire', () => {
  it('a held answer waits at its gate, executed, until it is released', async () => {
    const intent = await saleOnReader();
    await control.reader(readerId).tap();
    const gate = await control.holdResponse(captures);
    const capturing = stripe.paymentIntents.capture(intent.id);
    expect(await gate.held()).toMatchObject({ path: `/v1/payment_intents/${intent.id}/capture`, stage: 'after' });
    expect(await statusOf(intent)).toBe('succeeded');
    expect(await gate.release()).toBe(1);
    expect(await capturing).toMatchObject({ status: 'succeeded' });
  });

  it('a gate hears of its own request, also when another gate has let one go meanwhile', async () => {
    const intent = await saleOnReader();
    await control.reader(readerId).tap();
    const other = await control.holdResponse({ path: '/v1/balance_transactions' });
    const listing = stripe.balanceTransactions.list();
    await other.held();
    const gate = await control.holdResponse(captures);
    const hearing = gate.held('5s');
    await other.release();
    await listing;
    const capturing = stripe.paymentIntents.capture(intent.id);
    expect(await hearing).toMatchObject({ path: `/v1/payment_intents/${intent.id}/capture` });
    await gate.release();
    await capturing;
  });

  it('a gate dropped cuts the connection before the request is executed', async () => {
    const intent = await saleOnReader();
    await control.reader(readerId).tap();
    const gate = await control.holdResponse(captures, { stage: 'before', times: 1 });
    const capturing = errorOf(stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: 'capture-1' }));
    await gate.held();
    expect(await statusOf(intent)).toBe('requires_capture');
    // The client tries once more after a cut connection, whatever its settings: this meets that attempt.
    await control.faults.add('reset_before', captures);
    await gate.drop();
    expect(await capturing).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect(await statusOf(intent)).toBe('requires_capture');
  });

  it('an answer lost after execution is replayed to the same key, with one capture', async () => {
    const intent = await saleOnReader();
    await control.reader(readerId).tap();
    await control.faults.add('execute_then_reset', { ...captures, times: 2 });
    const capture = () => stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: 'capture-1' });
    expect(await errorOf(capture())).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    await control.faults.removeAll();
    const replayed = await capture();
    expect(replayed).toMatchObject({ status: 'succeeded' });
    expect(replayed.lastResponse.headers).toMatchObject({ 'idempotent-replayed': 'true' });
    expect((await control.counters()).totals).toMatchObject({ captures: 1, captured_minor: 2500 });
  });

  it.each([
    ['rate_limit', Stripe.errors.StripeRateLimitError, { executed: false, again: 'ok' }],
    ['lock_timeout', Stripe.errors.StripeRateLimitError, { executed: false, again: 'ok' }],
    ['server_error_before', Stripe.errors.StripeAPIError, { executed: false, again: 'ok' }],
    ['server_error_after', Stripe.errors.StripeAPIError, { executed: true, again: 'same' }],
    ['bad_gateway_html', Stripe.errors.StripeAPIError, { executed: false, again: 'ok' }],
    ['truncate', Stripe.errors.StripeConnectionError, { executed: true, again: 'ok' }],
    ['unauthorized', Stripe.errors.StripeAuthenticationError, { executed: false, again: 'ok' }],
    ['forbidden', Stripe.errors.StripePermissionError, { executed: false, again: 'ok' }],
  ] as const)(
    '%s is what the official client sees, and its key keeps what Stripe would keep',
    async (preset, kind, then) => {
      const intent = await saleOnReader();
      await control.reader(readerId).tap();
      await control.faults.add(preset, { ...captures, times: 1 });
      const capture = () => stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: 'capture-1' });
      expect(await errorOf(capture())).toBeInstanceOf(kind);
      expect(await statusOf(intent)).toBe(then.executed ? 'succeeded' : 'requires_capture');
      if (then.again === 'same') expect(await errorOf(capture())).toBeInstanceOf(kind);
      else expect(await capture()).toMatchObject({ status: 'succeeded' });
      expect((await control.faults.read()).injections).toEqual({ [preset]: 1 });
      expect((await control.counters()).totals.captures).toBe(1);
    },
  );

  it('a latency longer than the client waits leaves the outcome unknown, and the key answers later', async () => {
    const intent = await saleOnReader();
    await control.reader(readerId).tap();
    await control.faults.add('latency', { ...captures, ms: 500, times: 1 });
    const capture = (timeout: number) =>
      stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: 'capture-1', timeout });
    expect(await errorOf(capture(100))).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect(await statusOf(intent)).toBe('succeeded');
    expect(await capture(5_000)).toMatchObject({ status: 'succeeded' });
  });

  it('a reader fault is stored under the key, so only a new key is a new attempt', async () => {
    await control.faults.add('terminal_reader_timeout', { received: true, times: 1 });
    const intent = await stripe.paymentIntents.create({
      amount: 2500,
      currency: 'aud',
      allowed_payment_method_types: ['card_present'],
    });
    const dispatch = (idempotencyKey: string) =>
      stripe.terminal.readers.processPaymentIntent(readerId, { payment_intent: intent.id }, { idempotencyKey });
    expect(await errorOf(dispatch('attempt-1'))).toMatchObject({ code: 'terminal_reader_timeout' });
    const { action } = (await stripe.terminal.readers.retrieve(readerId)) as Stripe.Terminal.Reader;
    expect(action?.process_payment_intent?.payment_intent).toBe(intent.id);
    expect(await errorOf(dispatch('attempt-1'))).toMatchObject({ code: 'terminal_reader_timeout' });
    expect((await dispatch('attempt-2')).action?.status).toBe('in_progress');
  });

  it('requests can be read back with their keys, by path', async () => {
    const intent = await saleOnReader('attempt-1');
    const requests = await control.requests({ path: '/v1/terminal/readers/:id/process_payment_intent' });
    expect(requests).toMatchObject([
      { method: 'POST', status: 200, idempotency_key: 'attempt-1', params: { payment_intent: intent.id } },
    ]);
    expect(JSON.stringify(await control.requests())).not.toContain('sk_test_demo');
  });

  it('a rotated key opens the account, the old one no longer', async () => {
    await control.rotateKeys('acct_demo', ['sk_test_new']);
    expect(await errorOf(stripe.refunds.list())).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    await expect(clientFor(simulator, 'sk_test_new').refunds.list()).resolves.toMatchObject({ data: [] });
  });
});

describe('a story of events', () => {
  let receiver: Receiver;
  let endpoint: Stripe.WebhookEndpoint;
  beforeEach(async () => {
    receiver = await startReceiver();
    endpoint = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] });
  });
  afterEach(() => receiver.close());
  const create = () => stripe.paymentIntents.create({ amount: 2500, currency: 'aud' });
  const typesReceived = () => receiver.received.map(({ event }) => event.type);

  it('a created intent is told to the endpoint, signed with the secret told once', async () => {
    const intent = await create();
    const [webhook] = await receiver.arrivals(1);
    const event = stripe.webhooks.constructEvent(webhook!.body, webhook!.signature, endpoint.secret!);
    expect(event).toMatchObject({ type: 'payment_intent.created', data: { object: { id: intent.id } } });
    // As Stripe does, so that a leak downstream can be caught.
    expect(webhook!.body).toContain(intent.client_secret);
  });

  it('while the secret is rolled, deliveries verify with the old and the new', async () => {
    const fresh = await control.endpoint(endpoint.id).rollSecret();
    await create();
    const [webhook] = await receiver.arrivals(1);
    for (const secret of [endpoint.secret!, fresh]) {
      expect(() => stripe.webhooks.constructEvent(webhook!.body, webhook!.signature, secret)).not.toThrow();
    }
  });

  it('what was dropped can be listed, and resent by its id', async () => {
    await control.webhooks.drop('payment_intent.*');
    await create();
    const { data } = await stripe.events.list({ type: 'payment_intent.created' });
    expect(await control.deliveries({ event: data[0]!.id })).toMatchObject([{ status: 'dropped', attempts: [] }]);
    await control.webhooks.resend(data[0]!.id);
    await receiver.arrivals(1);
    expect(typesReceived()).toEqual(['payment_intent.created']);
  });

  it('an event overtakes the answer of the call that caused it', async () => {
    await control.webhooks.beforeResponse('payment_intent.created');
    await create();
    expect(typesReceived()).toEqual(['payment_intent.created']);
  });

  it('ten duplicates of every event arrive, until the rule is removed', async () => {
    const rule = await control.webhooks.duplicate('*', 10);
    await create();
    await receiver.arrivals(10);
    await control.webhooks.removeRule(rule);
    await create();
    expect(await receiver.arrivals(11)).toHaveLength(11);
  });

  it('an endpoint that fails gets the event again when the clock moves on', async () => {
    await control.webhooks.settings({ retryAfter: ['1h'] });
    let calls = 0;
    receiver.answerWith(() => ((calls += 1) === 1 ? 500 : 200));
    await create();
    await receiver.arrivals(1);
    await retrying();
    await control.clock.advance('1h');
    await receiver.arrivals(2);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  });

  /** The endpoint's answer is on its way back for a moment after it was given. */
  async function retrying(): Promise<void> {
    while ((await control.deliveries({ status: 'retrying' })).length === 0);
  }
});
