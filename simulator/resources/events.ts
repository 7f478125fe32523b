import type { StripeEvent } from '../ports.ts';
import { invalidParameter, noSuch } from '../wire/errors.ts';
import { boolean, filledText, list } from '../wire/fields.ts';
import { instantRange, listPage, paging, within } from '../wire/lists.ts';
import { endpoint, type ApiRoute } from '../wire/routes.ts';

const LARGEST_FILTER = 20;

/** The events of the account, for who missed their webhooks (terminal.md 5.2). */
export function eventRoutes(): ApiRoute[] {
  const filters = {
    ...paging,
    created: instantRange,
    type: filledText,
    types: list(filledText),
    delivery_success: boolean,
  };
  return [
    endpoint('GET /v1/events', filters, ({ account, params }) => {
      if (params.type !== undefined && params.types !== undefined) {
        throw invalidParameter('type', 'You may pass either `type` or `types`, but not both.', 'parameters_exclusive');
      }
      if ((params.types?.length ?? 0) > LARGEST_FILTER) {
        throw invalidParameter('types', `You may pass at most ${LARGEST_FILTER} types.`);
      }
      const isWanted = typeFilter(params.types ?? (params.type === undefined ? undefined : [params.type]));
      const delivered = params.delivery_success;
      return listPage(account.events, {
        url: '/v1/events',
        noun: 'event',
        params,
        keep: (event) =>
          within(params.created, event.created) &&
          isWanted(event) &&
          (delivered === undefined || delivered === (event.pending_webhooks === 0)),
      });
    }),
    endpoint('GET /v1/events/:id', {}, ({ account, path }) => {
      const id = path['id'] ?? '';
      const event = account.events.get(id);
      if (event === undefined) throw noSuch('event', id, 'id');
      return event;
    }),
  ];
}

/** `charge.*` stands for every type below `charge`. */
function typeFilter(types: string[] | undefined): (event: StripeEvent) => boolean {
  if (types === undefined) return () => true;
  return ({ type }) =>
    types.some((wanted) => (wanted.endsWith('.*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted));
}
