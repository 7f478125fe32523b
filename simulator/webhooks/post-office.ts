import type { EventSource, StripeEvent, WebhookEndpointRecord } from '../ports.ts';
import type { DeliveryRecord } from './delivery-log.ts';
import type { Dispatcher } from './dispatcher.ts';
import { HoldingArea } from './holding-area.ts';
import type { Consignment, ParcelMaker, PendingWebhooks } from './parcels.ts';
import { honestDelivery, type DeliveryPlan } from './rules.ts';

interface PostOfficeParts {
  dispatcher: Dispatcher;
  maker: ParcelMaker;
}

/** Turns an event and the plan for it into deliveries to each endpoint that wants it. */
export class PostOffice {
  readonly holding: HoldingArea;
  readonly #source: EventSource;
  readonly #pending: PendingWebhooks;
  readonly #dispatcher: Dispatcher;
  readonly #maker: ParcelMaker;
  #urgent: Promise<void>[] = [];

  constructor(source: EventSource, pending: PendingWebhooks, { dispatcher, maker }: PostOfficeParts) {
    this.#source = source;
    this.#pending = pending;
    this.#dispatcher = dispatcher;
    this.#maker = maker;
    this.holding = new HoldingArea(dispatcher);
  }

  get inFlight(): number {
    return this.#dispatcher.inFlight;
  }

  deliver(account: string, event: StripeEvent, plan: DeliveryPlan): void {
    const endpoints = this.#source.endpoints(account).filter((endpoint) => wants(endpoint, event.type));
    if (endpoints.length === 0) return;
    this.#pending.expect(account, event.id, endpoints);
    const announced = { ...event, pending_webhooks: endpoints.length };
    for (const endpoint of endpoints) this.#dispatch({ account, event: announced, endpoint, cause: 'event' }, plan);
  }

  /** Sends an event again to every endpoint that wants it, past all rules. Undefined when there is no such event. */
  resend(account: string, eventId: string): DeliveryRecord[] | undefined {
    const event = this.#source.event(account, eventId);
    if (!event) return undefined;
    const endpoints = this.#source.endpoints(account).filter((endpoint) => wants(endpoint, event.type));
    return endpoints
      .flatMap((endpoint) => this.#maker.parcels({ account, event, endpoint, cause: 'resend' }, honestDelivery))
      .map((parcel) => {
        void this.#dispatcher.sendAfter(parcel, 0);
        return parcel.record;
      });
  }

  async flushUrgent(): Promise<void> {
    if (this.#urgent.length === 0) return;
    const urgent = this.#urgent;
    this.#urgent = [];
    await Promise.all(urgent);
  }

  clear(): void {
    this.#dispatcher.cancelAll();
    this.holding.clear();
    this.#pending.clear();
    this.#urgent = [];
  }

  #dispatch(consignment: Consignment, plan: DeliveryPlan): void {
    const parcels = this.#maker.parcels(consignment, plan);
    if (plan.fate.kind !== 'send') {
      this.holding.take(parcels, plan.fate);
      return;
    }
    for (const [index, parcel] of parcels.entries()) {
      const delayMs = plan.delayMs + index * plan.spacingMs;
      const urgently = plan.beforeResponse && delayMs === 0;
      const sent = this.holding.sendThenOlder(parcel, urgently ? null : delayMs);
      if (urgently) this.#urgent.push(sent);
    }
  }
}

function wants(endpoint: WebhookEndpointRecord, type: string): boolean {
  const { enabled_events: enabled } = endpoint;
  return endpoint.status === 'enabled' && (enabled.includes('*') || enabled.includes(type));
}
