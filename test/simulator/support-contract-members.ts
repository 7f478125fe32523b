import { createControlClient } from '../../simulator/control-client.ts';
import type { Shop } from './shop.ts';
import { call, type ContractCall } from './support-contract-call.ts';

/** One call for every operation on which members' money stands, each with its own story before it. */
export const memberCalls: ContractCall[] = [
  call('POST /v1/customers', async () => ({
    params: { email: 'ann@example.org', name: 'Ann', 'address[city]': 'Perth', 'metadata[member]': 'M1' },
  })),
  call('GET /v1/customers', async (shop) => {
    await customer(shop);
    return { params: { limit: '1', email: 'ann@example.org' } };
  }),
  call('GET /v1/customers/{customer}', async (shop) => ({ ids: [await customer(shop)] })),
  call('POST /v1/customers/{customer}', async (shop) => {
    const card = await savedCard(shop);
    const params = { 'invoice_settings[default_payment_method]': card.id, description: 'Ann of the club' };
    return { ids: [card.customer], params };
  }),
  call('DELETE /v1/customers/{customer}', async (shop) => ({ ids: [await customer(shop)] })),
  call('GET /v1/customers/{customer}/payment_methods', async (shop) => ({ ids: [(await savedCard(shop)).customer] })),
  call('GET /v1/customers/{customer}/payment_methods/{payment_method}', async (shop) => {
    const card = await savedCard(shop);
    return { ids: [card.customer, card.id] };
  }),

  call('POST /v1/payment_methods', async () => ({
    params: { type: 'card', 'card[token]': 'tok_visa', 'billing_details[name]': 'Ann' },
  })),
  call('GET /v1/payment_methods', async (shop) => ({
    params: { customer: (await savedCard(shop)).customer, type: 'card' },
  })),
  call('GET /v1/payment_methods/{payment_method}', async (shop) => ({ ids: [(await savedCard(shop)).id] })),
  call('POST /v1/payment_methods/{payment_method}', async (shop) => ({
    ids: [(await savedCard(shop)).id],
    params: { 'billing_details[address][postal_code]': '2000', 'card[exp_year]': '2036' },
  })),
  call('POST /v1/payment_methods/{payment_method}/attach', async (shop) => ({
    ids: ['pm_card_visa'],
    params: { customer: await customer(shop) },
  })),
  call('POST /v1/payment_methods/{payment_method}/detach', async (shop) => ({ ids: [(await savedCard(shop)).id] })),

  call('POST /v1/setup_intents', async (shop) => ({
    params: { customer: await customer(shop), 'payment_method_types[0]': 'card', usage: 'off_session' },
  })),
  call('GET /v1/setup_intents', async (shop) => ({ params: { customer: (await savedBySetup(shop)).customer } })),
  call('GET /v1/setup_intents/{intent}', async (shop) => ({ ids: [(await savedBySetup(shop)).id] })),
  call('POST /v1/setup_intents/{intent}', async (shop) => ({
    ids: [await setup(shop)],
    params: { 'metadata[member]': 'M1' },
  })),
  call('POST /v1/setup_intents/{intent}/confirm', async (shop) => ({
    ids: [await setup(shop)],
    params: { payment_method: 'pm_card_authenticationRequired', return_url: 'http://127.0.0.1:9/back' },
  })),
  call('POST /v1/setup_intents/{intent}/cancel', async (shop) => ({
    ids: [await setup(shop)],
    params: { cancellation_reason: 'abandoned' },
  })),
  call('GET /v1/setup_attempts', async (shop) => ({ params: { setup_intent: (await savedBySetup(shop)).id } })),
  call('POST /v1/payment_intents/{intent}/confirm', async (shop) => ({
    ids: [await checkout(shop)],
    params: { payment_method: 'pm_card_authenticationRequired', return_url: 'http://127.0.0.1:9/back' },
  })),

  call('GET /v1/disputes', async (shop) => ({ params: { charge: (await disputed(shop)).charge } })),
  call('GET /v1/disputes/{dispute}', async (shop) => {
    const { id } = await disputed(shop);
    await createControlClient(shop.simulator.url).dispute(id).win();
    return { ids: [id] };
  }),
  call('POST /v1/disputes/{dispute}', async (shop) => ({
    ids: [(await disputed(shop)).id],
    params: { 'evidence[product_description]': 'A day pass', submit: 'true' },
  })),
  call('POST /v1/disputes/{dispute}/close', async (shop) => ({ ids: [(await disputed(shop)).id] })),
  call('GET /v1/balance', async (shop) => {
    await disputed(shop);
    return {};
  }),
];

async function customer({ stripe }: Shop): Promise<string> {
  return (await stripe.customers.create({ name: 'Ann', email: 'ann@example.org' })).id;
}

async function savedCard(shop: Shop): Promise<{ id: string; customer: string }> {
  const owner = await customer(shop);
  const { id } = await shop.stripe.paymentMethods.attach('pm_card_visa', { customer: owner });
  return { id, customer: owner };
}

async function setup(shop: Shop): Promise<string> {
  return (await shop.stripe.setupIntents.create({ customer: await customer(shop) })).id;
}

/** A SetupIntent that failed once, then succeeded with 3-D Secure. */
async function savedBySetup(shop: Shop): Promise<{ id: string; customer: string }> {
  const id = await setup(shop);
  const page = createControlClient(shop.simulator.url).setupIntent(id);
  await page.confirm('4000000000009995');
  await page.confirm('pm_card_authenticationRequired');
  const { setup_intent: done } = await page.completeAuthentication();
  return { id, customer: done.customer as string };
}

async function checkout({ stripe }: Shop): Promise<string> {
  return (await stripe.paymentIntents.create({ amount: 5000, currency: 'aud' })).id;
}

async function paidOnline(shop: Shop): Promise<string> {
  const id = await checkout(shop);
  await createControlClient(shop.simulator.url).paymentIntent(id).confirm();
  return id;
}

async function disputed(shop: Shop): Promise<{ id: string; charge: string }> {
  const { id, charge } = await createControlClient(shop.simulator.url)
    .paymentIntent(await paidOnline(shop))
    .dispute();
  return { id, charge: charge as string };
}

/** Members at the checkout: everything that an online card can make the simulator tell. */
export async function membersDay(shop: Shop): Promise<void> {
  const card = await savedBySetup(shop);
  const control = createControlClient(shop.simulator.url);
  const page = control.paymentIntent(await checkout(shop));
  await page.confirm('4000000000000002');
  await page.confirm('pm_card_authenticationRequired');
  await page.failAuthentication();
  await page.confirm('pm_card_visa');
  await shop.stripe.setupIntents.cancel(await setup(shop));
  await control.paymentMethod((await savedCard(shop)).id).replace();
  await control.dispute((await disputed(shop)).id).win();
  await control.dispute((await disputed(shop)).id).lose();
  await control.paymentIntent(await paidOnline(shop)).refundInConsole();
  await shop.stripe.customers.update(card.customer, { name: 'Anna' });
  await shop.stripe.customers.del(card.customer);
}
