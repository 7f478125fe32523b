import http from 'node:http';
import type { StripeEvent } from '../../../simulator/ports.ts';
import { signatureHeader } from '../../../simulator/webhooks/signature.ts';

/** What became of a delivery. */
export interface Delivered {
  readonly status: number;
  /** Milliseconds from the request to its answer. */
  readonly tookMs: number;
  readonly text: string;
}

/** A processor that delivers webhooks itself, so that a test says how often, in which order and over what. */
export interface Deliverer {
  /** Sends `body` with `signature`, which `null` leaves out, and answers what came back. */
  send(body: string, signature: string | null, path?: string): Promise<Delivered>;
  /** Sends an event as Stripe signs it. */
  deliver(event: StripeEvent): Promise<Delivered>;
  /** Connections that were opened so far. */
  readonly connections: number;
  close(): void;
}

export interface DelivererOptions {
  readonly apiUrl: string;
  readonly secret: string;
  /** Connections at most; each is kept open. */
  readonly connections: number;
}

export function createDeliverer({ apiUrl, secret, connections }: DelivererOptions): Deliverer {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  const ports = new Set<number>();
  const send: Deliverer['send'] = (body, signature, path = '/webhooks/stripe') =>
    new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        ...(signature === null ? {} : { 'stripe-signature': signature }),
      };
      const request = http.request(`${apiUrl}${path}`, { agent, method: 'POST', headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, tookMs: performance.now() - startedAt, text });
        });
      });
      request.on('socket', (socket) => {
        if (socket.localPort !== undefined) ports.add(socket.localPort);
        else socket.once('connect', () => ports.add(socket.localPort ?? 0));
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        // A kept connection that the server closed while nothing was asked: once more on another one, as Stripe does.
        if (request.reusedSocket && error.code === 'ECONNRESET') resolve(send(body, signature, path));
        else reject(error);
      });
      request.end(body);
    });
  return {
    send,
    deliver: (event) => {
      const body = JSON.stringify(event);
      return send(body, signatureHeader([secret], Math.floor(Date.now() / 1_000), body));
    },
    get connections() {
      return ports.size;
    },
    close: () => {
      agent.destroy();
    },
  };
}
