import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { demoNames } from '../../../workers/demo/seed.ts';
import { bookOf, expectBooksInOrder, feeOf } from '../../support/sale-book.ts';
import { openCounter, type Counter } from '../../support/counter.ts';

let counter: Counter;

beforeAll(async () => {
  counter = await openCounter();
}, 60_000);
afterAll(async () => {
  await expectBooksInOrder(counter.databaseUrl);
  await counter.close();
});
beforeEach(() => counter.control.forgetRequests());

describe('a sale at a reader', () => {
  it('[T05] runs from the API call to captured money and a balanced journal', async () => {
    await reader().willTap('4242424242424242', { after: '20ms' });
    const made = await counter.till.sell(2500, { description: 'Coffee' });
    expect(made.status).toBe(201);
    const sale = await counter.till.until(made.body.id, 'posted');
    expect(sale).toMatchObject({ captured: { amount: 2500, currency: 'AUD' }, card: { brand: 'visa', last4: '4242' } });
    expect(await bookOf(counter, sale.id)).toEqual([
      {
        kind: 'sale',
        account: `processor/stripe/${demoNames.account}/AUD`,
        side: 'debit',
        amount: 2500,
        type: 'Card Payment',
      },
      {
        kind: 'sale',
        account: `organisation/${counter.shop.site.organisationId}/AUD`,
        side: 'credit',
        amount: 2500,
        type: 'Sale',
      },
    ]);
    expect(await counter.till.timeline(sale.id)).toEqual([
      'created',
      'dispatching',
      'awaiting_card',
      'captured',
      'posted',
    ]);
  });

  it('asks the processor four things for an approved sale: make, show, read, and nothing twice', async () => {
    await reader().willTap('4242424242424242', { after: '20ms' });
    const made = await counter.till.sell(1100);
    await counter.till.until(made.body.id, 'posted');
    const writes = (await counter.control.requests({ method: 'POST' })).map((request) => request.path);
    expect(writes).toEqual(['/v1/payment_intents', `/v1/terminal/readers/${demoNames.reader}/process_payment_intent`]);
  });

  it('[T07] captures what staff name, releases the rest, and answers a second capture the same', async () => {
    await reader().willTap('4242424242424242', { after: '20ms' });
    const made = await counter.till.sell(2500, { captureMode: 'manual' });
    await counter.till.until(made.body.id, 'authorized');
    const captured = await counter.till.command(made.body.id, 'capture', { amount: { amount: 2000, currency: 'AUD' } });
    expect(captured).toMatchObject({ status: 200, body: { state: 'posted', captured: { amount: 2000 } } });
    const again = await counter.till.command(made.body.id, 'capture', { amount: { amount: 2000, currency: 'AUD' } });
    expect(again).toMatchObject({ status: 200, body: { state: 'posted', captured: { amount: 2000 } } });
    const captures = await counter.control.requests({ method: 'POST', path: '/v1/payment_intents/:id/capture' });
    expect(captures).toHaveLength(1);
  });

  it('refuses to capture more than is authorized, and nothing changes', async () => {
    await reader().willTap('4242424242424242', { after: '20ms' });
    const made = await counter.till.sell(2500, { captureMode: 'manual' });
    await counter.till.until(made.body.id, 'authorized');
    const refused = await counter.till.command(made.body.id, 'capture', { amount: { amount: 2501, currency: 'AUD' } });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'authorization_exceeded', sale: { state: 'authorized' } },
    });
    expect(await bookOf(counter, made.body.id)).toEqual([]);
    await counter.till.command(made.body.id, 'cancel');
  });

  it('lets a declined card be followed by another one on the same payment', async () => {
    await reader().willTap('4000000000009995', { after: '20ms' });
    const made = await counter.till.sell(2500);
    expect(await counter.till.until(made.body.id, 'declined')).toMatchObject({
      outcome: 'declined',
      declineCode: 'insufficient_funds',
    });
    await reader().willTap('4242424242424242', { after: '20ms' });
    const retried = await counter.till.command(made.body.id, 'retry');
    expect(retried).toMatchObject({ status: 200, body: { state: 'awaiting_card', attempt: 2 } });
    await counter.till.until(made.body.id, 'posted');
    const intents = await counter.control.requests({ method: 'POST', path: '/v1/payment_intents' });
    expect(intents).toHaveLength(1);
    const keys = (await counter.control.requests({ path: '/v1/terminal/readers/:id/process_payment_intent' })).map(
      (request) => request.idempotency_key,
    );
    expect(keys).toEqual([`sale-${made.body.id}-attempt-1`, `sale-${made.body.id}-attempt-2`]);
  });

  it('[T08] cancels before the tap: the reader is cleared, the payment canceled, the book untouched', async () => {
    const made = await counter.till.sell(2500);
    const canceled = await counter.till.command(made.body.id, 'cancel', { reason: 'changed mind' });
    expect(canceled).toMatchObject({ status: 200, body: { state: 'canceled' } });
    expect(await bookOf(counter, made.body.id)).toEqual([]);
    const next = await counter.till.sell(900);
    expect(next.status).toBe(201);
    await counter.till.command(next.body.id, 'cancel');
  });

  it('tells a second till which sale holds the reader, and leaves that sale alone', async () => {
    const first = await counter.till.sell(2500);
    const second = await counter.till.sell(900);
    expect(second).toMatchObject({ status: 409, body: { code: 'reader_in_use', heldBy: first.body.id } });
    expect(await counter.till.show(first.body.id)).toMatchObject({ state: 'awaiting_card' });
    await counter.till.command(first.body.id, 'cancel');
    await counter.till.command(second.body.sale?.id ?? '', 'cancel');
  });

  it('[T06] says that the reader is offline and keeps the payment for a retry', async () => {
    await reader().mode('offline');
    const made = await counter.till.sell(2500);
    expect(made).toMatchObject({
      status: 409,
      body: { code: 'reader_offline', sale: { state: 'declined', outcome: 'reader_offline' } },
    });
    await reader().mode('manual');
    await reader().willTap('4242424242424242', { after: '20ms' });
    await counter.till.command(made.body.sale?.id ?? '', 'retry');
    await counter.till.until(made.body.sale?.id ?? '', 'posted');
  });

  it('books a tip chosen at the reader as an entry of its own', async () => {
    await reader().willTap('4242424242424242', { after: '20ms', tipMinor: 300 });
    const made = await counter.till.sell(2500, { tipMode: 'on_reader' });
    await counter.till.until(made.body.id, 'posted');
    expect((await bookOf(counter, made.body.id)).map(({ type, amount }) => [type, amount])).toEqual([
      ['Card Payment', 2800],
      ['Sale', 2500],
      ['Tip', 300],
    ]);
  });

  it('gives the tip first of the little that was captured', async () => {
    await reader().willTap('4242424242424242', { after: '20ms' });
    const tip = { amount: 300, currency: 'AUD' };
    const made = await counter.till.sell(2500, { tipMode: 'fixed', tip, captureMode: 'manual' });
    await counter.till.until(made.body.id, 'authorized');
    await counter.till.command(made.body.id, 'capture', { amount: { amount: 200, currency: 'AUD' } });
    expect((await bookOf(counter, made.body.id)).map(({ type, amount }) => [type, amount])).toEqual([
      ['Card Payment', 200],
      ['Tip', 200],
    ]);
  });
});

describe('webhooks and sweeps', () => {
  it('finds a sale paid although every webhook was lost', async () => {
    const rule = await counter.control.webhooks.drop('*');
    await reader().willTap('4242424242424242', { after: '20ms' });
    const made = await counter.till.sell(2500);
    await counter.till.until(made.body.id, 'posted');
    await counter.control.webhooks.removeRule(rule);
  });

  it('posts once although every webhook comes ten times', async () => {
    const rule = await counter.control.webhooks.duplicate('*', 10);
    await reader().willTap('4242424242424242', { after: '20ms' });
    const made = await counter.till.sell(2500);
    await counter.till.until(made.body.id, 'posted');
    expect(await bookOf(counter, made.body.id)).toHaveLength(2);
    await counter.control.webhooks.removeRule(rule);
  });

  it('posts the processor fee once, when its balance transaction is known', async () => {
    await reader().willTap('4242424242424242', { after: '20ms' });
    const made = await counter.till.sell(10_000);
    await counter.till.until(made.body.id, 'posted');
    const fee = await feeOf(counter, made.body.id);
    expect(fee).toEqual([
      {
        kind: 'processor-fee',
        account: 'expense/processor-fee/AUD',
        side: 'debit',
        amount: 175,
        type: 'Processor Fee',
      },
      {
        kind: 'processor-fee',
        account: `processor/stripe/${demoNames.account}/AUD`,
        side: 'credit',
        amount: 175,
        type: 'Processor Fee',
      },
    ]);
  });
});

function reader() {
  return counter.control.reader(demoNames.reader);
}
