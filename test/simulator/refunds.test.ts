import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf, openShop, type Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

const paid = async (card = '4242424242424242') => {
  const intent = await shop.intent({ metadata: { sale: 'S1' } });
  await shop.process(intent);
  await shop.present(card);
  await shop.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 2000 });
  return intent;
};
const refund = (intent: { id: string }, amount?: number) =>
  shop.stripe.refunds.create({ payment_intent: intent.id, ...(amount === undefined ? {} : { amount }) });
const refundEvents = async () => (await shop.eventTypes()).filter((type) => type.includes('refund'));

describe('a refund', () => {
  it('gives back a part, then the rest, and tells each time', async () => {
    const intent = await paid();
    expect(await refund(intent, 500)).toMatchObject({ amount: 500, status: 'succeeded', payment_intent: intent.id });
    expect(await refundEvents()).toEqual([
      'refund.created',
      'charge.refunded',
      'refund.updated',
      'charge.refund.updated',
    ]);
    expect((await shop.read(intent)).latest_charge).toMatchObject({ amount_refunded: 500, refunded: false });
    expect(await refund(intent)).toMatchObject({ amount: 1500 });
    expect((await shop.read(intent)).latest_charge).toMatchObject({ amount_refunded: 2000, refunded: true });
  });

  it('never exceeds what was captured', async () => {
    const intent = await paid();
    expect(await errorOf(refund(intent, 2001))).toMatchObject({ type: 'StripeInvalidRequestError', param: 'amount' });
    await refund(intent, 1999);
    expect((await errorOf(refund(intent, 2))).param).toBe('amount');
    await refund(intent, 1);
    expect((await errorOf(refund(intent))).code).toBe('charge_already_refunded');
    const { totals } = await shop.control<{ totals: object }>('GET', '/_control/counters');
    expect(totals).toMatchObject({ captured_minor: 2000, refunded_minor: 2000, refunds: 2 });
  });

  it('is refused for money that is only held', async () => {
    const intent = await shop.intent();
    await shop.process(intent);
    await shop.present();
    expect((await errorOf(refund(intent))).code).toBe('payment_intent_unexpected_state');
  });

  it('is found by its charge and by its intent, with its movement of money', async () => {
    const intent = await paid();
    const made = await refund(intent, 500);
    await paid();
    const { data } = await shop.stripe.refunds.list({
      payment_intent: intent.id,
      expand: ['data.balance_transaction'],
    });
    expect(data.map(({ id }) => id)).toEqual([made.id]);
    expect(data[0]?.balance_transaction).toMatchObject({ amount: -500, fee: 0, type: 'refund' });
    expect((await shop.stripe.refunds.list({ charge: made.charge as string })).data).toHaveLength(1);
  });

  it('cannot be canceled by the API once it is made', async () => {
    const made = await refund(await paid());
    expect((await errorOf(shop.stripe.refunds.cancel(made.id))).statusCode).toBe(400);
  });
});

describe('a refund that does not go through', () => {
  it('turns from succeeded to failed for the failing card, and the money is back', async () => {
    const intent = await paid('4000000000005126');
    const made = await refund(intent, 500);
    expect(made.status).toBe('succeeded');
    await shop.control('POST', '/_control/clock/advance', { ms: 200 });
    const failed = await shop.stripe.refunds.retrieve(made.id, { expand: ['failure_balance_transaction'] });
    expect(failed).toMatchObject({ status: 'failed', failure_reason: 'expired_or_canceled_card' });
    expect(failed.failure_balance_transaction).toMatchObject({ amount: 500, type: 'refund_failure' });
    expect(await refundEvents()).toContain('refund.failed');
    expect((await shop.read(intent)).latest_charge).toMatchObject({ amount_refunded: 0, refunded: false });
    const { by_metadata } = await shop.control<{ by_metadata: object }>('GET', '/_control/counters');
    expect(by_metadata).toMatchObject({ sale: { S1: { refunds: 0, refunded_minor: 0 } } });
  });

  it('waits when told to, then settles or fails by the control plane, once', async () => {
    await shop.control('POST', '/_control/settings', { refundStatus: 'pending' });
    const intent = await paid();
    const first = await refund(intent, 500);
    const second = await refund(intent, 600);
    expect([first.status, second.status]).toEqual(['pending', 'pending']);
    await shop.control('POST', `/_control/refunds/${first.id}/settle`);
    await shop.control('POST', `/_control/refunds/${first.id}/settle`);
    await shop.control('POST', `/_control/refunds/${second.id}/fail`, { reason: 'declined' });
    expect(await shop.stripe.refunds.retrieve(first.id)).toMatchObject({ status: 'succeeded' });
    expect(await shop.stripe.refunds.retrieve(second.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'declined',
    });
    const movements = await shop.stripe.balanceTransactions.list({ type: 'refund' });
    expect(movements.data.map(({ amount }) => amount)).toEqual([-500]);
  });
});
