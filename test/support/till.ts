import { randomUUID } from 'node:crypto';

/** A sale as the API shows it; only what tests speak of. */
export interface ShownSale {
  readonly id: string;
  readonly state: string;
  readonly attempt: number;
  readonly outcome: string | null;
  readonly declineCode: string | null;
  readonly needsAttention: boolean;
  readonly captured: { readonly amount: number; readonly currency: string };
  readonly authorized: { readonly amount: number; readonly currency: string };
  readonly card: { readonly brand: string | null; readonly last4: string | null } | null;
}

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

export interface Problem {
  readonly code: string;
  readonly sale?: ShownSale;
  readonly heldBy?: string;
}

/** A till at the counter: speaks to the API over HTTP with a key, as a POS front end does. */
export class Till {
  readonly #url: string;
  readonly #secret: string;
  readonly #place: { readonly site: string; readonly reader: string };

  constructor(url: string, secret: string, place: { readonly site: string; readonly reader: string }) {
    this.#url = url;
    this.#secret = secret;
    this.#place = place;
  }

  /** `POST /v1/sales` at this till's reader; `amount` in cents. */
  sell(
    amount: number,
    more: Readonly<Record<string, unknown>> = {},
    key: string = randomUUID(),
  ): Promise<Answer<ShownSale & Problem>> {
    return this.post('/v1/sales', { ...this.#place, amount: { amount, currency: 'AUD' }, ...more }, key);
  }

  command(
    sale: string,
    name: 'capture' | 'cancel' | 'retry' | 'resolve',
    body: object = {},
    key: string = randomUUID(),
  ): Promise<Answer<ShownSale & Problem>> {
    return this.post(`/v1/sales/${sale}/${name}`, body, key);
  }

  async show(sale: string): Promise<ShownSale> {
    return (await this.get<ShownSale>(`/v1/sales/${sale}`)).body;
  }

  /** What happened to a sale, in order. */
  async timeline(sale: string): Promise<string[]> {
    const { body } = await this.get<{ items: { what: string }[] }>(`/v1/sales/${sale}/timeline`);
    return body.items.map((event) => event.what);
  }

  /** Waits until the sale stands in `state`; the API reads what the workflow wrote. */
  async until(sale: string, state: string, withinMs = 20_000): Promise<ShownSale> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const shown = await this.show(sale);
      if (shown.state === state) return shown;
      if (Date.now() > deadline) throw new Error(`The sale is ${shown.state} and not ${state} after ${withinMs} ms.`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  get<T>(path: string): Promise<Answer<T>> {
    return this.#ask<T>('GET', path, {});
  }

  post<T>(path: string, body: object, key: string, more: Record<string, string> = {}): Promise<Answer<T>> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key, ...more };
    return this.#ask<T>('POST', path, { body: JSON.stringify(body), headers });
  }

  async #ask<T>(
    method: string,
    path: string,
    rest: { body?: string; headers?: Record<string, string> },
  ): Promise<Answer<T>> {
    const headers = { authorization: `Bearer ${this.#secret}`, ...rest.headers };
    const response = await fetch(`${this.#url}${path}`, { ...rest, method, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as T };
  }
}
