import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errorOf, openShop, type Shop } from './shop.ts';

let shop: Shop;
const ids: string[] = [];
beforeAll(async () => {
  shop = await openShop();
  for (let number = 0; number < 25; number += 1) {
    const { id } = await shop.intent({ amount: 1000 + number, metadata: { number: String(number) } });
    ids.unshift(id);
  }
});
afterAll(() => shop.stop());

const page = async (params: object) => {
  const { data, has_more: more } = await shop.stripe.paymentIntents.list(params);
  return { ids: data.map(({ id }) => id), more };
};

describe('paging', () => {
  it('answers the ten newest first, and says that there are more', async () => {
    expect(await page({})).toEqual({ ids: ids.slice(0, 10), more: true });
    const raw = await shop.call('GET', '/v1/payment_intents?limit=1');
    expect(raw.body).toMatchObject({ object: 'list', url: '/v1/payment_intents', has_more: true });
  });

  it('goes on after an id, back before an id, and ends', async () => {
    expect(await page({ limit: 10, starting_after: ids[9] })).toEqual({ ids: ids.slice(10, 20), more: true });
    expect(await page({ limit: 10, starting_after: ids[19] })).toEqual({ ids: ids.slice(20), more: false });
    expect(await page({ limit: 5, ending_before: ids[10] })).toEqual({ ids: ids.slice(5, 10), more: true });
    expect(await page({ limit: 20, ending_before: ids[3] })).toEqual({ ids: ids.slice(0, 3), more: false });
  });

  it('serves the client’s own paging to the end, each object once', async () => {
    const seen: string[] = [];
    for await (const { id } of shop.stripe.paymentIntents.list({ limit: 7 })) seen.push(id);
    expect(seen).toEqual(ids);
  });

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 101 }, 'limit'],
    [{ starting_after: 'pi_unknown' }, 'starting_after'],
  ])('refuses %j', async (params, param) => {
    expect(await errorOf(shop.stripe.paymentIntents.list(params))).toMatchObject({ param });
  });

  it('filters by the time of creation', async () => {
    const { now_ms: nowMs } = await shop.control<{ now_ms: number }>('POST', '/_control/clock/advance', { hours: 1 });
    const later = await shop.intent();
    const since = Math.floor(nowMs / 1000);
    expect((await page({ created: { gte: since } })).ids).toEqual([later.id]);
    expect((await page({ limit: 100, created: { lt: since } })).ids).toHaveLength(25);
    await shop.stripe.paymentIntents.cancel(later.id);
  });
});

describe('events', () => {
  it('are filtered by one type, by several and by a family, but not by both ways at once', async () => {
    const types = async (params: object) =>
      new Set((await shop.stripe.events.list({ limit: 100, ...params })).data.map(({ type }) => type));
    expect(await types({ type: 'payment_intent.canceled' })).toEqual(new Set(['payment_intent.canceled']));
    expect(await types({ types: ['payment_intent.canceled', 'payment_intent.created'] })).toEqual(
      new Set(['payment_intent.canceled', 'payment_intent.created']),
    );
    expect(await types({ type: 'charge.*' })).toEqual(new Set());
    const both = shop.stripe.events.list({ type: 'a', types: ['b'] });
    expect((await errorOf(both)).statusCode).toBe(400);
  });

  it('carry the object as it was at that moment, with its client secret, and the request that caused them', async () => {
    const intent = await shop.stripe.paymentIntents.create(
      { amount: 2500, currency: 'aud' },
      { idempotencyKey: 'for-event' },
    );
    await shop.stripe.paymentIntents.update(intent.id, { amount: 2600 });
    const [event] = (await shop.stripe.events.list({ limit: 1 })).data;
    expect(event).toMatchObject({
      type: 'payment_intent.created',
      data: { object: { id: intent.id, amount: 2500, client_secret: intent.client_secret } },
      request: { idempotency_key: 'for-event' },
      pending_webhooks: 0,
    });
    expect(event?.request?.id).toMatch(/^req_/);
    expect((await shop.stripe.events.retrieve(event?.id ?? '')).id).toBe(event?.id);
  });

  it('fall out of the log when it is full, the oldest first', async () => {
    await shop.control('POST', '/_control/settings', { keptEvents: 3 });
    await shop.intent();
    expect((await shop.eventTypes()).length).toBe(3);
    await shop.control('POST', '/_control/settings', { keptEvents: 1000 });
  });
});

describe('searching intents', () => {
  const search = async (query: string) =>
    (await shop.stripe.paymentIntents.search({ query, limit: 100 })).data.map(({ id }) => id);

  it('does not find what is new or changed until the lag has passed', async () => {
    const intent = await shop.intent({ metadata: { order: 'O1' } });
    expect(await search("metadata['order']:'O1'")).toEqual([]);
    await shop.control('POST', '/_control/clock/advance', { seconds: 60 });
    expect(await search("metadata['order']:'O1'")).toEqual([intent.id]);
    await shop.stripe.paymentIntents.cancel(intent.id);
    expect(await search("metadata['order']:'O1' AND status:'canceled'")).toEqual([]);
    await shop.control('POST', '/_control/clock/advance', { seconds: 60 });
    expect(await search("metadata['order']:'O1' AND status:'canceled'")).toEqual([intent.id]);
  });

  it('joins clauses by AND or by OR, negates, compares and finds within', async () => {
    expect(await search("metadata['number']:'3' OR metadata['number']:'4'")).toEqual([ids[20], ids[21]]);
    expect(await search('amount>=1023 AND amount<1025')).toEqual([ids[0], ids[1]]);
    expect(await search("metadata['number']~'2' AND -metadata['number']:'2' AND amount<1020")).toEqual([ids[12]]);
    expect((await errorOf(shop.stripe.paymentIntents.search({ query: "a:'1' AND b:'2' OR c:'3'" }))).statusCode).toBe(
      400,
    );
    expect((await errorOf(shop.stripe.paymentIntents.search({ query: 'nonsense' }))).statusCode).toBe(400);
  });

  it('pages', async () => {
    const query = 'amount>=1000 AND amount<1025';
    const first = await shop.stripe.paymentIntents.search({ query, limit: 20 });
    expect(first).toMatchObject({ object: 'search_result', has_more: true });
    const rest = await shop.stripe.paymentIntents.search({ query, limit: 20, page: first.next_page ?? '' });
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual(ids);
    expect(rest).toMatchObject({ has_more: false, next_page: null });
  });
});
