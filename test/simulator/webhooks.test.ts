import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { createStage, endpointAt, startReceiver, type Receiver, type ReceivedWebhook } from './support-webhooks.ts';

const stripe = new Stripe('sk_test_of_nobody');
let receiver: Receiver;
let stage: ReturnType<typeof createStage>;

beforeEach(async () => {
  receiver = await startReceiver();
  stage = createStage([endpointAt(receiver.url)]);
});
afterEach(async () => {
  stage.engine.stop();
  await receiver.close();
});

const verify = (webhook: ReceivedWebhook, secret = 'whsec_now') =>
  stripe.webhooks.constructEvent(webhook.body, webhook.signature, secret);
const types = (webhooks: readonly ReceivedWebhook[]) => webhooks.map(({ event }) => event.type);
const ids = (webhooks: readonly ReceivedWebhook[]) => webhooks.map(({ event }) => event.id);

describe('an honest delivery', () => {
  it('verifies with the official client and carries the event as it was generated', async () => {
    const event = stage.happens('payment_intent.succeeded');
    const [webhook] = await receiver.arrivals(1);
    expect(verify(webhook!)).toMatchObject({ id: event.id, type: 'payment_intent.succeeded' });
    expect(webhook!.event.data.object).toEqual({ id: 'pi_1', amount: 1200 });
  });

  it('is signed with both secrets while an endpoint rotates its secret', async () => {
    stage = createStage([endpointAt(receiver.url, { secrets: ['whsec_new', 'whsec_old'] })]);
    stage.happens('charge.captured');
    const [webhook] = await receiver.arrivals(1);
    expect(() => verify(webhook!, 'whsec_new')).not.toThrow();
    expect(() => verify(webhook!, 'whsec_old')).not.toThrow();
    expect(() => verify(webhook!, 'whsec_other')).toThrow(stripe.errors.StripeSignatureVerificationError);
  });

  it('goes only to enabled endpoints that subscribe to its type, in the version of each', async () => {
    stage = createStage([
      endpointAt(receiver.url, {
        id: 'we_dahlia',
        enabled_events: ['charge.captured'],
        api_version: '2026-08-26.dahlia',
      }),
      endpointAt(receiver.url, { id: 'we_other', enabled_events: ['charge.failed'] }),
      endpointAt(receiver.url, { id: 'we_off', status: 'disabled' }),
    ]);
    stage.happens('charge.captured');
    await receiver.arrivals(1);
    expect((await stage.deliveries()).map(({ endpoint }) => endpoint)).toEqual(['we_dahlia']);
    expect(receiver.received[0]!.event.api_version).toBe('2026-08-26.dahlia');
  });

  it('shows an endpoint of an older version no key that came later', async () => {
    stage = createStage([endpointAt(receiver.url, { api_version: '2026-08-26.dahlia' })]);
    stage.happens('payment_intent.created', { id: 'pi_1', object: 'payment_intent', payment_record: null, amount: 1 });
    const [webhook] = await receiver.arrivals(1);
    expect(webhook!.event.data.object).toEqual({ id: 'pi_1', object: 'payment_intent', amount: 1 });
  });

  it('never reaches the endpoints of another account', async () => {
    stage.engine.accept('acct_other', stage.happens('charge.captured'));
    await receiver.arrivals(1);
    expect(await stage.deliveries()).toHaveLength(1);
  });
});

describe('retries', () => {
  it('repeat the same bytes with a fresh timestamp until the endpoint answers 2xx', async () => {
    await stage.control('POST', '/_control/webhooks/settings', { retryScheduleMs: [5_000, 60_000] });
    let calls = 0;
    receiver.answerWith(() => ((calls += 1) < 3 ? 500 : 200));
    stage.happens('payment_intent.succeeded');
    await receiver.arrivals(1);
    await advanceUntilArrived(2, 5_000);
    await advanceUntilArrived(3, 60_000);
    const [first, second, third] = receiver.received;
    expect(new Set([first!.body, second!.body, third!.body]).size).toBe(1);
    expect(timestampOf(second!) - timestampOf(first!)).toBeGreaterThanOrEqual(5);
    expect(timestampOf(third!) - timestampOf(second!)).toBeGreaterThanOrEqual(60);
    await settled();
    expect(await stage.deliveries()).toMatchObject([
      { status: 'succeeded', attempts: [500, 500, 200].map((status) => ({ status })) },
    ]);
  });

  it('count down pending webhooks only when an endpoint has taken the event', async () => {
    stage = createStage([endpointAt(receiver.url), endpointAt(`${receiver.url}/second`, { id: 'we_2' })]);
    let calls = 0;
    receiver.answerWith(() => ((calls += 1) === 1 ? 503 : 200));
    const event = stage.happens('charge.captured');
    await receiver.arrivals(2);
    await settled();
    expect(stage.pendingSeen).toEqual([2, 1].map((count) => ({ event: event.id, count })));
    expect(receiver.received[0]!.event.pending_webhooks).toBe(2);
    await advanceUntilArrived(3, 200);
    await settled();
    expect(stage.pendingSeen.at(-1)).toEqual({ event: event.id, count: 0 });
  });

  it('treat silence as no answer, and end as failed after the last gap of the schedule', async () => {
    await stage.control('POST', '/_control/webhooks/settings', { retryScheduleMs: [100], timeoutMs: 50 });
    receiver.answerWith(() => undefined);
    stage.happens('charge.captured');
    await receiver.arrivals(1);
    await settled();
    await advanceUntilArrived(2, 100);
    await settled();
    expect(await stage.deliveries()).toMatchObject([
      {
        status: 'failed',
        attempts: [
          { status: null, error: 'timeout' },
          { status: null, error: 'timeout' },
        ],
      },
    ]);
  });

  it('can be asked for by event id, past every rule', async () => {
    await stage.rule({ effect: 'drop' });
    const event = stage.happens('charge.captured');
    expect((await stage.deliveries())[0]).toMatchObject({ status: 'dropped', attempts: [] });
    await stage.control('POST', '/_control/webhooks/resend', { event: event.id });
    expect(ids(await receiver.arrivals(1))).toEqual([event.id]);
  });
});

describe('rules about when and how often', () => {
  it('deliver ten times, each verifying, with one event id', async () => {
    await stage.rule({ effect: 'duplicate', copies: 10 });
    const event = stage.happens('charge.captured');
    const webhooks = await receiver.arrivals(10);
    for (const webhook of webhooks) expect(verify(webhook).id).toBe(event.id);
    expect((await stage.deliveries()).map(({ copy }) => copy)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('space duplicates on the simulated clock', async () => {
    await stage.rule({ effect: 'duplicate', copies: 3, spacingMs: 60_000 });
    stage.happens('charge.captured');
    await receiver.arrivals(1);
    stage.clock.advance(60_000);
    await receiver.arrivals(2);
    stage.clock.advance(60_000);
    await receiver.arrivals(3);
    expect(receiver.received).toHaveLength(3);
  });

  it('delay only what they match', async () => {
    await stage.rule({ effect: 'delay', type: 'payment_intent.*', ms: 3_600_000, maxMs: 3_700_000 });
    stage.happens('payment_intent.succeeded');
    stage.happens('charge.captured');
    expect(types(await receiver.arrivals(1))).toEqual(['charge.captured']);
    stage.clock.advance(3_700_000);
    expect(types(await receiver.arrivals(2))).toEqual(['charge.captured', 'payment_intent.succeeded']);
  });

  it('hold until released, in the order generated or reversed', async () => {
    const { id } = (await stage.rule({ effect: 'hold' })) as { id: string };
    for (const type of ['charge.succeeded', 'charge.captured', 'charge.refunded']) stage.happens(type);
    expect(await stage.control('GET', '/_control/webhooks')).toMatchObject({ held: 3, inFlight: 0 });
    await stage.control('DELETE', `/_control/webhooks/rules/${id}`);
    expect(await stage.control('POST', '/_control/webhooks/release', { order: 'reversed' })).toEqual({ released: 3 });
    expect(types(receiver.received)).toEqual(['charge.refunded', 'charge.captured', 'charge.succeeded']);
  });

  it('reverse a batch', async () => {
    await stage.rule({ effect: 'reverse', batch: 3, times: 3 });
    for (const type of ['charge.succeeded', 'charge.captured', 'charge.refunded']) stage.happens(type);
    expect(types(await receiver.arrivals(3))).toEqual(['charge.refunded', 'charge.captured', 'charge.succeeded']);
  });

  it('let an older snapshot arrive after a newer one of the same object', async () => {
    await stage.rule({ effect: 'older_snapshot_last', object: 'pi_1', times: 1 });
    stage.happens('payment_intent.amount_capturable_updated', { id: 'pi_1', status: 'requires_capture' });
    stage.happens('payment_intent.created', { id: 'pi_2', status: 'requires_payment_method' });
    stage.happens('payment_intent.succeeded', { id: 'pi_1', status: 'succeeded' });
    const arrived = await receiver.arrivals(3);
    expect(arrived.map(({ event }) => event.data.object['status'])).toEqual([
      'requires_payment_method',
      'succeeded',
      'requires_capture',
    ]);
  });

  it('lose until replay', async () => {
    await stage.rule({ effect: 'drop', until: 'replay', type: 'payment_intent.*' });
    stage.happens('payment_intent.succeeded');
    stage.happens('charge.captured');
    expect(types(await receiver.arrivals(1))).toEqual(['charge.captured']);
    expect(await stage.control('POST', '/_control/webhooks/replay')).toEqual({ replayed: 1 });
    expect(types(receiver.received)).toEqual(['charge.captured', 'payment_intent.succeeded']);
  });

  it('deliver before the response of the API call that caused the event', async () => {
    await stage.rule({ effect: 'before_response' });
    stage.happens('payment_intent.succeeded');
    await stage.engine.flushBeforeResponse();
    expect(types(receiver.received)).toEqual(['payment_intent.succeeded']);
  });

  it('drop with a probability that its seed repeats', async () => {
    const outcome = async () => {
      await stage.control('DELETE', '/_control/webhooks/rules');
      await stage.rule({ effect: 'drop', probability: 0.3, seed: 42 });
      const before = (await stage.deliveries()).length;
      for (let i = 0; i < 200; i += 1) stage.happens('charge.captured');
      return (await stage.deliveries()).slice(before).map(({ status }) => status === 'dropped');
    };
    const first = await outcome();
    expect(await outcome()).toEqual(first);
    expect(first.filter(Boolean).length).toBeGreaterThan(40);
    expect(first.filter(Boolean).length).toBeLessThan(80);
  });

  it('stop after their number of times', async () => {
    await stage.rule({ effect: 'drop', times: 2 });
    const events = [1, 2, 3].map(() => stage.happens('charge.captured'));
    expect(ids(await receiver.arrivals(1))).toEqual([events[2]!.id]);
  });
});

describe('rules that forge', () => {
  it.each([
    ['a signature of another secret', { effect: 'wrong_signature' }, 'wrong', /No signatures found/],
    ['a timestamp 301 s old', { effect: 'stale_timestamp' }, 'stale', /Timestamp outside the tolerance/],
    ['a body altered after signing', { effect: 'altered_body' }, 'altered', /No signatures found/],
  ])('send %s, which the official client refuses', async (_what, rule, kind, refusal) => {
    await stage.rule(rule);
    receiver.answerWith(() => 400);
    stage.happens('payment_intent.succeeded');
    const [webhook] = await receiver.arrivals(1);
    expect(() => verify(webhook!)).toThrow(refusal);
    expect((await stage.deliveries())[0]).toMatchObject({ signature: kind });
  });

  it('alter the money in a body', async () => {
    await stage.rule({ effect: 'altered_body' });
    stage.happens('payment_intent.succeeded', { id: 'pi_1', amount: 1200 });
    const [webhook] = await receiver.arrivals(1);
    expect(webhook!.event.data.object['amount']).toBe(1201);
  });

  it('send a timestamp of the future, which the official client accepts', async () => {
    await stage.rule({ effect: 'future_timestamp', seconds: 86_400 });
    stage.happens('payment_intent.succeeded');
    const [webhook] = await receiver.arrivals(1);
    expect(verify(webhook!).type).toBe('payment_intent.succeeded');
    expect(timestampOf(webhook!) - Date.now() / 1000).toBeGreaterThan(86_000);
  });

  it('tell one fact in two events that both can be fetched', async () => {
    await stage.rule({ effect: 'twin', times: 1 });
    const event = stage.happens('payment_intent.succeeded');
    const [original, twin] = await receiver.arrivals(2);
    expect(original!.event.id).toBe(event.id);
    expect(twin!.event.id).not.toBe(event.id);
    expect(twin!.event).toMatchObject({ type: event.type, data: event.data });
    expect(stage.events.has(twin!.event.id)).toBe(true);
  });

  it('add an event of a type nobody has heard of', async () => {
    await stage.rule({ effect: 'unknown_type', times: 1 });
    stage.happens('payment_intent.succeeded');
    expect(types(await receiver.arrivals(2))).toEqual(['payment_intent.succeeded', 'simulator.unheard_of']);
  });

  it('are refused when misspelled, naming the field', async () => {
    await expect(stage.rule({ effect: 'duplicate', copys: 3 })).rejects.toThrow(/copies|copys/);
  });
});

describe('a reset', () => {
  it('forgets rules, deliveries and what was held', async () => {
    await stage.rule({ effect: 'hold' });
    stage.happens('charge.captured');
    stage.engine.reset();
    expect(await stage.control('GET', '/_control/webhooks')).toMatchObject({ held: 0, lost: 0, rules: [] });
    expect(await stage.deliveries()).toEqual([]);
    stage.happens('charge.refunded');
    expect(types(await receiver.arrivals(1))).toEqual(['charge.refunded']);
  });
});

/** Moves the clock on once the attempts so far have their outcome, since only then is the next one planned. */
async function advanceUntilArrived(count: number, ms: number): Promise<void> {
  await settled();
  stage.clock.advance(ms);
  await receiver.arrivals(count);
}

/** Resolves when no delivery is on the wire. */
async function settled(): Promise<void> {
  for (;;) {
    const { inFlight } = (await stage.control('GET', '/_control/webhooks')) as { inFlight: number };
    if (inFlight === 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function timestampOf({ signature }: ReceivedWebhook): number {
  return Number(/t=(\d+)/.exec(signature)?.[1]);
}
