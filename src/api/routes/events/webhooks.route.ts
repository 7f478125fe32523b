import type { IncomingMessage } from 'node:http';
import type { Context, Middleware } from 'koa';
import getRawBody from 'raw-body';
import { DomainError } from '../../../domain/errors.ts';
import type { IncomingEvent } from '../../../entities/events/incoming-event.ts';
import type { Inbox } from '../../../entities/events/provider-event-inbox.ts';
import type { WebhookAccounts } from '../../../entities/events/webhook-accounts.read.ts';
import { verifyStripeEvent } from '../../../stripe/webhook.ts';
import type { Logger } from '../../operations/logger.ts';

/** Bytes of a delivery at most (design.md 6). */
export const webhookLimitBytes = 1_048_576;

export interface WebhookParts {
  readonly inbox: Pick<Inbox, 'receive'>;
  readonly accounts: WebhookAccounts;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  /** The clock by which signatures age, in ms. */
  readonly now?: () => number;
}

/**
 * Stripe's webhooks: raw body, signature, one row in the inbox, 200. Mount it before anything that reads bodies. A bad
 * signature is 400, a body over 1 MB 413, an unknown account 404, a database that is away 503 with Retry-After, so that
 * the processor delivers again.
 */
export function webhookRoutes(parts: WebhookParts): Middleware {
  return async (ctx, next) => {
    const place = ctx.method === 'POST' ? address.exec(ctx.path) : null;
    if (place === null) {
      await next();
      return;
    }
    const reference = place[1] ?? null;
    ctx.state['route'] = reference === null ? '/webhooks/stripe' : '/webhooks/stripe/:account';
    await receive(parts, ctx, reference);
  };
}

/** `/webhooks/stripe`, or with an account: the one address that is too busy for a router. */
const address = /^\/webhooks\/stripe(?:\/([^/]+))?\/?$/;

async function receive(parts: WebhookParts, ctx: Context, reference: string | null): Promise<void> {
  const body = await readBody(ctx.req);
  const event = await available(parts, async () => identify(parts, { ctx, reference, body }));
  const receipt = await available(parts, () => parts.inbox.receive(event));
  ctx.status = 200;
  ctx.body = { received: true, duplicate: receipt === 'duplicate' };
}

interface Delivery {
  readonly ctx: Context;
  readonly reference: string | null;
  readonly body: Buffer;
}

/** Whose event it is: the account that it names, else the endpoint's (decisions D59). */
async function identify(parts: WebhookParts, delivery: Delivery): Promise<IncomingEvent> {
  const endpoint = await parts.accounts.endpoint(delivery.reference);
  if (endpoint === undefined) throw new DomainError('not_found', 'There is no processor account under this address.');
  const header = delivery.ctx.req.headers['stripe-signature'];
  const event = verifyStripeEvent({
    body: delivery.body,
    signature: Array.isArray(header) ? undefined : header,
    secrets: endpoint.secrets,
    receivedAtMs: (parts.now ?? Date.now)(),
  });
  const named = event.accountRef === null ? undefined : await parts.accounts.named(event.accountRef);
  return {
    provider: 'stripe',
    processorAccountId: named ?? endpoint.processorAccountId,
    eventKey: event.eventId,
    type: event.type,
    objectId: event.objectId,
    payload: event.payload,
    source: 'webhook',
    createdAt: event.createdAt,
  };
}

/** Whatever keeps us from storing an event is answered with 503: an event that was not stored must come again. */
async function available<T>(parts: WebhookParts, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError) throw error;
    parts.log.error({ err: error }, 'a webhook could not be stored');
    throw new DomainError('temporarily_unavailable', 'The event was not stored; deliver it again.');
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  try {
    const length = request.headers['content-length'] ?? null;
    return await getRawBody(request, { limit: webhookLimitBytes, length });
  } catch (error) {
    const type = error instanceof Error && 'type' in error ? error.type : undefined;
    if (type === 'entity.too.large') throw new DomainError('payload_too_large', 'A delivery has 1 MB at most.');
    if (type === 'request.aborted' || type === 'request.size.invalid') {
      throw new DomainError('invalid_json', 'The body ended before its announced length.');
    }
    throw error;
  }
}
