import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProviderEventFact } from '../../src/domain/counter/processor-port.ts';
import { subscribedEventTypes } from '../../src/domain/events/provider-events.ts';
import { createStripeSweep } from '../../src/stripe/stripe-sweep.ts';
import { simulatedStripe, type SimulatedStripe } from './simulated-stripe.ts';

let sim: SimulatedStripe;

beforeAll(async () => {
  sim = await simulatedStripe();
});
beforeEach(() => sim.reset());
afterAll(() => sim.stop());

async function events(since: string, types = subscribedEventTypes): Promise<ProviderEventFact[]> {
  const found: ProviderEventFact[] = [];
  const sweep = createStripeSweep(sim.stripe, { types, now: Date.now });
  for await (const event of sweep.eventsSince(since)) found.push(event);
  return found;
}

async function paid(): Promise<string> {
  const payment = await sim.prepared({ captureMode: 'automatic' });
  await sim.present(payment);
  await sim.tap();
  return payment;
}

const aMinuteAgo = (): string => new Date(Date.now() - 60_000).toISOString();

describe("reading the processor's events back", () => {
  it('gives all of the types that we subscribe to, the oldest first, without client secrets', async () => {
    await paid();
    const found = await events(aMinuteAgo());
    const times = found.map((event) => event.createdAt);
    expect(times).toEqual([...times].sort());
    expect(found.map((event) => event.type)).toEqual(
      expect.arrayContaining(['payment_intent.succeeded', 'charge.succeeded']),
    );
    expect(found.map((event) => event.type)).not.toContain('payment_intent.created');
    for (const event of found) {
      expect(event.payload).not.toContain('client_secret');
      expect(JSON.parse(event.payload)).toMatchObject({ id: event.eventId, type: event.type });
    }
  });

  it('pages through more than one page without losing or repeating one', async () => {
    for (let n = 0; n < 30; n += 1) await paid();
    const found = await events(aMinuteAgo(), []);
    expect(found.length).toBeGreaterThan(100);
    expect(new Set(found.map((event) => event.eventId)).size).toBe(found.length);
  });

  it('cuts a long silence into windows, and reads on past our own clock', async () => {
    await paid();
    const threeHoursAgo = new Date(Date.now() - 3 * 3_600_000).toISOString();
    expect((await events(threeHoursAgo)).length).toBeGreaterThan(2);
    await sim.control('POST', '/clock/advance', { days: 1 });
    await paid();
    expect((await events(threeHoursAgo)).filter((event) => event.type === 'payment_intent.succeeded')).toHaveLength(2);
    expect(await events(new Date(Date.now() + 3_600_000 * 48).toISOString())).toEqual([]);
  });

  it('finds the fee of a captured charge once it is there, and none of one that is only authorized', async () => {
    await sim.control('POST', '/settings', { balanceTransactionDelayMs: 1_000 });
    const sweep = createStripeSweep(sim.stripe, { types: [], now: Date.now });
    const { chargeRef } = await sim.gateway.readPayment(await paid());
    expect(await sweep.readBalance(chargeRef ?? '')).toBeNull();
    await sim.control('POST', '/clock/advance', { seconds: 60 });
    const balance = await sweep.readBalance(chargeRef ?? '');
    expect(balance).toMatchObject({ currency: 'AUD' });
    expect((balance?.feeMinor ?? 0) + (balance?.netMinor ?? 0)).toBe(2_500);

    const held = await sim.prepared();
    await sim.present(held);
    await sim.tap();
    expect(await sweep.readBalance((await sim.gateway.readPayment(held)).chargeRef ?? '')).toBeNull();
  });
});
