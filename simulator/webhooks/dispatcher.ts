import type { Clock, EventSource, WebhookEndpointRecord } from '../ports.ts';
import type { DeliveryRecord } from './delivery-log.ts';
import { signatureHeader } from './signature.ts';
import type { Transport, TransportOutcome } from './transport.ts';

/** A delivery with what must be sent; the body stays byte for byte the same over all attempts. */
export interface Parcel {
  record: DeliveryRecord;
  body: string;
  shiftSeconds: number;
}

export interface DeliverySettings {
  /** Simulated milliseconds before each further attempt; after the last one the delivery has failed. */
  retryScheduleMs: readonly number[];
  /** Real milliseconds that a receiver has for its answer. */
  timeoutMs: number;
}

export interface DispatcherParts {
  clock: Clock;
  source: EventSource;
  transport: Transport;
  settings: DeliverySettings;
  /** An endpoint has answered 2xx. */
  onTaken: (record: DeliveryRecord) => void;
}

/** No endpoint has this secret, so its signatures never verify. */
const foreignSecret = 'whsec_of_somebody_else';

/** Sends parcels, tries again on the schedule, and tells when an endpoint has taken an event. */
export class Dispatcher {
  /** Deliveries being attempted or about to be. */
  inFlight = 0;
  readonly #parts: DispatcherParts;
  readonly #timers = new Set<{ cancel(): void }>();
  /** Moves on at each reset, so that answers to what was sent before it change nothing after it. */
  #generation = 0;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Attempts now; resolves when the first attempt has its outcome. Never rejects. */
  async send(parcel: Parcel): Promise<void> {
    const { record } = parcel;
    // Read at each attempt: the secret may have been rotated since, the endpoint disabled or deleted.
    const endpoint = this.#parts.source.endpoints(record.account).find(({ id }) => id === record.endpoint);
    if (endpoint?.status !== 'enabled') {
      record.status = 'abandoned';
      return;
    }
    const startedIn = this.#generation;
    record.status = 'sending';
    this.inFlight += 1;
    const outcome = await this.#attempt(parcel, endpoint);
    if (startedIn !== this.#generation) return;
    this.inFlight -= 1;
    this.#conclude(parcel, outcome);
  }

  /** Attempts after simulated time, 0 meaning as soon as the process's current work is done; resolves as `send`. */
  sendAfter(parcel: Parcel, delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (delayMs > 0) {
        this.#later(delayMs, () => {
          resolve(this.send(parcel));
        });
        return;
      }
      const scheduledIn = this.#generation;
      this.inFlight += 1;
      setImmediate(() => {
        if (scheduledIn !== this.#generation) return;
        this.inFlight -= 1;
        resolve(this.send(parcel));
      });
    });
  }

  /** One after the other, each when the one before has been answered: the receiver sees exactly this order. */
  async sendInOrder(parcels: readonly Parcel[]): Promise<void> {
    for (const parcel of parcels) await this.send(parcel);
  }

  /** Forgets everything that waits. */
  cancelAll(): void {
    this.#generation += 1;
    this.inFlight = 0;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #later(delayMs: number, action: () => void): void {
    const timer = this.#parts.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }

  async #attempt({ record, body, shiftSeconds }: Parcel, endpoint: WebhookEndpointRecord): Promise<TransportOutcome> {
    const { clock, transport, settings } = this.#parts;
    const atMs = clock.nowMs();
    const timestamp = Math.floor(atMs / 1000) + shiftSeconds;
    const secrets = record.signature === 'wrong' ? [foreignSecret] : endpoint.secrets;
    const outcome = await transport.post({
      url: endpoint.url,
      signature: signatureHeader(secrets, timestamp, body),
      body: record.signature === 'altered' ? alteredBody(body) : body,
      timeoutMs: settings.timeoutMs,
    });
    record.attempts.push({ atMs, timestamp, ...outcome });
    return outcome;
  }

  #conclude(parcel: Parcel, { status }: TransportOutcome): void {
    const { record } = parcel;
    if (status !== null && status >= 200 && status < 300) {
      record.status = 'succeeded';
      this.#parts.onTaken(record);
      return;
    }
    const pauseMs = this.#parts.settings.retryScheduleMs[record.attempts.length - 1];
    record.status = pauseMs === undefined ? 'failed' : 'retrying';
    if (pauseMs !== undefined) this.#later(pauseMs, () => void this.send(parcel));
  }
}

/** What a forger would change: the money if there is any, otherwise the mode. */
function alteredBody(body: string): string {
  const richer = body.replace(/"amount":(\d+)/, (_whole, digits: string) => `"amount":${Number(digits) + 1}`);
  return richer === body ? body.replace('"livemode":false', '"livemode":true') : richer;
}
