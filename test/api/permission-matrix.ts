import { randomUUID } from 'node:crypto';
import { apiRoutes } from '../../src/api/app.ts';
import type { Policy, Route } from '../../src/api/route.ts';
import type { ScopeLevel } from '../../src/domain/principal.ts';
import { organisationId } from '../../src/domain/ids.ts';
import { organisationAccount, processorAccount } from '../../src/domain/ledger-account.ts';
import { money } from '../../src/domain/money.ts';
import { grants, type Role } from '../../src/domain/roles.ts';
import { newId } from '../../src/entities/new-id.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { sale } from '../../src/ledger/postings/sale.ts';
import { plannedPayout } from '../support/payouts.ts';
import { idOf, type TestAnswer, type TestApi } from './test-api.ts';

export type KeyedRoute = Route & { readonly policy: Extract<Policy, { kind: 'key' }> };
/** What an address below each noun names. */
export type Things = Readonly<Record<string, string>>;

/** Every route of the router that asks who calls; a new route is in the matrix without being named here. */
export function keyedRoutes(api: TestApi): readonly KeyedRoute[] {
  return apiRoutes(api.dependencies).filter((route): route is KeyedRoute => route.policy.kind === 'key');
}

/** Addresses that are open to everybody. */
export function openPaths(api: TestApi): readonly string[] {
  return apiRoutes(api.dependencies)
    .filter((route) => route.policy.kind === 'public')
    .map((route) => route.path)
    .sort();
}

/** A stream has no end while its sale goes on, and an act on a reader or key would take it away from the next route. */
export function isLasting(route: Route): boolean {
  return !route.path.endsWith('/events') && route.method !== 'delete';
}

const breadth: Readonly<Record<ScopeLevel, number>> = { site: 0, organisation: 1, platform: 2 };

/** Somebody who calls: how far they reach, with which roles and no more, and whether it is a person or a key. */
export interface Caller {
  readonly scope: ScopeLevel;
  readonly roles: readonly Role[];
  readonly isPerson?: boolean;
}

/** What the route's own description promises to `caller`. */
export function mayCall(route: KeyedRoute, caller: Caller): boolean {
  return refusalOf(route, caller) === null;
}

/** With which code the route's own description refuses `caller`; null when it does not. */
export function refusalOf({ policy }: KeyedRoute, { scope, roles, isPerson = false }: Caller): string | null {
  const held = new Set<Role>(roles);
  const isNear = breadth[scope] < breadth[policy.scope];
  if (isNear || !policy.roles.some((needed) => grants(held, needed))) return 'forbidden';
  const isMachine = policy.noMachines === true && scope !== 'platform' && !isPerson;
  return isMachine ? 'person_required' : null;
}

/** One thing of every noun of an organisation that has a shop. */
export async function thingsOf(api: TestApi, shop: TestApi['shops']['ours']): Promise<Things> {
  const amount = { amount: 100, currency: 'AUD' };
  const body = { site: shop.site, reader: shop.reader, amount };
  const sold = idOf(await api.call('POST', '/v1/sales', { as: shop.key, key: randomUUID(), body }));
  const owed = { externalRef: randomUUID(), memberNo: 4_000_000, amount };
  const small = { name: 'may only make keys', roles: ['apikey.manage'] };
  const key = idOf(await api.call('POST', '/v1/api-keys', { as: shop.key, body: small }));
  return {
    sales: sold,
    sites: shop.site,
    readers: shop.reader,
    organisations: shop.organisation,
    'api-keys': key,
    payouts: await advisedPayout(api, shop.organisation),
    jobs: await reportOf(api, shop.organisation),
    ious: idOf(await api.call('POST', '/v1/ious', { as: shop.key, body: owed })),
    // Further names in an address.
    ...{ currency: 'AUD', subject: 'anna', ...(await writtenFor(api, shop.organisation)) },
    ...(await postedFor(api, shop.organisation, sold)),
  };
}

/** A top-up and an internal refund that are written down, and not begun. */
async function writtenFor(api: TestApi, organisation: string): Promise<Record<string, string>> {
  const [payment, refund] = [newId('organisationPayment'), newId('internalRefund')];
  await api.pool.run(
    `INSERT INTO organisation_payment (id, organisation_id, kind, reason, payee_kind, payee_id, amount_minor, currency, description,
       is_forced, state, actor, created_at, updated_at)
     VALUES (?, ?, 'member_top_up', 'transfer', 'member', 'mem', 100, 'AUD', 'x', 0, 'created', 'test', NOW(6), NOW(6))`,
    [payment, organisation],
  );
  await api.pool.run(
    `INSERT INTO internal_refund (id, organisation_id, kind, subject_ref, currency, lines_json, description, cancels_ious, state, actor,
       created_at, updated_at) VALUES (?, ?, 'session', 's', 'AUD', '[]', 'x', 0, 'created', 'test', NOW(6), NOW(6))`,
    [refund, organisation],
  );
  return { payment, topUp: payment, 'internal-refunds': refund };
}

/** A payout with its advice. */
async function advisedPayout(api: TestApi, organisation: string): Promise<string> {
  const { id } = await plannedPayout(api, { organisation: organisationId(organisation) });
  await api.pool.run(
    "INSERT INTO remittance_advice (payout_id, digest, content, created_at) VALUES (?, ?, '%PDF-', UTC_TIMESTAMP(6))",
    [id, '0'.repeat(64)],
  );
  return id;
}

/** A report that an organisation asked for. */
async function reportOf(api: TestApi, organisation: string): Promise<string> {
  const id = newId('reportJob');
  await api.pool.run(
    `INSERT INTO report_job (id, organisation_id, report, format, params, as_of, requester, actor, state, link_key, created_at, updated_at)
     VALUES (?, ?, 'statement', 'csv', '{}', '2026-03-01T00:00:00Z', 'x', 'key_1', 'queued', ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`,
    [id, organisation, '0'.repeat(64)],
  );
  return id;
}

/** A body that the route takes, where an empty one would not do. */
const bodies: Readonly<Record<string, object>> = {
  'post /v1/sales/:id/resolve': { decision: 'look_again', reason: 'to see' },
  'patch /v1/readers/:id': { label: 'Till' },
  'put /v1/organisations/:id/bank-details/:currency': {
    ...{ scheme: 'bsb', bsb: '062-000', accountNo: '12345678', accountName: 'A Club' },
  },
  'put /v1/organisations/:id/users/:subject': { role: 'view' },
  // A currency that we do not have: past the organisation, and no money moves.
  'post /v1/organisations/:id/transfers': {
    ...{ to: { member: `mem_${'0'.repeat(26)}` }, amount: { amount: 100, currency: 'XXX' }, description: 'Prize' },
  },
  'post /v1/organisations/:id/member-top-ups': {
    ...{ member: `mem_${'0'.repeat(26)}`, amount: { amount: 100, currency: 'XXX' }, description: 'Welcome' },
  },
  'post /v1/organisations/:id/member-top-ups/:topUp/reversal': { description: 'By mistake' },
};

/** Calls a route with `as`, on the thing of its noun. */
export function askRoute(
  api: TestApi,
  route: Route,
  { as, things }: { as: string; things: Things },
): Promise<TestAnswer> {
  const path = route.path.replaceAll(/([\w-]+)\/:(\w+)/g, (_, noun: string, name: string) => {
    return `${noun}/${encodeURIComponent(things[noun] ?? things[name] ?? 'nothing')}`;
  });
  const body = route.body === undefined ? {} : { body: bodies[`${route.method} ${route.path}`] ?? {} };
  return api.call(route.method.toUpperCase(), path, { as, key: randomUUID(), ...body });
}

/** An account and a ledger transaction of an organisation. */
async function postedFor(
  api: TestApi,
  organisation: string,
  saleId: string,
): Promise<{ accounts: string; transactions: string }> {
  const poster = createPoster({ databaseUrl: api.databaseUrl });
  const posted = await poster.post(
    sale({
      saleId,
      captureNo: 1,
      organisationId: organisation,
      occurredAt: new Date().toISOString(),
      description: 'Coffee',
      cards: [{ processor: processorAccount('stripe', 'acct_test', 'AUD'), amount: money(100, 'AUD') }],
      currency: 'AUD',
    }),
  );
  await poster.close();
  if (posted.kind !== 'posted') throw new Error(`Not posted: ${JSON.stringify(posted)}`);
  return { accounts: organisationAccount(organisation, 'AUD').code, transactions: posted.transactionId };
}
