import Stripe from 'stripe';
import { InvariantViolation } from '../domain/invariant.ts';

/** How to reach Stripe, or whatever speaks for it. */
export interface StripeClientOptions {
  readonly apiKey: string;
  /** For example `http://127.0.0.1:4010`; absent: Stripe itself. */
  readonly apiBase?: string | undefined;
  readonly timeoutMs: number;
  /** The connected account every call is made for (terminal.md 4.13); absent: the key's own. */
  readonly account?: string | undefined;
}

type Transport = ReturnType<typeof Stripe.createNodeHttpClient>;

/** Written fields follow this version's rules: `allowed_payment_method_types`, never `payment_method_types` (terminal.md 4.12). */
export const stripeApiVersion = Stripe.API_VERSION;

/**
 * The official client with one retry layer: ours (temporal.md 1.6). A connection that was closed is sent once more by
 * the client itself, which is harmless because every POST carries our key.
 */
export function createStripeClient(options: StripeClientOptions): Stripe {
  return new Stripe(options.apiKey, {
    apiVersion: stripeApiVersion,
    maxNetworkRetries: 0,
    timeout: options.timeoutMs,
    telemetry: false,
    httpClient: keyed(Stripe.createNodeHttpClient()),
    ...(options.account === undefined ? {} : { stripeAccount: options.account }),
    ...addressOf(options.apiBase),
  });
}

function addressOf(apiBase: string | undefined) {
  if (apiBase === undefined) return {};
  const url = new URL(apiBase);
  const protocol = url.protocol === 'http:' ? ('http' as const) : ('https' as const);
  const port = url.port === '' ? (protocol === 'http' ? 80 : 443) : Number(url.port);
  return { host: url.hostname, port, protocol };
}

/**
 * Refuses a POST without a key of ours. The client invents a random one when none is given, so a forgotten key would
 * charge twice after a crash and never be noticed in a test (temporal.md 2.4, trap 19).
 */
function keyed(transport: Transport): Transport {
  const { makeRequest } = transport;
  transport.makeRequest = (...request) => {
    const [, , path, method, headers] = request;
    const key = headers['Idempotency-Key'];
    if (method === 'POST' && (typeof key !== 'string' || key.startsWith('stripe-node-retry-'))) {
      return Promise.reject(new InvariantViolation(`POST ${path} carries no idempotency key of ours.`));
    }
    return makeRequest.apply(transport, request);
  };
  return transport;
}
