import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PaymentFact } from '../../src/domain/counter/processor-port.ts';
import { ProcessorRefusal } from '../../src/domain/processor-refusal.ts';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import { simulatedStripe, type SimulatedStripe } from './simulated-stripe.ts';

const declined = '4000000000000002';
let sim: SimulatedStripe;

beforeAll(async () => {
  sim = await simulatedStripe();
});
beforeEach(() => sim.reset());
afterAll(() => sim.stop());

const read = (paymentRef: string): Promise<PaymentFact> => sim.gateway.readPayment(paymentRef);
const take = (paymentRef: string, amountMinor: number, key = `take-${paymentRef}`) =>
  sim.gateway.take({ key, paymentRef, amountMinor });

describe('a payment through the gateway', () => {
  it('waits for a card, is authorized by a tap and captured by command', async () => {
    const payment = await sim.prepared();
    expect(await read(payment)).toMatchObject({
      status: 'awaiting_card',
      amountMinor: 2_500,
      currency: 'AUD',
      chargeRef: null,
      decline: null,
    });
    expect(await sim.present(payment)).toEqual({ kind: 'acknowledged' });
    expect(await sim.gateway.readReader(sim.reader)).toMatchObject({
      online: true,
      action: { kind: 'payment', status: 'in_progress', paymentRef: payment },
    });
    await sim.tap();
    const authorized = await read(payment);
    expect(authorized).toMatchObject({
      status: 'authorized',
      authorizedMinor: 2_500,
      capturedMinor: 0,
      tipMinor: 0,
      balance: null,
    });
    expect(authorized.card).toMatchObject({ brand: 'visa', last4: '4242', readMethod: 'contactless_emv' });
    expect(authorized.card?.applicationId).toMatch(/^A0/);
    // Two days, less the moment that this test takes.
    expect(Date.parse(authorized.captureBefore ?? '') - Date.now()).toBeGreaterThan(47.9 * 3_600_000);

    const taken = await take(payment, 2_500);
    expect(taken).toMatchObject({ kind: 'taken', payment: { status: 'captured', capturedMinor: 2_500 } });
    expect(taken.payment.chargeRef).toBe(authorized.chargeRef);
    expect((await sim.gateway.readReader(sim.reader)).action).toMatchObject({ status: 'succeeded' });
  });

  it('is captured by the tap itself in automatic mode, and shows its fee', async () => {
    const payment = await sim.prepared({ captureMode: 'automatic' });
    await sim.present(payment);
    await sim.tap();
    const { balance, ...captured } = await read(payment);
    expect(captured).toMatchObject({
      status: 'captured',
      authorizedMinor: 2_500,
      capturedMinor: 2_500,
      captureBefore: null,
    });
    if (balance !== null) expect(balance.feeMinor + balance.netMinor).toBe(2_500);
  });

  it('may be captured in part, the rest being released', async () => {
    const payment = await sim.prepared();
    await sim.present(payment);
    await sim.tap();
    expect(await take(payment, 1_200)).toMatchObject({
      kind: 'taken',
      payment: { capturedMinor: 1_200, authorizedMinor: 2_500 },
    });
    expect(await take(payment, 1_300, 'take-rest')).toMatchObject({
      kind: 'refused',
      payment: { capturedMinor: 1_200 },
    });
  });

  it('declined, tells which charge failed and why, and takes another card on the same payment', async () => {
    const payment = await sim.prepared();
    await sim.present(payment);
    await sim.tap(declined);
    const first = await read(payment);
    expect(first).toMatchObject({ status: 'awaiting_card', chargeRef: null, card: null });
    expect(first.decline).toMatchObject({ code: 'card_declined', declineCode: 'generic_decline' });
    expect(first.decline?.chargeRef).toMatch(/^ch_/);
    await sim.present(payment, { key: 'attempt-2' });
    await sim.tap();
    const second = await read(payment);
    expect(second.status).toBe('authorized');
    expect(second.chargeRef).not.toBe(first.decline?.chargeRef);
  });

  it('tells two declines apart by their charges', async () => {
    const payment = await sim.prepared();
    await sim.present(payment);
    await sim.tap(declined);
    const first = (await read(payment)).decline?.chargeRef;
    await sim.present(payment, { key: 'attempt-2' });
    await sim.tap('4000000000009995');
    const second = (await read(payment)).decline;
    expect(second).toMatchObject({ declineCode: 'insufficient_funds' });
    expect(second?.chargeRef).not.toBe(first);
  });

  it('carries the tip that the customer chose at the reader', async () => {
    const payment = await sim.prepared();
    await sim.behave({ mode: 'auto_tap', tip_minor: 300 });
    await sim.present(payment, { tipMode: 'on_reader' });
    while ((await read(payment)).status === 'awaiting_card');
    expect(await read(payment)).toMatchObject({ status: 'authorized', authorizedMinor: 2_800, tipMinor: 300 });
  });

  it('is the same payment when it is prepared again under its key', async () => {
    const request = {
      key: 'k-1',
      saleId: 'sal_x',
      amountMinor: 900,
      currency: 'AUD',
      captureMode: 'manual',
      description: 'Tea',
      metadata: {},
    } as const;
    const first = await sim.gateway.prepare(request);
    expect((await sim.gateway.prepare(request)).paymentRef).toBe(first.paymentRef);
    const changed = sim.gateway.prepare({ ...request, amountMinor: 901 });
    await expect(changed).rejects.toMatchObject({ name: 'InvariantViolation' });
  });

  it('that Stripe will not make is a refusal, not silence', async () => {
    const tooSmall = sim.prepared({ amountMinor: 1 });
    await expect(tooSmall).rejects.toBeInstanceOf(ProcessorRefusal);
    await expect(tooSmall).rejects.toMatchObject({ code: 'amount_too_small' });
    await expect(read('pi_unknown')).rejects.toMatchObject({ code: 'resource_missing' });
  });
});

describe('a reader that does not take a payment', () => {
  it.each<[string, object, string]>([
    ['is offline', { mode: 'offline' }, 'reader_offline'],
    ['is busy', { mode: 'busy' }, 'reader_busy'],
    ['is broken', { mode: 'hardware_fault' }, 'reader_error'],
    ['times out', { mode: 'timeout_lost' }, 'reader_timeout'],
  ])('says why: it %s', async (_case, mode, code) => {
    const payment = await sim.prepared();
    await sim.behave(mode);
    expect(await sim.present(payment)).toMatchObject({ kind: 'refused', code });
    expect(await read(payment)).toMatchObject({ status: 'awaiting_card' });
  });

  it('although it says so may have it: after a time-out the reader tells [F15]', async () => {
    const payment = await sim.prepared();
    await sim.behave({ mode: 'timeout_received', card: undefined });
    expect(await sim.present(payment)).toMatchObject({ kind: 'refused', code: 'reader_timeout' });
    expect((await sim.gateway.readReader(sim.reader)).action).toMatchObject({
      status: 'in_progress',
      paymentRef: payment,
    });
  });

  it('is not asked for a payment that is authorized already', async () => {
    const payment = await sim.prepared();
    await sim.present(payment);
    await sim.tap();
    expect(await sim.present(payment, { key: 'again' })).toMatchObject({
      kind: 'refused',
      code: 'payment_not_presentable',
    });
  });

  it('unknown to Stripe is refused, and so is an unknown payment', async () => {
    const payment = await sim.prepared();
    expect(await sim.present(payment, { readerRef: 'tmr_none' })).toMatchObject({
      kind: 'refused',
      code: 'processor_refused',
    });
    expect(await sim.present('pi_none')).toMatchObject({ kind: 'refused', code: 'processor_refused' });
  });

  it('shows a cart as a display, which is no payment', async () => {
    const cart = { currency: 'aud', total: 900, line_items: [{ amount: 900, description: 'Tea', quantity: 1 }] };
    await sim.stripe.terminal.readers.setReaderDisplay(sim.reader, { type: 'cart', cart }, { idempotencyKey: 'cart' });
    expect((await sim.gateway.readReader(sim.reader)).action).toMatchObject({ kind: 'display', paymentRef: null });
  });
});

describe('every POST', () => {
  it('without a key of ours is refused before it is sent', async () => {
    const stripe = createStripeClient({ apiKey: 'sk_test_demo', apiBase: sim.url, timeoutMs: 1_000 });
    const create = stripe.paymentIntents.create({ amount: 900, currency: 'aud' });
    await expect(create).rejects.toMatchObject({ detail: { name: 'InvariantViolation' } });
    expect(await sim.requests('/payment_intents')).toEqual([]);
  });
});
