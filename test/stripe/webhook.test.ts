import { describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { DomainError } from '../../src/domain/errors.ts';
import { verifyStripeEvent, type SignedRequest } from '../../src/stripe/webhook.ts';

const nowMs = Date.parse('2026-11-21T04:00:00.000Z');
const nowSeconds = nowMs / 1_000;
const secret = 'whsec_current';
const event = {
  id: 'evt_1',
  object: 'event',
  type: 'payment_intent.succeeded',
  created: 1_790_000_000,
  data: { object: { id: 'pi_1', object: 'payment_intent', client_secret: 'pi_1_secret_x', amount: 2_500 } },
};
const body = JSON.stringify(event);

/** A header as Stripe's own client makes it. */
function header(options: { secret?: string; timestamp?: number; payload?: string } = {}): string {
  return Stripe.webhooks.generateTestHeaderString({
    payload: options.payload ?? body,
    secret: options.secret ?? secret,
    timestamp: options.timestamp ?? nowSeconds,
  });
}

function request(change: Partial<SignedRequest> = {}): SignedRequest {
  return { body: Buffer.from(body), signature: header(), secrets: [secret], receivedAtMs: nowMs, ...change };
}

function codeOf(change: Partial<SignedRequest>): string {
  try {
    verifyStripeEvent(request(change));
    return 'accepted';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

describe('the signature of a webhook', () => {
  const bothSecrets = ['whsec_old', secret];
  it.each<[string, Partial<SignedRequest>, string]>([
    ['signed now with the only secret', {}, 'accepted'],
    ['signed with another secret', { signature: header({ secret: 'whsec_wrong' }) }, 'signature_invalid'],
    ['not signed', { signature: undefined }, 'signature_invalid'],
    ['signed with an empty header', { signature: '' }, 'signature_invalid'],
    ['a header without a timestamp', { signature: header().replace(/^t=\d+,/, '') }, 'signature_invalid'],
    ['a header without a v1 signature', { signature: header().replace('v1=', 'v0=') }, 'signature_invalid'],
    [
      'another time than was signed',
      { signature: header().replace(/t=\d+/, `t=${nowSeconds - 1}`) },
      'signature_invalid',
    ],
    ['300 s old', { signature: header({ timestamp: nowSeconds - 300 }) }, 'accepted'],
    ['300.999 s old', { signature: header({ timestamp: nowSeconds - 300 }), receivedAtMs: nowMs + 999 }, 'accepted'],
    ['301 s old', { signature: header({ timestamp: nowSeconds - 301 }) }, 'signature_invalid'],
    ['signed by a clock ahead of ours', { signature: header({ timestamp: nowSeconds + 600 }) }, 'accepted'],
    ['a body changed by one byte', { body: Buffer.from(body.replace('2500', '2501')) }, 'signature_invalid'],
    [
      'the old secret, while both are active',
      { signature: header({ secret: 'whsec_old' }), secrets: bothSecrets },
      'accepted',
    ],
    ['the new secret, while both are active', { secrets: bothSecrets }, 'accepted'],
    ['the old secret, after its end', { signature: header({ secret: 'whsec_old' }) }, 'signature_invalid'],
    [
      'two signatures, one of them ours',
      { signature: `${header({ secret: 'whsec_new' })},${header().replace(/t=\d+,/, '')}` },
      'accepted',
    ],
    ['no secret active', { secrets: [] }, 'signature_invalid'],
    ['an empty secret, which anybody knows', { secrets: [' '] }, 'signature_invalid'],
  ])('%s', (_case, change, expected) => {
    expect(codeOf(change)).toBe(expected);
  });

  it('agrees with the official client wherever that has an opinion', () => {
    for (const age of [0, 299, 300, 301, 10_000, -600]) {
      const signature = header({ timestamp: nowSeconds - age });
      const official = (): unknown => Stripe.webhooks.constructEvent(body, signature, secret, 300, undefined, nowMs);
      const ours = codeOf({ signature });
      if (ours === 'accepted') expect(official).not.toThrow();
      else expect(official).toThrow();
    }
  });

  it.each([
    ['not JSON', 'now: 1'],
    ['not an event', '{"object":"event"}'],
    ['no object', 'null'],
  ])('does not excuse a signed body that is %s', (_case, payload) => {
    expect(codeOf({ body: Buffer.from(payload), signature: header({ payload }) })).toBe('invalid_json');
  });
});

describe('what is kept of a webhook', () => {
  it('is what the inbox needs, without any client secret at any depth', () => {
    const verified = verifyStripeEvent(request());
    expect(verified).toEqual({
      eventId: 'evt_1',
      type: 'payment_intent.succeeded',
      objectId: 'pi_1',
      accountRef: null,
      createdAt: '2026-09-21T14:13:20.000Z',
      payload: verified.payload,
    });
    expect(verified.payload).not.toContain('secret');
    expect(JSON.parse(verified.payload)).toEqual({
      ...event,
      data: { object: { id: 'pi_1', object: 'payment_intent', amount: 2_500 } },
    });
  });

  it('is the body byte for byte where there is no secret in it', () => {
    const payload = '{ "id":"evt_2", "type":"charge.updated",\n "created":1, "account":"acct_9", "data":{"object":{}}}';
    const verified = verifyStripeEvent(request({ body: Buffer.from(payload), signature: header({ payload }) }));
    expect(verified.payload).toBe(payload);
    expect(verified.accountRef).toBe('acct_9');
    expect(verified.objectId).toBeNull();
  });
});
