import http from 'node:http';
import https from 'node:https';

/** What came of one HTTP request: a status, or the reason why there is none. */
export interface TransportOutcome {
  status: number | null;
  error?: string;
  tookMs: number;
}

export interface Transport {
  /** Never rejects: no answer within `timeoutMs` (real time), or a broken connection, is an outcome with status null. */
  post(request: OutgoingRequest): Promise<TransportOutcome>;
  close(): void;
}

export interface OutgoingRequest {
  url: string;
  signature: string;
  body: string;
  timeoutMs: number;
}

interface Target {
  send: typeof http.request;
  options: http.RequestOptions;
}

/** Connections are kept open, because a benchmark's worth of deliveries must not be a benchmark of handshakes. */
export function createTransport(): Transport {
  const plain = new http.Agent({ keepAlive: true, maxSockets: 64, scheduling: 'fifo' });
  const secure = new https.Agent({ keepAlive: true, maxSockets: 64, scheduling: 'fifo' });
  const targets = new Map<string, Target>();
  const open = new Set<http.ClientRequest>();
  let closed = false;

  const targetOf = (url: string): Target => {
    const known = targets.get(url);
    if (known) return known;
    const parsed = new URL(url);
    const isSecure = parsed.protocol === 'https:';
    const target: Target = {
      send: isSecure ? https.request : http.request,
      options: {
        agent: isSecure ? secure : plain,
        hostname: parsed.hostname,
        port: parsed.port || (isSecure ? 443 : 80),
        path: parsed.pathname + parsed.search,
        method: 'POST',
      },
    };
    targets.set(url, target);
    return target;
  };

  return {
    async post(request) {
      const startedAt = performance.now();
      const outcome = await attempt(open, targetOf(request.url), request);
      // A kept connection that the receiver has just closed says nothing about the receiver: once more on a new one.
      const again = outcome === 'stale-connection' && !closed;
      const final = again ? await attempt(open, targetOf(request.url), request) : outcome;
      const answer = final === 'stale-connection' ? { status: null, error: 'ECONNRESET' } : final;
      return { ...answer, tookMs: performance.now() - startedAt };
    },
    close() {
      closed = true;
      for (const request of open) request.destroy();
      plain.destroy();
      secure.destroy();
    },
  };
}

type AttemptOutcome = { status: number | null; error?: string } | 'stale-connection';

/** One try; `open` knows the request for as long as it lasts. */
function attempt(
  open: Set<http.ClientRequest>,
  target: Target,
  { signature, body, timeoutMs }: OutgoingRequest,
): Promise<AttemptOutcome> {
  return new Promise((resolve) => {
    const request = target.send({
      ...target.options,
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': Buffer.byteLength(body),
        'Stripe-Signature': signature,
        'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        Accept: '*/*; q=0.5, application/xml',
      },
    });
    open.add(request);
    request.on('close', () => {
      open.delete(request);
      clearTimeout(deadline);
    });
    const deadline = setTimeout(() => {
      resolve({ status: null, error: 'timeout' });
      request.destroy();
    }, timeoutMs);
    request.on('response', (response) => {
      response.resume();
      response.on('error', () => undefined); // The status is the verdict; a body cut short does not change it.
      clearTimeout(deadline);
      resolve({ status: response.statusCode ?? null });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && error.code === 'ECONNRESET';
      resolve(stale ? 'stale-connection' : { status: null, error: error.code ?? error.message });
    });
    request.end(body);
  });
}
