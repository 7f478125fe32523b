import type { Stripe } from 'stripe';
import type { Account, EndpointRecord } from '../store.ts';
import { invalidParameter, noSuch } from '../wire/errors.ts';
import { boolean, filledText, list, mergeMetadata, metadata, needed, text } from '../wire/fields.ts';
import { listPage, paging } from '../wire/lists.ts';
import { endpoint, type ApiCall, type ApiRoute } from '../wire/routes.ts';
import { checkVersion } from '../wire/versions.ts';
import type { World } from '../world.ts';

const updateShape = {
  description: text,
  disabled: boolean,
  enabled_events: list(filledText),
  metadata,
  url: filledText,
};
const createShape = {
  api_version: filledText,
  connect: boolean,
  description: text,
  enabled_events: needed(list(filledText)),
  metadata,
  url: needed(filledText),
};

/** Where events are sent. The secret is shown once, by the call that creates it (terminal.md 5.2). */
export function webhookEndpointRoutes(world: World): ApiRoute[] {
  return [
    endpoint('POST /v1/webhook_endpoints', createShape, (call) => create(world, call)),
    endpoint('GET /v1/webhook_endpoints', paging, ({ account, params }) => {
      const page = listPage(account.endpoints, {
        url: '/v1/webhook_endpoints',
        noun: 'webhook endpoint',
        params,
        keep: () => true,
      });
      return { ...page, data: page.data.map((item) => (item as EndpointRecord).shape) };
    }),
    endpoint('GET /v1/webhook_endpoints/:id', {}, ({ account, path }) => endpointAt(account, path).shape),
    endpoint('POST /v1/webhook_endpoints/:id', updateShape, update),
    endpoint('DELETE /v1/webhook_endpoints/:id', {}, ({ account, path }) => {
      const { id } = endpointAt(account, path);
      account.endpoints.remove(id);
      return { id, object: 'webhook_endpoint', deleted: true };
    }),
  ];
}

function create(world: World, { account, params }: ApiCall<typeof createShape>): Stripe.WebhookEndpoint {
  const shape: Stripe.WebhookEndpoint = {
    id: world.random.id('we_1', 23),
    object: 'webhook_endpoint',
    api_version: params.api_version === undefined ? null : checkVersion(params.api_version),
    application: null,
    created: world.clock.nowSeconds(),
    description: params.description || null,
    enabled_events: checkEvents(params.enabled_events),
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    status: 'enabled',
    url: checkUrl(params.url),
  };
  const secret = world.random.id('whsec_', 32);
  account.endpoints.add({ id: shape.id, shape, secrets: [secret], connect: params.connect ?? false });
  return { ...shape, secret };
}

function update({ account, path, params }: ApiCall<typeof updateShape>): Stripe.WebhookEndpoint {
  const { shape } = endpointAt(account, path);
  if (params.description !== undefined) shape.description = params.description || null;
  if (params.disabled !== undefined) shape.status = params.disabled ? 'disabled' : 'enabled';
  if (params.enabled_events !== undefined) shape.enabled_events = checkEvents(params.enabled_events);
  if (params.url !== undefined) shape.url = checkUrl(params.url);
  shape.metadata = mergeMetadata(shape.metadata, params.metadata);
  return shape;
}

function endpointAt(account: Account, path: Record<string, string>): EndpointRecord {
  const id = path['id'] ?? '';
  const found = account.endpoints.get(id);
  if (found === undefined) throw noSuch('webhook endpoint', id, 'id');
  return found;
}

function checkEvents(events: string[]): string[] {
  if (events.length > 0) return events;
  throw invalidParameter('enabled_events', 'You must subscribe to at least one event.', 'parameter_missing');
}

function checkUrl(url: string): string {
  if (/^https?:\/\/[^/]/.test(url) && URL.canParse(url)) return url;
  throw invalidParameter('url', `Invalid URL: ${url}`, 'url_invalid');
}
