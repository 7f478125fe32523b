import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';

/** A request with its body read. */
export interface IncomingRequest {
  method: string;
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  body: string;
  remoteAddress: string;
}

/** What goes back: an answer, perhaps cut in the middle of its body, or a cut connection. */
export type Reply =
  | { kind: 'answer'; status: number; headers: Record<string, string>; body: string; truncated: boolean }
  | { kind: 'reset' };

const LARGEST_BODY = 1_000_000;

/** An HTTP server that gives whole requests to `answer` and sends what it replies. */
export function createHttpServer(answer: (request: IncomingRequest) => Promise<Reply>): Server {
  return createServer({ keepAliveTimeout: 65_000 }, (incoming, response) => {
    serve(incoming, response, answer).catch((error: unknown) => {
      // The simulator's own fault, never a simulated one: say so where it is seen.
      console.error('simulator: request failed', incoming.method, incoming.url, error);
      send(response, internalError(error));
    });
  });
}

function internalError(error: unknown): Reply {
  const message = `The simulator failed: ${error instanceof Error ? error.message : String(error)}`;
  const body = JSON.stringify({ error: { type: 'api_error', message } });
  return { kind: 'answer', status: 500, headers: { 'content-type': 'application/json' }, body, truncated: false };
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  answer: (request: IncomingRequest) => Promise<Reply>,
): Promise<void> {
  const body = await readBody(incoming);
  if (body === undefined) {
    const text = JSON.stringify({ error: { type: 'invalid_request_error', message: 'The request is too large.' } });
    send(response, { kind: 'answer', status: 413, headers: { connection: 'close' }, body: text, truncated: false });
    return;
  }
  const url = incoming.url ?? '/';
  const cut = url.indexOf('?');
  const reply = await answer({
    method: incoming.method ?? 'GET',
    path: cut < 0 ? url : url.slice(0, cut),
    query: cut < 0 ? '' : url.slice(cut + 1),
    headers: incoming.headers,
    body,
    remoteAddress: incoming.socket.remoteAddress ?? '',
  });
  send(response, reply);
}

/** Undefined when the body is larger than any real request. Listeners, since async iteration costs more than the rest of a read. */
function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  if (incoming.method === 'GET') return Promise.resolve('');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > LARGEST_BODY) resolve(undefined);
      else chunks.push(chunk);
    });
    incoming.on('end', () => {
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    incoming.on('error', reject);
  });
}

function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  if (reply.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  if (!reply.truncated) {
    // As text, so that head and body leave in one write.
    response.end(reply.body);
    return;
  }
  response.write(reply.body.slice(0, reply.body.length >> 1), () => response.socket?.destroy());
}
