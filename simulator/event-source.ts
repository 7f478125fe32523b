import type { EventSource, WebhookEndpointRecord } from './ports.ts';
import type { Account, EndpointRecord } from './store.ts';
import { newEventId, type World } from './world.ts';

/** What the webhook engine may know and do: endpoints and events of the accounts. */
export function createEventSource(world: World): EventSource {
  const { store } = world;
  return {
    endpoints(accountId) {
      const account = store.account(accountId);
      return account === undefined ? [] : [...listening(account), ...platformsEndpoints(world, account)];
    },
    event: (accountId, id) => store.account(accountId)?.events.get(id),
    newEventId: () => newEventId(world),
    record(accountId, event) {
      store.account(accountId)?.events.add(event);
    },
    setPendingWebhooks(accountId, eventId, count) {
      const event = store.account(accountId)?.events.get(eventId);
      if (event !== undefined) event.pending_webhooks = count;
    },
  };
}

/** An account's own events go to its endpoints that are not for connected accounts. */
function listening(account: Account): WebhookEndpointRecord[] {
  return [...account.endpoints.oldestFirst()].filter(({ connect }) => !connect).map(asRecord);
}

/** Events of a connected account also go to its platform's `connect` endpoints. */
function platformsEndpoints({ store }: World, { platform }: Account): WebhookEndpointRecord[] {
  const owner = platform === null ? undefined : store.account(platform);
  if (owner === undefined) return [];
  return [...owner.endpoints.oldestFirst()].filter(({ connect }) => connect).map(asRecord);
}

function asRecord({ id, shape, secrets, connect }: EndpointRecord): WebhookEndpointRecord {
  return {
    id,
    url: shape.url,
    secrets,
    enabled_events: shape.enabled_events,
    api_version: shape.api_version,
    status: shape.status === 'disabled' ? 'disabled' : 'enabled',
    connect,
  };
}
