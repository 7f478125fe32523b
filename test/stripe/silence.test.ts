import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProcessorSilence } from '../../src/domain/processor-silence.ts';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import { createStripeTerminalGateway } from '../../src/stripe/terminal-gateway.ts';
import { simulatedStripe, type SimulatedStripe } from './simulated-stripe.ts';

let sim: SimulatedStripe;

beforeAll(async () => {
  sim = await simulatedStripe(400);
});
beforeEach(() => sim.reset());
afterAll(() => sim.stop());

/** Each call: how it is made ready, made under one key, and what is at Stripe in the end. */
const calls = {
  prepare: {
    path: '/v1/payment_intents',
    ready: async () => 'none',
    make: (): Promise<unknown> =>
      sim.gateway.prepare({
        key: 'k',
        saleId: 'sal_f',
        amountMinor: 900,
        currency: 'AUD',
        captureMode: 'manual',
        description: null,
        metadata: {},
      }),
    effects: async (): Promise<number> => (await sim.stripe.paymentIntents.list({ limit: 100 })).data.length,
  },
  present: {
    path: '/v1/terminal/readers/:id/process_payment_intent',
    ready: () => sim.prepared(),
    make: (payment: string): Promise<unknown> => sim.present(payment, { key: 'k' }),
    effects: async (payment: string): Promise<number> =>
      (await sim.gateway.readReader(sim.reader)).action?.paymentRef === payment ? 1 : 0,
  },
  take: {
    path: '/v1/payment_intents/:id/capture',
    ready: authorized,
    make: (payment: string): Promise<unknown> =>
      sim.gateway.take({ key: 'k', paymentRef: payment, amountMinor: 2_500 }),
    effects: async (payment: string): Promise<number> => (await sim.gateway.readPayment(payment)).capturedMinor / 2_500,
  },
  withdraw: {
    path: '/v1/payment_intents/:id/cancel',
    ready: authorized,
    make: (payment: string): Promise<unknown> =>
      sim.gateway.withdraw({ key: 'k', paymentRef: payment, readerRef: null }),
    effects: async (payment: string): Promise<number> =>
      (await sim.gateway.readPayment(payment)).status === 'canceled' ? 1 : 0,
  },
};
type CallName = keyof typeof calls;

async function authorized(): Promise<string> {
  const payment = await sim.prepared();
  await sim.present(payment);
  await sim.tap();
  return payment;
}

/** As an activity does it: the same call under the same key until there is an answer. */
async function persist(make: () => Promise<unknown>): Promise<{ silences: ProcessorSilence[]; answer: unknown }> {
  const silences: ProcessorSilence[] = [];
  while (silences.length < 6) {
    try {
      return { silences, answer: await make() };
    } catch (error) {
      if (!(error instanceof ProcessorSilence)) throw error;
      silences.push(error);
    }
  }
  throw new Error('Stripe stayed silent');
}

const faults = {
  '429': { preset: 'rate_limit' },
  '429 lock': { preset: 'lock_timeout' },
  '500 before': { preset: 'server_error_before' },
  '500 after, remembered': { preset: 'server_error_after' },
  '502 page': { preset: 'bad_gateway_html' },
  '502 page after': { preset: 'bad_gateway_html', executed: true },
  'reset before': { preset: 'reset_before' },
  'reset after': { preset: 'execute_then_reset' },
  'cut answer': { preset: 'truncate' },
  'time-out after': { preset: 'latency', ms: 700 },
};

describe.each(Object.keys(calls) as CallName[])('silence on %s', (name) => {
  it.each(faultsOf(name))('%s: one effect, under the key that it began with [F13]', async (fault) => {
    const call = calls[name];
    const payment = await call.ready();
    await sim.fault({ ...faults[fault as keyof typeof faults], method: 'POST', path: call.path, times: 1 });
    const { silences } = await persist(() => call.make(payment));
    expect(await call.effects(payment)).toBe(1);
    const sent = (await sim.requests(lastPart(call.path))).filter(({ idempotencyKey }) =>
      idempotencyKey?.startsWith('k'),
    );
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBeLessThanOrEqual(1);
    if (fault !== 'reset before' && fault !== 'reset after') expect(silences).toHaveLength(1);
  });
});

/**
 * An answer that Stripe neither gave nor remembers leaves a second intent behind; nobody presents it, so no money can
 * move by it, and no key could have prevented it.
 */
function faultsOf(call: CallName): string[] {
  return Object.keys(faults).filter((fault) => !(call === 'prepare' && fault === '502 page after'));
}

function lastPart(path: string): string {
  return `/${path.split('/').at(-1) ?? ''}`;
}

describe('what Stripe says while it does not answer', () => {
  it('is kept: how long to wait', async () => {
    const wait = { status: 429, headers: { 'Content-Type': 'application/json', 'Retry-After': '7' } };
    const server = createServer((_request, response) => {
      response
        .writeHead(wait.status, wait.headers)
        .end(JSON.stringify({ error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Slow down' } }));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as { port: number };
    const gateway = createStripeTerminalGateway(
      createStripeClient({ apiKey: 'sk_test_demo', apiBase: `http://127.0.0.1:${port}`, timeoutMs: 1_000 }),
    );
    await expect(gateway.readPayment('pi_1')).rejects.toMatchObject({ name: 'ProcessorSilence', retryAfterMs: 7_000 });
    server.closeAllConnections();
    server.close();
  });

  it('is silence when the key is still in use, and the second answer is the first [F14]', async () => {
    await sim.control('POST', '/settings', { executionDelayMs: 150 });
    const both = await Promise.allSettled([calls.prepare.make(), calls.prepare.make()]);
    const refused = both.find((one) => one.status === 'rejected');
    expect(refused?.reason).toBeInstanceOf(ProcessorSilence);
    const { answer } = await persist(() => calls.prepare.make());
    const first = both.find((one) => one.status === 'fulfilled');
    expect(answer).toEqual(first?.value);
  });

  it('ends although it is remembered under several keys: a request that Stripe would refuse is refused', async () => {
    const payment = await authorized();
    await sim.fault({ preset: 'server_error_after', method: 'POST', path: calls.take.path, times: 7 });
    const { answer } = await persist(() => sim.gateway.take({ key: 'k', paymentRef: payment, amountMinor: 999_999 }));
    expect(answer).toMatchObject({ kind: 'refused', code: 'amount_too_large' });
    const keys = (await sim.requests('/capture')).map(({ idempotencyKey }) => idempotencyKey);
    expect([...new Set(keys)]).toEqual(['k', 'k-again', 'k-again-2', 'k-again-3']);
    expect((await sim.gateway.readPayment(payment)).capturedMinor).toBe(0);
  });

  it('is a definite no when the key was exchanged, and nothing moved', async () => {
    const payment = await authorized();
    await sim.fault({ preset: 'unauthorized', times: 2 });
    await expect(sim.gateway.readPayment(payment)).rejects.toMatchObject({ name: 'ProcessorRefusal' });
  });
});
