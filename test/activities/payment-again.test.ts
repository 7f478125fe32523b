import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PaymentDependencies } from '../../src/activities/payments/payment-desk.ts';
import { losePayment, payFromBalance, refusePayment } from '../../src/activities/payments/payment-paying.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { openCounter, type Counter } from '../support/counter.ts';
import { Host, type ShownPayment } from '../support/members.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';

let counter: Counter;
let deps: PaymentDependencies;
let close: () => Promise<void>;

beforeAll(async () => {
  counter = await openCounter({ without: ['jobs'] });
  const poster = createPoster({ databaseUrl: counter.databaseUrl });
  const pool = new SqlPool(counter.databaseUrl, 2);
  // Nothing here asks the processor.
  deps = { orm: counter.orm, pool, poster, now: () => new Date() } as unknown as PaymentDependencies;
  close = async () => {
    await poster.close();
    await pool.close();
    await counter.close();
  };
}, 60_000);
afterAll(async () => {
  await expectBooksInOrder(counter.databaseUrl);
  await close();
});

describe('a payment that its host books within', () => {
  it('is found funded by whoever tries again, since the worker may have died before it could say so', async () => {
    const member = await new Host(counter).member(5_000);
    const body = { member, booking: 'host', amount: { amount: 306, currency: 'AUD' }, description: 'Entries' };
    const { body: made } = await counter.till.post<ShownPayment>('/v1/payments', body, randomUUID());
    expect(made.state).toBe('funded');
    const request = { paymentId: made.id };
    const funded = { kind: 'settled', payment: { state: 'funded' } };
    expect(await payFromBalance(deps, request)).toMatchObject(funded);
    expect(await losePayment(deps, request)).toMatchObject({ state: 'funded' });
    expect(await refusePayment(deps, { ...request, outcome: 'checkout_refused' })).toMatchObject({ state: 'funded' });
    const [account] = await deps.pool.rows('SELECT held_minor FROM ledger_account WHERE code = ?', [
      `member/${member}/AUD`,
    ]);
    expect(Number(account?.['held_minor'])).toBe(306);
  });
});
