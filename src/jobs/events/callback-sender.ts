import { request as requestPlainly, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { lookupPublic, requirePublicHost } from './callback-address.ts';

/** One request to a host. */
export interface CallbackRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Only an answer from 200 to 299 takes a callback. */
export type CallbackAnswer = { readonly kind: 'taken' } | { readonly kind: 'not_taken'; readonly reason: string };

export type CallbackSender = (request: CallbackRequest) => Promise<CallbackAnswer>;

export interface CallbackSenderOptions {
  /** For demos and tests: plain HTTP and addresses of our own network are allowed. */
  readonly allowPrivate: boolean;
  /** For everything: looking up, connecting, sending, and the answer's head. */
  readonly timeoutMs?: number;
}

/** All that is ever read of a host's answer; what it says is not kept. */
const bodyLimit = 4_096;
const withinMs = 10_000;

/**
 * Sends to addresses that a host named, so with care (quality.md F35): within 10 s in all, to public addresses by HTTPS,
 * following no redirect, reading next to nothing. Never throws: what went wrong is the answer's reason.
 */
export function createCallbackSender({ allowPrivate, timeoutMs = withinMs }: CallbackSenderOptions): CallbackSender {
  return async (request) => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const target = new URL(request.url);
      if (!allowPrivate) requireOpenTarget(target);
      const status = await post(target, request, { allowPrivate, signal });
      if (status >= 200 && status < 300) return { kind: 'taken' };
      return { kind: 'not_taken', reason: `answered ${status}` };
    } catch (error) {
      return { kind: 'not_taken', reason: signal.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error) };
    }
  };
}

function requireOpenTarget(target: URL): void {
  if (target.protocol !== 'https:') throw new TypeError('only https is allowed');
  requirePublicHost(target.hostname);
}

interface PostOptions {
  readonly allowPrivate: boolean;
  readonly signal: AbortSignal;
}

function post(target: URL, { headers, body }: CallbackRequest, options: PostOptions): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const settings: RequestOptions = {
    method: 'POST',
    // A connection of its own: one that was opened to another address is never used again.
    agent: false,
    signal: options.signal,
    headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    ...(options.allowPrivate ? {} : { lookup: lookupPublic }),
  };
  const send = target.protocol === 'https:' ? requestSecurely : requestPlainly;
  const sent = send(target, settings, (response) => {
    resolve(response.statusCode ?? 0);
    discard(response);
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

/** Lets a short answer end by itself; a long one is cut, a slow one ends with the request's time. */
function discard(response: IncomingMessage): void {
  let read = 0;
  response.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > bodyLimit) response.destroy();
  });
  // The status was the answer; how its body ends changes nothing.
  response.on('error', () => response.destroy());
}

function reasonOf(error: unknown): string {
  const told = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return typeof told === 'string' && told !== '' ? told : 'failed for an unknown reason';
}
