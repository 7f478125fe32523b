import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { WithdrawOutcome } from '../../src/domain/counter/processor-port.ts';
import { simulatedStripe, type SimulatedStripe } from './simulated-stripe.ts';

let sim: SimulatedStripe;

beforeAll(async () => {
  sim = await simulatedStripe();
});
beforeEach(() => sim.reset());
afterAll(() => sim.stop());

let attempts = 0;
function withdraw(paymentRef: string, key = `withdraw-${(attempts += 1)}`): Promise<WithdrawOutcome> {
  return sim.gateway.withdraw({ key, paymentRef, readerRef: sim.reader });
}

async function shown(captureMode: 'manual' | 'automatic' = 'manual'): Promise<string> {
  const payment = await sim.prepared({ captureMode });
  await sim.present(payment);
  return payment;
}

const onReader = async () => (await sim.gateway.readReader(sim.reader)).action;

/** Holds one request back at the simulator, before or after it is executed. */
async function hold(path: string, stage: 'before' | 'after'): Promise<void> {
  await sim.control('POST', '/hold-response', { match: { path }, stage });
}
const held = (): Promise<unknown> => sim.control('GET', '/held?timeout_ms=5000');
const release = (drop = false): Promise<unknown> => sim.control('POST', '/release', { drop });

describe('giving a payment up', () => {
  it('before a card comes clears the reader and cancels the payment', async () => {
    const payment = await shown();
    expect(await withdraw(payment)).toMatchObject({
      kind: 'withdrawn',
      payment: { status: 'canceled', authorizedMinor: 0 },
    });
    expect(await onReader()).toBeNull();
  });

  it('does not touch what another sale has put on the reader [H07]', async () => {
    const payment = await shown();
    const other = await sim.prepared();
    await sim.present(other);
    expect((await withdraw(payment)).kind).toBe('withdrawn');
    expect(await onReader()).toMatchObject({ status: 'in_progress', paymentRef: other });
    expect(await sim.requests('/cancel_action')).toEqual([]);
  });

  it.each(['offline', 'busy'])('cancels the payment although the reader is %s [H08] [T08]', async (mode) => {
    const payment = await shown();
    await sim.behave({ mode });
    expect((await withdraw(payment)).kind).toBe('withdrawn');
  });

  it('cancels the payment although the reader never answers [H08]', async () => {
    const payment = await shown();
    await sim.fault({ preset: 'reset_before', path: '/v1/terminal/readers/:id/cancel_action' });
    expect((await withdraw(payment)).kind).toBe('withdrawn');
  });

  it('of a sale without a reader, or with one that is gone, cancels the payment', async () => {
    const payments = [await sim.prepared(), await sim.prepared()];
    const outcomes = [
      await sim.gateway.withdraw({ key: 'w-a', paymentRef: payments[0]!, readerRef: null }),
      await sim.gateway.withdraw({ key: 'w-b', paymentRef: payments[1]!, readerRef: 'tmr_gone' }),
    ];
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['withdrawn', 'withdrawn']);
  });

  it('that is authorized releases the money', async () => {
    const payment = await shown();
    await sim.tap();
    expect(await withdraw(payment)).toMatchObject({
      kind: 'withdrawn',
      payment: { capturedMinor: 0, authorizedMinor: 0 },
    });
  });

  it('that is captured is too late, and says what was taken', async () => {
    const payment = await shown('automatic');
    await sim.tap();
    expect(await withdraw(payment)).toMatchObject({
      kind: 'too_late',
      payment: { status: 'captured', capturedMinor: 2_500 },
    });
  });

  it('twice is withdrawn both times', async () => {
    const payment = await shown();
    expect((await withdraw(payment, 'same')).kind).toBe('withdrawn');
    expect((await withdraw(payment, 'same')).kind).toBe('withdrawn');
    expect((await withdraw(payment)).kind).toBe('withdrawn');
  });

  it('while the processor works on it cannot be stopped, and says so', async () => {
    await sim.control('POST', '/settings', { authorizationMs: 60_000, showProcessing: true });
    const payment = await shown();
    await sim.tap();
    expect(await withdraw(payment)).toMatchObject({ kind: 'not_stoppable', payment: { status: 'processing' } });
  });
});

describe('a tap that races the cancel [H09]', () => {
  it('and wins before the cancel reaches the payment is released, in manual mode', async () => {
    const payment = await shown();
    await hold('/v1/payment_intents/:id/cancel', 'before');
    const outcome = sim.gateway.withdraw({ key: 'race-1', paymentRef: payment, readerRef: null });
    await held();
    await sim.tap();
    await release();
    expect(await outcome).toMatchObject({ kind: 'withdrawn', payment: { status: 'canceled', capturedMinor: 0 } });
  });

  it('and wins in automatic mode has paid: the cancel is too late', async () => {
    const payment = await shown('automatic');
    await hold('/v1/payment_intents/:id/cancel', 'before');
    const outcome = sim.gateway.withdraw({ key: 'race-2', paymentRef: payment, readerRef: null });
    await held();
    await sim.tap();
    await release();
    expect(await outcome).toMatchObject({ kind: 'too_late', payment: { status: 'captured' } });
  });

  it('and loses pays nothing: the canceled payment is refused at the reader', async () => {
    await sim.control('POST', '/settings', { authorizationMs: 300 });
    const payment = await shown('automatic');
    await sim.tap();
    expect((await withdraw(payment)).kind).toBe('withdrawn');
    await sim.control('POST', '/clock/advance', { ms: 1_000 });
    expect(await sim.gateway.readPayment(payment)).toMatchObject({ status: 'canceled', capturedMinor: 0 });
  });

  it('is told truthfully when the answer to the cancel is lost', async () => {
    const payment = await shown();
    await hold('/v1/payment_intents/:id/cancel', 'after');
    const first = sim.gateway.withdraw({ key: 'race-3', paymentRef: payment, readerRef: null });
    await held();
    await release(true);
    const outcome = await first.catch(() =>
      sim.gateway.withdraw({ key: 'race-3', paymentRef: payment, readerRef: null }),
    );
    expect(outcome.kind).toBe('withdrawn');
  });
});
