import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Owner } from './belongings.ts';
import type { WebhookRequest } from './webhook-events.ts';

/**
 * Delivers from several connections that stay open, each waiting for its answer before it sends again. It writes bytes
 * that were made before and reads no more than it must, so that the server is what is measured.
 */
export class WebhookCallers {
  readonly #sockets: readonly Socket[];

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
  }

  static async open(owner: Owner, url: string, callers: number): Promise<WebhookCallers> {
    const { hostname, port } = new URL(url);
    const sockets = Array.from({ length: callers }, () =>
      connect({ host: hostname, port: Number(port), noDelay: true }),
    );
    owner.owns(() => {
      for (const socket of sockets) socket.destroy();
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    return new WebhookCallers(sockets);
  }

  /** Delivers all of `requests` once; answers how many a second. Throws for any answer but 200. */
  async deliver(requests: readonly WebhookRequest[]): Promise<number> {
    const startedAt = performance.now();
    let next = 0;
    const call = async (socket: Socket): Promise<void> => {
      for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
        const status = await exchange(socket, request);
        if (status !== 200) throw new Error(`A webhook was answered with ${status}.`);
      }
    };
    await Promise.all(this.#sockets.map(call));
    return requests.length / ((performance.now() - startedAt) / 1_000);
  }
}

/** Sends one request and answers the status of its answer, once that is complete. */
export async function exchange(socket: Socket, request: WebhookRequest): Promise<number> {
  socket.write(request);
  let heard = '';
  while (!isComplete(heard)) {
    const [part] = (await once(socket, 'data')) as [Buffer];
    heard += part.toString('latin1');
  }
  return Number(heard.slice(9, 12));
}

function isComplete(heard: string): boolean {
  const headEnd = heard.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const length = /content-length: (\d+)/i.exec(heard.slice(0, headEnd))?.[1];
  if (length === undefined) throw new Error(`An answer without a length: ${heard}`);
  return heard.length - headEnd - 4 >= Number(length);
}
