/**
 * The seams of the simulator: what the core, the webhook engine and the fault engine offer each other.
 * Each side depends on this file only, so each can be tested with a stand-in of the other.
 */

/** Milliseconds of the simulator's own clock: real time plus an offset that the control plane moves. */
export interface Clock {
  nowMs(): number;
  /** Runs `action` once, `delayMs` of simulated time from now (fires early when the clock is advanced over it). */
  after(delayMs: number, action: () => void): { cancel(): void };
  advance(ms: number): void;
}

/** Seeded randomness; the only source of it. */
export interface Random {
  /** A number in [0,1). */
  next(): number;
  id(prefix: string, length: number): string;
}

/** An event as Stripe lists it; `account` only for events of connected accounts. */
export interface StripeEvent {
  id: string;
  object: 'event';
  api_version: string;
  created: number;
  type: string;
  account?: string;
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
}

/** A webhook endpoint with its secrets: two while one is being rotated out. */
export interface WebhookEndpointRecord {
  id: string;
  url: string;
  secrets: string[];
  enabled_events: string[];
  api_version: string | null;
  status: 'enabled' | 'disabled';
  connect: boolean;
}

/** What the webhook engine offers the core. */
export interface EventSink {
  /**
   * Called for each event, in the order generated. `beforeResponse` lets a rule deliver before the API answer is
   * sent: the core awaits `flushBeforeResponse()` just before answering a request.
   */
  accept(accountId: string, event: StripeEvent): void;
  flushBeforeResponse(): Promise<void>;
}

/** What the core offers the webhook engine. */
export interface EventSource {
  endpoints(accountId: string): readonly WebhookEndpointRecord[];
  event(accountId: string, id: string): StripeEvent | undefined;
  newEventId(): string;
  /** Registers an event made by a rule (twin, unknown type) so that it can be listed and resent. */
  record(accountId: string, event: StripeEvent): void;
  setPendingWebhooks(accountId: string, eventId: string, count: number): void;
}

/** One API request as the fault engine matches it. */
export interface ApiRequest {
  method: string;
  path: string;
  accountId: string;
  params: Record<string, unknown>;
  headers: Record<string, string | undefined>;
  idempotencyKey: string | undefined;
}

/** A fault to inject for one request. executed: run the request first; stored: keep its (or the fault's) answer under the idempotency key. */
export type Fault =
  | {
      kind: 'respond';
      status: number;
      headers?: Record<string, string>;
      body: string;
      contentType?: string;
      executed: boolean;
      stored: 'none' | 'fault' | 'result';
    }
  | { kind: 'reset'; executed: boolean; stored: 'none' | 'result' }
  | { kind: 'truncate' }
  | { kind: 'delay'; ms: number };

/** What the fault engine offers the core: asked once for each API request. */
export interface FaultEngine {
  faultFor(request: ApiRequest): Fault | undefined;
}

/** A control-plane route: `handle` gets the parsed JSON body and path parameters, answers JSON. Both sides register theirs. */
export interface ControlRoute {
  method: 'GET' | 'POST' | 'DELETE';
  /** For example '/_control/faults/:id'. */
  path: string;
  handle(input: { body: unknown; params: Record<string, string>; query: URLSearchParams }): unknown;
}
