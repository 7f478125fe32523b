import type Stripe from 'stripe';
import { startSimulator } from '../../simulator/server.ts';
import type { PresentRequest, ProcessorPort } from '../../src/domain/counter/processor-port.ts';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import { createStripeTerminalGateway } from '../../src/stripe/terminal-gateway.ts';

/** A simulated Stripe with one reader, and the gateway that speaks to it through the official client. */
export interface SimulatedStripe {
  readonly url: string;
  readonly stripe: Stripe;
  readonly gateway: ProcessorPort;
  readonly reader: string;
  /** Back to nothing but the reader. */
  reset(): Promise<void>;
  /** How the reader behaves from now on (simulator/readers/device.ts). */
  behave(mode: object): Promise<unknown>;
  /** A card at the reader, now. */
  tap(card?: string): Promise<unknown>;
  /** Injects a fault (simulator/faults/presets.ts). */
  fault(rule: object): Promise<unknown>;
  control<T = unknown>(method: 'GET' | 'POST', path: string, body?: object): Promise<T>;
  /** Every API request that arrived since the reset, in order. */
  requests(path: string): Promise<{ method: string; path: string; idempotencyKey: string | null; status: number }[]>;
  /** A payment of 25.00 AUD, prepared under `sale-<id>`. */
  prepared(change?: { captureMode?: 'manual' | 'automatic'; amountMinor?: number }): Promise<string>;
  present(paymentRef: string, change?: Partial<PresentRequest>): ReturnType<ProcessorPort['present']>;
  stop(): Promise<void>;
}

const location = 'tml_front';
const reader = 'tmr_till_1';

/** Starts it on a free port. */
export async function simulatedStripe(timeoutMs = 3_000): Promise<SimulatedStripe> {
  const simulator = await startSimulator({ seed: 7 });
  const stripe = createStripeClient({ apiKey: 'sk_test_demo', apiBase: simulator.url, timeoutMs });
  const gateway = createStripeTerminalGateway(stripe);
  const control = async <T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${simulator.url}/_control${path}`, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  let sales = 0;
  const self: SimulatedStripe = {
    ...{ url: simulator.url, stripe, gateway, reader, control },
    async reset() {
      await control('POST', '/reset', {});
      const account = { id: 'acct_demo', locations: [{ id: location }], readers: [{ id: reader, location }] };
      await control('POST', '/seed', { accounts: [account] });
    },
    behave: (mode) => control('POST', `/readers/${reader}/mode`, mode),
    tap: (card) => control('POST', `/readers/${reader}/tap`, card === undefined ? {} : { card }),
    fault: (rule) => control('POST', '/faults', rule),
    async requests(path) {
      const { requests } = await control<{ requests: RequestRecord[] }>('GET', '/requests');
      return requests
        .filter((request) => request.path.endsWith(path))
        .map(({ method, path: at, idempotency_key: key, status }) => ({
          method,
          path: at,
          idempotencyKey: key,
          status,
        }));
    },
    async prepared(change = {}) {
      const saleId = `sal_${(sales += 1)}`;
      const payment = await gateway.prepare({
        ...{ key: `sale-${saleId}-intent-1`, saleId, amountMinor: 2_500, currency: 'AUD', captureMode: 'manual' },
        ...{ description: null, metadata: { site: 'front' } },
        ...change,
      });
      return payment.paymentRef;
    },
    present: (paymentRef, change = {}) =>
      gateway.present({ key: `attempt-1-${paymentRef}`, readerRef: reader, paymentRef, tipMode: 'none', ...change }),
    stop: () => simulator.stop(),
  };
  await self.reset();
  return self;
}

interface RequestRecord {
  readonly method: string;
  readonly path: string;
  readonly idempotency_key: string | null;
  readonly status: number;
}
