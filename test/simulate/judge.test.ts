import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import type { ShownPayment } from '../support/members.ts';
import { openDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { compare } from './judge.ts';
import { planOf } from './plan.ts';
import type { System } from './run.ts';
import { setScene, type Scene } from './scene.ts';
import { openSystem } from './system.ts';

let system: System & { close(): Promise<void> };
let scene: Scene;
let sale: string;

beforeAll(async () => {
  system = await openSystem();
  scene = await setScene(system, planOf(1, 2));
  const { till, readerRef } = scene.tills[0]!;
  await system.counter.control.reader(readerRef).willTap('4242424242424242');
  sale = (await till.sell(2500, { captureMode: 'automatic' })).body.id;
  await till.until(sale, 'posted');
  await until(async () => (await differences()).length === 0);
}, 60_000);
afterAll(() => system.close());

describe('the comparison at the end of a seed', () => {
  it('sees money that the processor does not know of', async () => {
    const other = await setScene(system, planOf(2, 2));
    expect(await differences({ ...scene, account: other.account })).toEqual([
      `money of ${sale} (posted): the processor says 0, the book 2500`,
    ]);
  });

  it('sees that a till was told another end', async () => {
    const told = { sale, no: 1, what: 'cancel', status: 200, state: 'canceled', code: undefined };
    const { differences: found } = await compare(system.counter, scene, [told]);
    expect(found).toEqual([`${sale} was said to be canceled and is posted`]);
  });

  it('sees one cent in one row, and a sale that stands still', async () => {
    const connection = await openDatabase(system.counter.databaseUrl);
    await connection.query(`UPDATE sale SET captured_minor = captured_minor - 1 WHERE id = '${sale}'`);
    expect((await differences()).join()).toContain('every posted sale has one transaction in the book');
    await connection.query(
      `UPDATE sale SET captured_minor = captured_minor + 1, state = 'captured' WHERE id = '${sale}'`,
    );
    expect(await differences()).toContain(`${sale} is captured and asks for nobody`);
    await connection.query(`UPDATE sale SET state = 'posted' WHERE id = '${sale}'`);
    await connection.end();
    expect(await differences()).toEqual([]);
  });

  it('sees one cent of a member’s card', async () => {
    const { counter } = system;
    const { till, databaseUrl } = counter;
    const member = scene.members[0]!.id;
    const body = { amount: { amount: 5_000, currency: 'AUD' } };
    const { body: made } = await till.post<ShownPayment>(`/v1/members/${member}/top-ups`, body, 'top-up-by-hand');
    await counter.control.paymentIntent(made.checkout!.paymentRef).confirm('4242424242424242');
    await until(async () => (await differences()).length === 0);
    const connection = await openDatabase(databaseUrl);
    const cent = (sign: string) =>
      connection.query(
        `UPDATE card_transaction SET captured_minor = captured_minor ${sign} 1 WHERE owner_id = '${made.id}'`,
      );
    await cent('-');
    const found = await differences();
    expect(found).toContain(`money of ${made.id} (succeeded): the processor says 5000, the book 4999`);
    expect(found.some((difference) => difference.startsWith(`balance of ${member}`))).toBe(true);
    await cent('+');
    await connection.end();
    expect(await differences()).toEqual([]);
  });

  it('sees money that the book does not know of', async () => {
    const { readerRef } = scene.tills[1]!;
    const apiKey = scene.account.replace('acct_', 'sk_test_');
    const apiBase = system.counter.env['STRIPE_API_BASE'] ?? '';
    const stripe = createStripeClient({ apiKey, apiBase, timeoutMs: 5_000 });
    const payment = await stripe.paymentIntents.create(
      { amount: 1000, currency: 'aud', allowed_payment_method_types: ['card_present'], capture_method: 'automatic' },
      { idempotencyKey: 'behind our back' },
    );
    await stripe.terminal.readers.processPaymentIntent(
      readerRef,
      { payment_intent: payment.id },
      { idempotencyKey: 'behind our back, at the reader' },
    );
    await system.counter.control.reader(readerRef).tap('4242424242424242');
    expect(await differences()).toContain('captured in all: the processor says 3500, the book 2500');
  });
});

async function differences(of: Scene = scene): Promise<readonly string[]> {
  return (await compare(system.counter, of, [])).differences;
}
