import type Stripe from 'stripe';
import type { Shop } from './shop.ts';
import { call, type ContractCall } from './support-contract-call.ts';
import { memberCalls } from './support-contract-members.ts';
import { mockedVersion } from './support-stripe-mock.ts';

const cart = {
  type: 'cart',
  'cart[currency]': 'aud',
  'cart[total]': '500',
  'cart[line_items][0][amount]': '500',
  'cart[line_items][0][description]': 'Towel',
  'cart[line_items][0][quantity]': '1',
};
const question = {
  'inputs[0][type]': 'email',
  'inputs[0][custom_text][title]': 'Where to?',
};
const card = { type: 'card_present', 'card_present[number]': '4242424242424242' };

/** One call for every operation that both serve, each with its own story before it. */
export const contractCalls: ContractCall[] = [
  ...memberCalls,
  call('GET /v1/account', async () => ({})),
  call('GET /v1/accounts/{account}', async () => ({ ids: ['acct_demo'] })),

  call('POST /v1/terminal/locations', async () => ({
    params: { display_name: 'Pool', 'address[country]': 'AU', 'address[city]': 'Perth', 'metadata[a]': 'b' },
  })),
  call('GET /v1/terminal/locations', async () => ({ params: { limit: '1' } })),
  call('GET /v1/terminal/locations/{location}', async ({ location }) => ({ ids: [location] })),
  call('POST /v1/terminal/locations/{location}', async ({ location }) => ({
    ids: [location],
    params: { display_name: 'Hall' },
  })),
  call('DELETE /v1/terminal/locations/{location}', async ({ stripe }) => {
    const { id } = await stripe.terminal.locations.create({ display_name: 'Old', address: { country: 'AU' } });
    return { ids: [id] };
  }),
  call('POST /v1/terminal/connection_tokens', async ({ location }) => ({ params: { location } })),

  call('POST /v1/terminal/readers', async ({ location }) => ({
    params: { registration_code: 'simulated-wpe', label: 'Till 2', location },
  })),
  call('GET /v1/terminal/readers', async ({ location }) => ({ params: { location } })),
  call('GET /v1/terminal/readers/{reader}', async (shop) => {
    await declined(shop);
    return { ids: [shop.reader] };
  }),
  call('POST /v1/terminal/readers/{reader}', async ({ reader }) => ({ ids: [reader], params: { label: 'Till 1' } })),
  call('DELETE /v1/terminal/readers/{reader}', async ({ stripe, location }) => {
    const { id } = await stripe.terminal.readers.create({ registration_code: 'simulated-wpe', location });
    return { ids: [id] };
  }),
  call('POST /v1/terminal/readers/{reader}/process_payment_intent', async (shop) => ({
    ids: [shop.reader],
    params: {
      payment_intent: (await intentFor(shop)).id,
      'process_config[enable_customer_cancellation]': 'true',
      'process_config[tipping][amount_eligible]': '1500',
    },
  })),
  call('POST /v1/terminal/readers/{reader}/collect_payment_method', async (shop) => ({
    ids: [shop.reader],
    params: { payment_intent: (await intentFor(shop)).id, 'collect_config[skip_tipping]': 'true' },
  })),
  call('POST /v1/terminal/readers/{reader}/confirm_payment_intent', async (shop) => {
    const intent = await intentFor(shop);
    await shop.stripe.terminal.readers.collectPaymentMethod(shop.reader, { payment_intent: intent.id });
    await shop.present();
    return { ids: [shop.reader], params: { payment_intent: intent.id } };
  }),
  call('POST /v1/terminal/readers/{reader}/refund_payment', async (shop) => ({
    ids: [shop.reader],
    params: { payment_intent: (await captured(shop)).id, amount: '700' },
  })),
  call('POST /v1/terminal/readers/{reader}/set_reader_display', async ({ reader }) => ({
    ids: [reader],
    params: cart,
  })),
  call('POST /v1/terminal/readers/{reader}/collect_inputs', async ({ reader }) => ({
    ids: [reader],
    params: question,
  })),
  call('POST /v1/terminal/readers/{reader}/cancel_action', async (shop) => {
    await shop.process(await intentFor(shop));
    return { ids: [shop.reader] };
  }),
  call('POST /v1/test_helpers/terminal/readers/{reader}/present_payment_method', async (shop) => {
    await shop.process(await intentFor(shop));
    return { ids: [shop.reader], params: card };
  }),
  call('POST /v1/test_helpers/terminal/readers/{reader}/succeed_input_collection', async (shop) => {
    await asked(shop);
    return { ids: [shop.reader] };
  }),
  call('POST /v1/test_helpers/terminal/readers/{reader}/timeout_input_collection', async (shop) => {
    await asked(shop);
    return { ids: [shop.reader] };
  }),

  call('POST /v1/payment_intents', async () => ({
    params: {
      amount: '2500',
      currency: 'aud',
      'payment_method_types[0]': 'card_present',
      capture_method: 'manual',
      description: 'Day pass',
      'metadata[sale]': 'S1',
      'payment_method_options[card_present][request_extended_authorization]': 'true',
    },
  })),
  call('GET /v1/payment_intents', async (shop) => {
    await captured(shop);
    return { params: { limit: '1' } };
  }),
  call('GET /v1/payment_intents/search', async (shop) => {
    await shop.control('POST', '/_control/settings', { searchLagMs: 0 });
    await authorized(shop);
    return { params: { query: 'status:"requires_capture"' } };
  }),
  call('GET /v1/payment_intents/{intent}', async (shop) => ({ ids: [(await declined(shop)).id] })),
  call('POST /v1/payment_intents/{intent}', async (shop) => ({
    ids: [(await intentFor(shop)).id],
    params: { amount: '2600', description: 'Two day passes' },
  })),
  call('POST /v1/payment_intents/{intent}/capture', async (shop) => ({
    ids: [(await authorized(shop)).id],
    params: { amount_to_capture: '2000' },
  })),
  call('POST /v1/payment_intents/{intent}/cancel', async (shop) => ({
    ids: [(await authorized(shop)).id],
    params: { cancellation_reason: 'requested_by_customer' },
  })),
  call('POST /v1/payment_intents/{intent}/increment_authorization', async (shop) => {
    const options = { card_present: { request_incremental_authorization_support: true } };
    const intent = await intentFor(shop, { payment_method_options: options });
    await shop.process(intent);
    await shop.present();
    return { ids: [intent.id], params: { amount: '3000' } };
  }),

  call('GET /v1/charges', async (shop) => ({ params: { payment_intent: (await declined(shop)).id } })),
  call('GET /v1/charges/{charge}', async (shop) => ({ ids: [chargeOf(await captured(shop))] })),
  call('POST /v1/charges/{charge}', async (shop) => ({
    ids: [chargeOf(await captured(shop))],
    params: { description: 'Day pass' },
  })),
  call('POST /v1/refunds', async (shop) => ({
    params: { payment_intent: (await captured(shop)).id, amount: '500', reason: 'requested_by_customer' },
  })),
  call('GET /v1/refunds', async (shop) => ({ params: { payment_intent: (await refunded(shop)).payment_intent } })),
  call('GET /v1/refunds/{refund}', async (shop) => {
    const { id } = await refunded(shop);
    await shop.control('POST', `/_control/refunds/${id}/fail`);
    return { ids: [id] };
  }),
  call('POST /v1/refunds/{refund}', async (shop) => ({
    ids: [(await refunded(shop)).id],
    params: { 'metadata[why]': 'closed' },
  })),
  {
    // Only a refund that waits for the customer can be canceled; those of cards at a reader never do.
    ...call('POST /v1/refunds/{refund}/cancel', async (shop) => ({ ids: [(await refunded(shop)).id] })),
    refusedWith: 400,
  },
  call('GET /v1/balance_transactions', async (shop) => {
    await refunded(shop);
    return { params: { limit: '2' } };
  }),
  call('GET /v1/balance_transactions/{id}', async (shop) => {
    const { latest_charge: charge } = await shop.read(await captured(shop));
    return { ids: [charge!.balance_transaction as string] };
  }),

  call('GET /v1/payouts', async (shop) => {
    await shop.control('POST', '/_control/payouts', { currency: 'aud', amount: 100 });
    return { params: { limit: '2' } };
  }),
  call('GET /v1/payouts/{payout}', async (shop) => {
    const made = await shop.control('POST', '/_control/payouts', { currency: 'aud', amount: 100 });
    return { ids: [(made as { id: string }).id] };
  }),

  call('POST /v1/transfers', async (shop) => ({ params: await transferWish(shop) })),
  call('GET /v1/transfers', async (shop) => {
    await transferred(shop);
    return { params: { limit: '2', destination: connectedAccount } };
  }),
  call('GET /v1/transfers/{transfer}', async (shop) => ({ ids: [await transferred(shop)] })),
  call('GET /v1/transfers/{id}/reversals', async (shop) => {
    const id = await transferred(shop);
    await shop.stripe.transfers.createReversal(id, { amount: 40 });
    return { ids: [id], params: { limit: '2' } };
  }),
  call('POST /v1/transfers/{id}/reversals', async (shop) => ({
    ids: [await transferred(shop)],
    params: { amount: '40' },
  })),

  call('GET /v1/events', async (shop) => {
    await captured(shop);
    return { params: { limit: '100' } };
  }),
  call('GET /v1/events/{id}', async (shop) => {
    const { data } = await shop.stripe.events.list({ limit: 1 });
    return { ids: [data[0]!.id] };
  }),

  call('POST /v1/webhook_endpoints', async () => ({
    params: { url: 'http://127.0.0.1:9/hook', 'enabled_events[0]': '*', description: 'Till' },
  })),
  call('GET /v1/webhook_endpoints', async (shop) => {
    await endpointOf(shop);
    return {};
  }),
  call('GET /v1/webhook_endpoints/{webhook_endpoint}', async (shop) => ({ ids: [await endpointOf(shop)] })),
  call('POST /v1/webhook_endpoints/{webhook_endpoint}', async (shop) => ({
    ids: [await endpointOf(shop)],
    params: { disabled: 'true' },
  })),
  call('DELETE /v1/webhook_endpoints/{webhook_endpoint}', async (shop) => ({ ids: [await endpointOf(shop)] })),
];

/** An intent for a card at the reader, made as the mock's version makes it (terminal.md 4.12). */
export function intentFor({ stripe }: Shop, change: object = {}): Promise<Stripe.PaymentIntent> {
  const params = {
    ...{ amount: 2500, currency: 'aud', capture_method: 'manual', payment_method_types: ['card_present'] },
    ...change,
  } as Stripe.PaymentIntentCreateParams;
  return stripe.paymentIntents.create(params, { apiVersion: mockedVersion });
}

/** An intent whose card was read and approved. */
export async function authorized(shop: Shop) {
  const intent = await intentFor(shop);
  await shop.process(intent);
  await shop.present();
  return intent;
}

/** Captured, and its balance transaction known. */
export async function captured(shop: Shop) {
  await shop.control('POST', '/_control/settings', { balanceTransactionDelayMs: 0 });
  const { id } = await authorized(shop);
  const intent = await shop.stripe.paymentIntents.capture(id);
  await shop.control('POST', '/_control/clock/advance', { seconds: 1 });
  return intent;
}

/** An intent whose last card was declined. */
export async function declined(shop: Shop) {
  const intent = await intentFor(shop);
  await shop.process(intent);
  await shop.present('4000000000009995');
  return intent;
}

async function refunded(shop: Shop) {
  const { id } = await captured(shop);
  const refund = await shop.stripe.refunds.create({ payment_intent: id, amount: 300 });
  return { id: refund.id, payment_intent: id };
}

async function asked({ stripe, reader }: Shop): Promise<void> {
  await stripe.terminal.readers.collectInputs(reader, {
    inputs: [{ type: 'email', custom_text: { title: 'Where to?' } }],
  });
}

async function endpointOf({ stripe }: Shop): Promise<string> {
  return (await stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:9/hook', enabled_events: ['*'] })).id;
}

function chargeOf({ latest_charge: charge }: { latest_charge: unknown }): string {
  return String(charge);
}

const connectedAccount = 'acct_contract';

/** What a transfer wants, where there is money for it and an account to go to. */
async function transferWish(shop: Shop): Promise<Record<string, string>> {
  await shop.control('POST', '/_control/balance', { currency: 'aud', available_minor: 1_000 });
  await shop.control('POST', '/_control/seed', { accounts: [{ id: connectedAccount, platform: 'acct_demo' }] });
  return { amount: '100', currency: 'aud', destination: connectedAccount, 'metadata[payout_id]': 'po_1' };
}

async function transferred(shop: Shop): Promise<string> {
  const { destination } = await transferWish(shop);
  return (await shop.stripe.transfers.create({ amount: 100, currency: 'aud', destination: destination ?? '' })).id;
}
