import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTerminalSaleActivities } from '../../src/activities/counter/terminal-sale.activities.ts';
import { saleId, type SaleId } from '../../src/domain/ids.ts';
import type { ProcessorPort } from '../../src/domain/counter/processor-port.ts';
import { newId } from '../../src/entities/new-id.ts';
import { unitOfWork } from '../../src/entities/orm.ts';
import { Sale } from '../../src/entities/counter/sale.entity.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import type { Poster } from '../../src/ledger/poster-contract.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import { createStripeTerminalGateway } from '../../src/stripe/terminal-gateway.ts';
import { demoNames } from '../../workers/demo/seed.ts';
import { openCounter, type Counter } from '../support/counter.ts';
import { bookOf, expectBooksInOrder } from '../support/sale-book.ts';

let counter: Counter;
let poster: Poster;
let pool: SqlPool;
let gateway: ProcessorPort;
/** The call after which the process "dies" once: what it did stands, what it would have written does not. */
let diesAfter: keyof ProcessorPort | undefined;

beforeAll(async () => {
  counter = await openCounter({ without: ['worker', 'jobs'] });
  poster = createPoster({ databaseUrl: counter.databaseUrl });
  pool = new SqlPool(counter.databaseUrl, 4);
  const apiBase = counter.env['STRIPE_API_BASE'];
  gateway = createStripeTerminalGateway(createStripeClient({ apiKey: 'sk_test_demo', apiBase, timeoutMs: 5_000 }));
}, 60_000);
afterAll(async () => {
  await expectBooksInOrder(counter.databaseUrl);
  await poster.close();
  await pool.close();
  await counter.close();
});

describe('an activity that died in the middle', () => {
  it('finds the payment it had made and the tap it had missed, and posts both in one commit', async () => {
    const id = await sale();
    diesAfter = 'present';
    await expect(activities().dispatchSale({ saleId: id, attempt: 1 })).rejects.toThrow('died');
    await reader().tap('4242424242424242');
    expect(await activities().dispatchSale({ saleId: id, attempt: 1 })).toMatchObject({ sale: { state: 'posted' } });
    expect(await bookOf(counter, id)).toHaveLength(2);
    expect(await providerTotals(id)).toMatchObject({ intents: 1, captures: 1, captured_minor: 2500 });
  });

  it('shows the payment on the reader once, although it died before it could say so', async () => {
    const id = await sale();
    diesAfter = 'present';
    await expect(activities().dispatchSale({ saleId: id, attempt: 1 })).rejects.toThrow('died');
    const again = await activities().dispatchSale({ saleId: id, attempt: 1 });
    expect(again).toMatchObject({ kind: 'done', sale: { state: 'awaiting_card', attempt: 1 } });
    await activities().cancelSale({ saleId: id, ending: 'canceled', reason: 'test over', actor: 'test' });
    expect(await providerTotals(id)).toMatchObject({ intents: 1, captures: 0 });
  });

  it('makes one payment, although it died right after making it', async () => {
    const id = await sale();
    diesAfter = 'prepare';
    await expect(activities().dispatchSale({ saleId: id, attempt: 1 })).rejects.toThrow('died');
    expect(await activities().dispatchSale({ saleId: id, attempt: 1 })).toMatchObject({
      sale: { state: 'awaiting_card' },
    });
    await activities().cancelSale({ saleId: id, ending: 'canceled', reason: 'test over', actor: 'test' });
    expect(await providerTotals(id)).toMatchObject({ intents: 1 });
  });

  it('posts money that it had taken and not yet written down, and takes it once', async () => {
    const id = await authorized();
    diesAfter = 'take';
    await expect(activities().takeSale({ saleId: id, actor: 'test' })).rejects.toThrow('died');
    const again = await activities().takeSale({ saleId: id, actor: 'test' });
    expect(again).toMatchObject({ kind: 'done', sale: { state: 'posted', capturedMinor: 2500 } });
    expect(await providerTotals(id)).toMatchObject({ captures: 1, captured_minor: 2500 });
  });

  it('finishes a capture by itself when it only looks: what staff asked for before it died is remembered', async () => {
    const id = await authorized();
    diesAfter = 'readPayment';
    await expect(activities().takeSale({ saleId: id, amountMinor: 2000, actor: 'test' })).rejects.toThrow('died');
    expect(await activities().advanceSale({ saleId: id })).toMatchObject({ state: 'authorized' });
    diesAfter = 'take';
    await expect(activities().takeSale({ saleId: id, amountMinor: 2000, actor: 'test' })).rejects.toThrow('died');
    expect(await activities().advanceSale({ saleId: id })).toMatchObject({ state: 'posted', capturedMinor: 2000 });
  });

  it('ends canceled, although it died after the payment was canceled', async () => {
    const id = await authorized();
    diesAfter = 'withdraw';
    const request = { saleId: id, ending: 'canceled', reason: 'changed mind', actor: 'test' } as const;
    await expect(activities().cancelSale(request)).rejects.toThrow('died');
    expect(await activities().cancelSale(request)).toMatchObject({ kind: 'done', sale: { state: 'canceled' } });
    expect(await providerTotals(id)).toMatchObject({ captures: 0 });
  });

  it('answers what it had written when it runs once more after all was done', async () => {
    const id = await authorized();
    const first = await activities().takeSale({ saleId: id, actor: 'test' });
    const again = await activities().takeSale({ saleId: id, actor: 'test' });
    expect(again).toMatchObject({ kind: first.kind, sale: { state: 'posted', capturedMinor: 2500 } });
    expect(await activities().dispatchSale({ saleId: id, attempt: 1 })).toMatchObject({ kind: 'done' });
    expect(await bookOf(counter, id)).toHaveLength(2);
  });
});

function activities() {
  const mortal: ProcessorPort = {
    capabilities: gateway.capabilities,
    prepare: (request) => mortally('prepare', gateway.prepare(request)),
    present: (request) => mortally('present', gateway.present(request)),
    readPayment: (paymentRef) => mortally('readPayment', gateway.readPayment(paymentRef)),
    take: (request) => mortally('take', gateway.take(request)),
    withdraw: (request) => mortally('withdraw', gateway.withdraw(request)),
    readReader: (readerRef) => mortally('readReader', gateway.readReader(readerRef)),
  };
  return createTerminalSaleActivities({
    orm: counter.orm,
    pool,
    poster,
    gatewayFor: () => mortal,
    now: () => new Date(),
  });
}

/** The effect happens; whether the process lives to see the answer is the test's choice. */
async function mortally<T>(name: keyof ProcessorPort, effect: Promise<T>): Promise<T> {
  const answer = await effect;
  if (diesAfter !== name) return answer;
  diesAfter = undefined;
  throw new Error('died');
}

/** A sale as the API writes it down, before anything began. */
async function sale(captureMode: 'automatic' | 'manual' = 'automatic'): Promise<SaleId> {
  const em = unitOfWork(counter.orm);
  const { site, reader: till } = counter.shop;
  const at = new Date();
  const made = em.create(Sale, {
    id: saleId(newId('sale')),
    organisationId: site.organisationId,
    siteId: site.id,
    processorAccountId: site.processorAccountId,
    currency: 'AUD',
    amountMinor: 2500,
    collection: 'reader',
    readerId: till.id,
    captureMode,
    tipMode: 'none',
    actor: 'test',
    state: 'created',
    createdAt: at,
    updatedAt: at,
  });
  await em.persist(made).flush();
  return made.id;
}

async function authorized(): Promise<SaleId> {
  const id = await sale('manual');
  await activities().dispatchSale({ saleId: id, attempt: 1 });
  await reader().tap('4242424242424242');
  expect(await activities().advanceSale({ saleId: id })).toMatchObject({ state: 'authorized' });
  return id;
}

async function providerTotals(id: string) {
  const { by_metadata: totals } = await counter.control.counters();
  return totals['sale_id']?.[id];
}

function reader() {
  return counter.control.reader(demoNames.reader);
}
