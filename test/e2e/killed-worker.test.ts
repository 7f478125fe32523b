import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { demoNames } from '../../workers/demo/seed.ts';
import { bookOf, expectBooksInOrder } from '../support/sale-book.ts';
import { forkWorker, killHard, openCounter, type Counter } from '../support/counter.ts';

let counter: Counter;

beforeAll(async () => {
  counter = await openCounter({ without: ['worker'] });
}, 60_000);
afterAll(async () => {
  await expectBooksInOrder(counter.databaseUrl);
  await counter.close();
});

describe('a worker killed while a card is awaited', () => {
  it('loses nothing: another worker finds the tap and posts it once', async () => {
    const first = await forkWorker(counter);
    const made = await counter.till.sell(2500);
    expect(made.status).toBe(201);
    await killHard(first);
    await counter.control.reader(demoNames.reader).tap('4242424242424242');
    const second = await forkWorker(counter);
    await counter.till.until(made.body.id, 'posted', 30_000);
    expect(await bookOf(counter, made.body.id)).toHaveLength(2);
    await killHard(second);
  }, 60_000);
});
