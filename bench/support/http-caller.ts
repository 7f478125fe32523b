import { Agent, request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

export interface HttpAsk {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A client that keeps its connections: one for each of `callers` that ask at the same time. */
export class HttpCaller {
  readonly #agent: Agent;
  readonly #url: string;

  constructor(url: string, callers: number) {
    this.#url = url;
    this.#agent = new Agent({ keepAlive: true, maxSockets: callers, scheduling: 'fifo' });
  }

  ask({ method, path, headers = {}, body }: HttpAsk): Promise<HttpAnswer> {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, method, headers: { ...headers, ...length } };
      const sent = request(`${this.#url}${path}`, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() });
        });
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
