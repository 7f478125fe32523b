import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a host got it. */
export interface ReceivedCallback {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A host application's endpoint on a port of its own. */
export interface CallbackHost {
  readonly url: string;
  readonly port: number;
  readonly received: ReceivedCallback[];
  /** Connections that were ever opened to it. */
  connections(): number;
  /** Connections that are open now. */
  openConnections(): Promise<number>;
  /** How it answers from now on; 204 until told otherwise. */
  answer: (response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function startCallbackHost(): Promise<CallbackHost> {
  let opened = 0;
  const received: ReceivedCallback[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      host.answer(response);
    });
  });
  server.on('connection', () => (opened += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host: CallbackHost = {
    url: `http://127.0.0.1:${port}/callbacks`,
    port,
    received,
    connections: () => opened,
    openConnections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error === null) resolve(count);
          else reject(error);
        });
      }),
    answer: (response) => response.writeHead(204).end(),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return host;
}
