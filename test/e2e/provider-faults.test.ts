import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { demoNames } from '../../workers/demo/seed.ts';
import { bookOf, expectBooksInOrder } from '../support/sale-book.ts';
import { openCounter, type Counter } from '../support/counter.ts';

let counter: Counter;

beforeAll(async () => {
  counter = await openCounter();
}, 60_000);
afterAll(async () => {
  await expectBooksInOrder(counter.databaseUrl);
  await counter.close();
});
beforeEach(async () => {
  await counter.control.faults.removeAll();
  await counter.control.forgetRequests();
});

const make = '/v1/payment_intents';
const show = '/v1/terminal/readers/:id/process_payment_intent';
const take = '/v1/payment_intents/:id/capture';

/** Each call of a captured sale, with each way in which its answer can be lost or refused for a while. */
const cells = [make, show, take].flatMap((path) =>
  (
    [
      'execute_then_reset',
      'reset_before',
      'truncate',
      'server_error_before',
      'server_error_after',
      'bad_gateway_html',
      'rate_limit',
      'lock_timeout',
    ] as const
  ).map((preset) => ({ path, preset })),
);

describe('a processor that does not answer', () => {
  it.each(cells)('takes the money once although $path meets $preset', async ({ path, preset }) => {
    await counter.control.faults.add(preset, { method: 'POST', path, times: 1 });
    await reader().willTap('4242424242424242', { after: '20ms' });
    const made = await counter.till.sell(2500, { captureMode: 'manual' });
    const id = made.body.id;
    await counter.till.until(id, 'authorized');
    await counter.till.command(id, 'capture');
    expect(await counter.till.until(id, 'posted')).toMatchObject({ captured: { amount: 2500 } });
    expect(await bookOf(counter, id)).toHaveLength(2);
    const { by_metadata: totals } = await counter.control.counters();
    expect(totals['sale_id']?.[id]).toMatchObject({ intents: 1, authorizations: 1, captures: 1, captured_minor: 2500 });
    expect((await counter.control.faults.read()).rules[0]).toMatchObject({ injected: 1 });
  });

  it('keeps the same key on every try of one effect', async () => {
    await counter.control.faults.add('reset_before', { method: 'POST', path: make, times: 1 });
    await reader().willTap('4242424242424242', { after: '20ms' });
    const made = await counter.till.sell(2500);
    await counter.till.until(made.body.id, 'posted');
    const keys = (await counter.control.requests({ method: 'POST', path: make })).map(
      (request) => request.idempotency_key,
    );
    expect(new Set(keys)).toEqual(new Set([`sale-${made.body.id}-intent-1`]));
  });

  it('believes the reader and not the time-out: a command that was received is not sent as a second payment', async () => {
    await reader().mode('timeout_received');
    await reader().willTap('4242424242424242', { after: '50ms' });
    const made = await counter.till.sell(2500);
    expect(made).toMatchObject({ status: 201, body: { state: 'awaiting_card' } });
    await counter.till.until(made.body.id, 'posted');
    expect(await counter.control.requests({ method: 'POST', path: make })).toHaveLength(1);
    await reader().mode('manual');
  });
});

function reader() {
  return counter.control.reader(demoNames.reader);
}
