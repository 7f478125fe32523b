import type { Clock, EventSource, StripeEvent, WebhookEndpointRecord } from '../ports.ts';
import type { DeliveryLog, DeliveryRecord } from './delivery-log.ts';
import type { Parcel } from './dispatcher.ts';
import { inVersion } from '../wire/versions.ts';
import { objectIdOf, type DeliveryPlan } from './rules.ts';

/** What is delivered: one event to one endpoint. */
export interface Consignment {
  account: string;
  event: StripeEvent;
  endpoint: WebhookEndpointRecord;
  cause: DeliveryRecord['cause'];
}

/** Makes the parcels of an event and enters each in the log. */
export class ParcelMaker {
  readonly #clock: Clock;
  readonly #log: DeliveryLog;
  #lastNumber = 0;

  constructor(clock: Clock, log: DeliveryLog) {
    this.#clock = clock;
    this.#log = log;
  }

  parcels({ account, event, endpoint, cause }: Consignment, plan: DeliveryPlan): Parcel[] {
    const body = JSON.stringify(asEndpointKnows(event, endpoint));
    return Array.from({ length: plan.copies }, (_, index) => {
      this.#lastNumber += 1;
      const record: DeliveryRecord = {
        id: `whd_${this.#lastNumber}`,
        event: event.id,
        type: event.type,
        object: objectIdOf(event),
        account,
        endpoint: endpoint.id,
        url: endpoint.url,
        copy: index + 1,
        cause,
        signature: plan.signature,
        status: 'waiting',
        acceptedAtMs: this.#clock.nowMs(),
        attempts: [],
      };
      this.#log.add(record);
      return { record, body, shiftSeconds: plan.shiftSeconds };
    });
  }
}

/** The payload's version is the endpoint's, or else the account's; never the caller's (terminal.md 4.3). */
function asEndpointKnows(event: StripeEvent, { api_version: version }: WebhookEndpointRecord): object {
  return version === null ? event : { ...inVersion(event, version), api_version: version };
}

const remembered = 20_000;

/** Keeps `pending_webhooks`: how many endpoints have not yet taken an event. */
export class PendingWebhooks {
  readonly #source: EventSource;
  readonly #waiting = new Map<string, Set<string>>();

  constructor(source: EventSource) {
    this.#source = source;
  }

  expect(account: string, eventId: string, endpoints: readonly WebhookEndpointRecord[]): void {
    // What nobody takes is forgotten in the end, so that a day without a receiver does not fill the memory.
    const [oldest] = this.#waiting.size < remembered ? [] : this.#waiting.keys();
    if (oldest !== undefined) this.#waiting.delete(oldest);
    this.#waiting.set(eventId, new Set(endpoints.map(({ id }) => id)));
    this.#source.setPendingWebhooks(account, eventId, endpoints.length);
  }

  taken({ account, event, endpoint }: DeliveryRecord): void {
    const waiting = this.#waiting.get(event);
    if (!waiting?.delete(endpoint)) return;
    this.#source.setPendingWebhooks(account, event, waiting.size);
    if (waiting.size === 0) this.#waiting.delete(event);
  }

  clear(): void {
    this.#waiting.clear();
  }
}
