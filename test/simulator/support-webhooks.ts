import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClock } from '../../simulator/clock.ts';
import type { ControlRoute, EventSource, StripeEvent, WebhookEndpointRecord } from '../../simulator/ports.ts';
import { createRandom } from '../../simulator/random.ts';
import type { DeliveryRecord } from '../../simulator/webhooks/delivery-log.ts';
import { createWebhookEngine } from '../../simulator/webhooks/engine.ts';

export interface ReceivedWebhook {
  body: string;
  signature: string;
  event: StripeEvent;
}

/** A real HTTP server that keeps every webhook it gets, in the order of arrival. */
export interface Receiver {
  url: string;
  received: ReceivedWebhook[];
  /** What to answer from now on: a status for each webhook, or `undefined` for no answer at all. */
  answerWith(answer: (webhook: ReceivedWebhook) => number | undefined): void;
  /** Resolves when so many have arrived in all. */
  arrivals(count: number): Promise<ReceivedWebhook[]>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: ReceivedWebhook[] = [];
  const waiting: { count: number; resolve(): void }[] = [];
  let answer: (webhook: ReceivedWebhook) => number | undefined = () => 200;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const webhook = {
        body,
        signature: String(request.headers['stripe-signature']),
        event: JSON.parse(body) as StripeEvent,
      };
      received.push(webhook);
      const status = answer(webhook);
      if (status !== undefined) response.writeHead(status).end();
      for (const waiter of waiting) if (received.length >= waiter.count) waiter.resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/stripe`,
    received,
    answerWith(chosen) {
      answer = chosen;
    },
    arrivals(count) {
      if (received.length >= count) return Promise.resolve(received);
      return new Promise((resolve) => {
        waiting.push({
          count,
          resolve: () => {
            resolve(received);
          },
        });
      });
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

/** The webhook engine with a plain list of endpoints and events in the place of the simulator's core. */
export function createStage(endpoints: WebhookEndpointRecord[]) {
  const clock = createClock();
  const random = createRandom(7);
  const events = new Map<string, StripeEvent>();
  const pendingSeen: { event: string; count: number }[] = [];
  const source: EventSource = {
    endpoints: (account) => (account === 'acct_main' ? endpoints : []),
    event: (_account, id) => events.get(id),
    newEventId: () => random.id('evt_', 24),
    record: (_account, event) => {
      events.set(event.id, event);
    },
    setPendingWebhooks: (_account, event, count) => {
      pendingSeen.push({ event, count });
    },
  };
  const engine = createWebhookEngine({ clock, random, source });
  const control = controlOf(engine.routes);
  return {
    clock,
    engine,
    events,
    pendingSeen,
    control,
    rule: (rule: Record<string, unknown>) => control('POST', '/_control/webhooks/rules', rule),
    async deliveries(): Promise<DeliveryRecord[]> {
      return ((await control('GET', '/_control/deliveries')) as { deliveries: DeliveryRecord[] }).deliveries;
    },
    /** Something has happened to an object: an event is generated. */
    happens(type: string, object: Record<string, unknown> = { id: 'pi_1', amount: 1200 }): StripeEvent {
      const event: StripeEvent = {
        id: source.newEventId(),
        object: 'event',
        api_version: '2026-10-28.endive',
        created: 1_700_000_000,
        type,
        livemode: false,
        pending_webhooks: 0,
        request: { id: null, idempotency_key: null },
        data: { object: { ...object } },
      };
      events.set(event.id, event);
      engine.accept('acct_main', event);
      return event;
    },
  };
}

export function endpointAt(url: string, change: Partial<WebhookEndpointRecord> = {}): WebhookEndpointRecord {
  return {
    id: 'we_1',
    url,
    secrets: ['whsec_now'],
    enabled_events: ['*'],
    api_version: null,
    status: 'enabled',
    connect: false,
    ...change,
  };
}

/** Calls control routes without HTTP: the server around them is the core's. */
export function controlOf(routes: readonly ControlRoute[]) {
  return async (method: ControlRoute['method'], path: string, body?: unknown): Promise<unknown> => {
    const url = new URL(path, 'http://control');
    for (const route of routes) {
      const params = route.method === method ? paramsOf(route.path, url.pathname) : undefined;
      if (params) return await route.handle({ body, params, query: url.searchParams });
    }
    throw new Error(`no control route for ${method} ${path}`);
  };
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const names = pattern.split('/');
  const parts = path.split('/');
  if (names.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const part = parts[index] ?? '';
    if (name.startsWith(':')) params[name.slice(1)] = part;
    else if (name !== part) return undefined;
  }
  return params;
}
