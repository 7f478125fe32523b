import { randomUUID } from 'node:crypto';

/** An answer of the API, as text and read as JSON where it is JSON. */
export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
}

/** Calls the API as one who has `bearer`; an answer beyond 2xx is an error that says what was answered. */
export class DemoCalls {
  readonly #baseUrl: string;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  async ask(bearer: string, request: { method?: string; path: string; body?: object | string }): Promise<Answered> {
    const { method = 'GET', path, body } = request;
    const type = typeof body === 'string' ? 'text/csv' : 'application/json';
    const response = await fetch(`${this.#baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': type, 'idempotency-key': randomUUID() },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return { status: response.status, text, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : null };
  }
}
