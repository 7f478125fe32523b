import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi, type ApiDependencies } from '../../src/api/app.ts';

/** An API that listens on a port of its own. */
export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves an API made of `dependencies`. */
export async function listenTo(dependencies: ApiDependencies): Promise<Listening> {
  const handle = createApi(dependencies).callback();
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
