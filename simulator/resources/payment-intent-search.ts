import type { IntentRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { invalidParameter } from '../wire/errors.ts';
import { filledText, integer, needed } from '../wire/fields.ts';
import { pageSize } from '../wire/lists.ts';
import { endpoint, type ApiRoute } from '../wire/routes.ts';
import type { World } from '../world.ts';
import { parseQuery, type SearchTest } from './search-query.ts';

const shape = { query: needed(filledText), limit: integer, page: filledText };

/** What search knew of an intent at some time. */
interface Indexed {
  intent: IntentRecord;
  known: { status: string; amount: number; metadata: Record<string, string> };
}

/**
 * Search lags (terminal.md 5.2): a new intent is not found and a changed one is found by what it was, until the lag
 * has passed. Code that relies on it for exactly-once fails visibly.
 */
export function paymentIntentSearchRoute(world: World): ApiRoute {
  return endpoint('GET /v1/payment_intents/search', shape, ({ account, params }) => {
    const test = parseQuery(params.query);
    const limit = pageSize(params.limit);
    const from = params.page === undefined ? 0 : pageStart(params.page);
    const hits = [...indexed(world, account)].filter((entry) => test(fieldsOf(entry)));
    const data = hits.slice(from, from + limit).map(({ intent }) => intent);
    const hasMore = hits.length > from + limit;
    return {
      object: 'search_result',
      data,
      has_more: hasMore,
      next_page: hasMore ? Buffer.from(`from:${from + limit}`).toString('base64url') : null,
      url: '/v1/payment_intents/search',
    };
  });
}

function pageStart(page: string): number {
  const start = /^from:(\d+)$/.exec(Buffer.from(page, 'base64url').toString('utf8'))?.[1];
  if (start === undefined) throw invalidParameter('page', 'Invalid page token.');
  return Number(start);
}

function* indexed(world: World, account: Account): Iterable<Indexed> {
  const knownUntil = world.clock.nowMs() - world.settings.searchLagMs;
  for (const intent of account.paymentIntents.newestFirst()) {
    const known = account.background.get(intent.id)?.searchable.findLast(({ atMs }) => atMs <= knownUntil);
    if (known !== undefined) yield { intent, known };
  }
}

function fieldsOf({ intent, known }: Indexed): Parameters<SearchTest>[0] {
  return {
    text: { status: known.status, currency: intent.currency, customer: intent.customer ?? undefined },
    number: { amount: known.amount, created: intent.created },
    metadata: known.metadata,
  };
}
