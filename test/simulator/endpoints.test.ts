import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf, openShop, type Shop } from './shop.ts';
import { startReceiver, type Receiver } from './support-webhooks.ts';

let shop: Shop;
let receiver: Receiver;
beforeEach(async () => {
  shop = await openShop();
  receiver = await startReceiver();
});
afterEach(async () => {
  await shop.stop();
  await receiver.close();
});

describe('webhook endpoints', () => {
  it('show their secret once, and are changed, listed and removed', async () => {
    const { webhookEndpoints } = shop.stripe;
    const made = await webhookEndpoints.create({ url: receiver.url, enabled_events: ['charge.captured'] });
    expect(made.secret).toMatch(/^whsec_\w{32}$/);
    expect(await webhookEndpoints.retrieve(made.id)).not.toHaveProperty('secret');
    const [listed] = (await webhookEndpoints.list()).data;
    expect(listed).toMatchObject({ id: made.id, status: 'enabled', enabled_events: ['charge.captured'] });
    expect(await webhookEndpoints.update(made.id, { disabled: true })).toMatchObject({ status: 'disabled' });
    await webhookEndpoints.del(made.id);
    expect((await errorOf(webhookEndpoints.retrieve(made.id))).code).toBe('resource_missing');
  });

  it('get the events they asked for, signed so that the official client accepts them', async () => {
    const { secret = '' } = await shop.stripe.webhookEndpoints.create({
      url: receiver.url,
      enabled_events: ['payment_intent.created', 'payment_intent.canceled'],
    });
    const intent = await shop.intent();
    await shop.process(intent);
    await shop.stripe.paymentIntents.cancel(intent.id);
    const webhooks = await receiver.arrivals(2);
    const events = webhooks.map(({ body, signature }) => shop.stripe.webhooks.constructEvent(body, signature, secret));
    expect(events.map(({ type }) => type).sort()).toEqual(['payment_intent.canceled', 'payment_intent.created']);
    expect(webhooks[0]?.body).toContain(intent.client_secret);
  });

  it('refuse an address that is none and an empty choice of events', async () => {
    const create = (url: string, events: 'charge.captured'[]) =>
      errorOf(shop.stripe.webhookEndpoints.create({ url, enabled_events: events }));
    expect((await create('nowhere', ['charge.captured'])).param).toBe('url');
    expect((await create(receiver.url, [])).param).toBe('enabled_events');
  });
});
