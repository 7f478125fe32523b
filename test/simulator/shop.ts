import Stripe from 'stripe';
import { startSimulator, type Simulator } from '../../simulator/server.ts';

/** A simulator with the official client before it, one location and one reader. */
export interface Shop {
  simulator: Simulator;
  stripe: Stripe;
  reader: string;
  location: string;
  /** An intent for cards at a reader: manual capture, A$25.00, unless said otherwise. */
  intent(change?: Partial<Stripe.PaymentIntentCreateParams>): Promise<Stripe.PaymentIntent>;
  /** Puts the intent on the reader. */
  process(intent: { id: string }, change?: Partial<Stripe.Terminal.ReaderProcessPaymentIntentParams>): Promise<Action>;
  /** Shows a card to the reader; what the reader then is doing. */
  present(number?: string): Promise<Action>;
  /** The intent with its latest charge. */
  read(intent: { id: string }): Promise<Stripe.PaymentIntent & { latest_charge: Stripe.Charge | null }>;
  /** Types of all events so far, oldest first. */
  eventTypes(): Promise<string[]>;
  /** A call of the control plane. Refusals are thrown. */
  control<T = Record<string, unknown>>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T>;
  /** A raw call of the API. */
  call(method: string, path: string, options?: RawCall): Promise<RawAnswer>;
  stop(): Promise<void>;
}
export type Action = Stripe.Terminal.Reader.Action | null;
export interface RawCall {
  body?: string;
  headers?: Record<string, string>;
}
export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: { error?: { type: string; code?: string; param?: string; message: string } } & Record<string, unknown>;
}

export function clientFor(simulator: Simulator, key = 'sk_test_demo', more: Stripe.StripeConfig = {}): Stripe {
  const { host, port } = simulator;
  return new Stripe(key, { host, port, protocol: 'http', maxNetworkRetries: 0, ...more });
}

export async function openShop(seed = 7): Promise<Shop> {
  const simulator = await startSimulator({ seed });
  const stripe = clientFor(simulator);
  const place = await stripe.terminal.locations.create({ display_name: 'Gym', address: { country: 'AU' } });
  const { id: reader } = await stripe.terminal.readers.create({
    registration_code: 'simulated-s700',
    location: place.id,
  });
  return {
    ...{ simulator, stripe, reader, location: place.id },
    intent: (change = {}) =>
      stripe.paymentIntents.create({
        ...{ amount: 2500, currency: 'aud', capture_method: 'manual' },
        allowed_payment_method_types: ['card_present'],
        ...change,
      }),
    process: async ({ id }, change = {}) =>
      (await stripe.terminal.readers.processPaymentIntent(reader, { payment_intent: id, ...change })).action,
    present: async (number = '4242424242424242') => {
      const card = { card_present: { number } };
      return (await stripe.testHelpers.terminal.readers.presentPaymentMethod(reader, card)).action;
    },
    read: async ({ id }) =>
      (await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })) as Awaited<ReturnType<Shop['read']>>,
    eventTypes: async () => (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type).reverse(),
    control: (method, path, body) => control(simulator, { method, path, body }),
    call: (method, path, options) => rawCall(simulator, { method, path, ...options }),
    stop: () => simulator.stop(),
  };
}

async function control<T>(
  { url }: Simulator,
  { method, path, body }: { method: string; path: string; body: object | undefined },
): Promise<T> {
  const response = await fetch(url + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer as T;
}

async function rawCall(
  { url }: Simulator,
  { method, path, body, headers }: RawCall & { method: string; path: string },
): Promise<RawAnswer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: 'Bearer sk_test_demo',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as RawAnswer['body'] };
}

/** The error a call ends with; a call that succeeds is a failure of the test. */
export async function errorOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('the call was expected to fail');
}
