import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import type { Account } from '../store.ts';
import type { World } from '../world.ts';
import type { RequestLog } from '../wire/request-log.ts';
import { counters } from './counters.ts';
import { ControlError } from './dispatch.ts';
import { globPattern } from '../matching.ts';

const settingsInput = z.strictObject({
  balanceTransactionDelayMs: z.number().min(0).optional(),
  authorizationMs: z.number().min(0).optional(),
  showProcessing: z.boolean().optional(),
  amountEndings: z.enum(['standard_card', 'all_cards', 'off']).optional(),
  searchLagMs: z.number().min(0).optional(),
  authorizationValidMs: z.number().positive().optional(),
  confirmWithinMs: z.number().positive().optional(),
  offlineAfterMs: z.number().min(0).optional(),
  refundStatus: z.enum(['succeeded', 'pending']).optional(),
  refundFailureDelayMs: z.number().min(0).optional(),
  refundSettleDelayMs: z.number().min(0).optional(),
  disputeDelayMs: z.number().min(0).optional(),
  balanceAvailableAfterMs: z.number().min(0).optional(),
  idempotencyKeptMs: z.number().positive().optional(),
  executionDelayMs: z.number().min(0).optional(),
  keptEvents: z.number().int().positive().optional(),
  keptRequests: z.number().int().positive().optional(),
  keptIdempotencyKeys: z.number().int().positive().optional(),
});

/** What happened, as the processor knows it: the other side of every comparison with a ledger (terminal.md 5.9). */
export function stateRoutes(world: World, log: RequestLog): ControlRoute[] {
  const accountsOf = (query: URLSearchParams): Account[] => {
    const id = query.get('account');
    if (id === null) return [...world.store.accounts()];
    const account = world.store.account(id);
    if (account === undefined) throw new ControlError(404, `No account ${id}`);
    return [account];
  };
  return [
    { method: 'GET', path: '/_control/health', handle: () => ({ status: 'ok', seed: world.random.seed() }) },
    { method: 'GET', path: '/_control/settings', handle: () => world.settings },
    {
      method: 'POST',
      path: '/_control/settings',
      handle: ({ body }) => Object.assign(world.settings, settingsInput.parse(body)),
    },
    {
      method: 'GET',
      path: '/_control/state',
      handle: ({ query }) => ({ accounts: Object.fromEntries(accountsOf(query).map((one) => [one.id, dump(one)])) }),
    },
    { method: 'GET', path: '/_control/counters', handle: ({ query }) => counters(accountsOf(query)) },
    { method: 'GET', path: '/_control/requests', handle: ({ query }) => ({ requests: found(log, query) }) },
    {
      method: 'DELETE',
      path: '/_control/requests',
      handle: () => {
        log.clear();
      },
    },
  ];
}

function dump(account: Account): object {
  return {
    id: account.id,
    platform: account.platform,
    country: account.country,
    currency: account.currency,
    idempotency_keys: account.idempotency.size,
    customers: [...account.customers.oldestFirst()],
    payment_methods: [...account.paymentMethods.oldestFirst()],
    setup_intents: [...account.setupIntents.oldestFirst()],
    payment_intents: [...account.paymentIntents.oldestFirst()],
    charges: [...account.charges.oldestFirst()],
    refunds: [...account.refunds.oldestFirst()],
    disputes: [...account.disputes.oldestFirst()],
    balance_transactions: [...account.balanceTransactions.oldestFirst()],
    payouts: [...account.payouts.oldestFirst()],
    transfers: [...account.transfers.oldestFirst()],
    locations: [...account.locations.oldestFirst()],
    readers: [...account.readers.oldestFirst()],
    events: [...account.events.oldestFirst()],
    webhook_endpoints: [...account.endpoints.oldestFirst()].map(({ shape }) => shape),
  };
}

/** Filtered by method, path pattern, account and key; in order of arrival. */
function found(log: RequestLog, query: URLSearchParams): object[] {
  const path = query.get('path');
  const pattern = path === null ? undefined : globPattern(path, '/');
  const is = (name: string, value: string | null): boolean => !query.has(name) || query.get(name) === value;
  return log
    .all()
    .filter(
      (record) =>
        (pattern?.test(record.path) ?? true) &&
        is('method', record.method) &&
        is('account', record.account) &&
        is('idempotency_key', record.idempotency_key),
    );
}
