import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { apiRoutes } from '../../src/api/app.ts';
import { allows, PolicyMissing, requirePolicies } from '../../src/api/policy.ts';
import type { Policy, Route } from '../../src/api/route.ts';
import { apiKeyId, organisationId, siteId } from '../../src/domain/ids.ts';
import type { Scope } from '../../src/domain/principal.ts';
import { organisationAccount, processorAccount } from '../../src/domain/ledger-account.ts';
import { money } from '../../src/domain/money.ts';
import { grants, roles, type Role } from '../../src/domain/roles.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { sale } from '../../src/ledger/postings/sale.ts';
import { plannedPayout } from '../support/payouts.ts';
import { listenTo } from './listening.ts';
import { readerCupboard } from './reader-cupboard.ts';
import { seedKey } from './shops.ts';
import { idOf, startTestApi, type TestAnswer, type TestApi } from './test-api.ts';

let api: TestApi;
let routes: readonly Route[];
let ours: Record<string, string>;
let theirs: Record<string, string>;
beforeAll(async () => {
  api = await startTestApi({ administration: readerCupboard() });
  routes = apiRoutes(api.dependencies);
  ours = await thingsOf(api.shops.ours);
  theirs = await thingsOf(api.shops.theirs);
});
afterAll(() => api.close());

/** What an address below each noun names. */
async function thingsOf(shop: TestApi['shops']['ours']): Promise<Record<string, string>> {
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
    ious: idOf(await api.call('POST', '/v1/ious', { as: shop.key, body: owed })),
    payouts: (await plannedPayout(api, { organisation: organisationId(shop.organisation) })).id,
    ...(await postedFor(shop.organisation, sold)),
  };
}

/** An account and a ledger transaction of an organisation. */
async function postedFor(organisation: string, saleId: string): Promise<{ accounts: string; transactions: string }> {
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

/** A body that the route takes, where an empty one would not do. */
const bodies: Readonly<Record<string, object>> = {
  'post /v1/sales/:id/resolve': { decision: 'look_again', reason: 'to see' },
  'patch /v1/readers/:id': { label: 'Till' },
};

function ask(route: Route, as: string, things: Record<string, string>): Promise<TestAnswer> {
  const noun = /([\w-]+)\/:/.exec(route.path)?.[1] ?? '';
  const path = route.path.replace(/:\w+/, encodeURIComponent(things[noun] ?? 'nothing'));
  const body = route.body === undefined ? {} : { body: bodies[`${route.method} ${route.path}`] ?? {} };
  return api.call(route.method.toUpperCase(), path, { as, key: randomUUID(), ...body });
}

const keyedRoutes = (): readonly (Route & { policy: Extract<Policy, { kind: 'key' }> })[] =>
  routes.filter((route): route is Route & { policy: Extract<Policy, { kind: 'key' }> } => route.policy.kind === 'key');
/** A stream has no end while its sale goes on, and an act on a reader or key would take it away from the next route. */
const lasting = (route: Route): boolean => !route.path.endsWith('/events') && route.method !== 'delete';

describe('who may do what, for every route of the router [F31]', () => {
  it('lets nobody in without a key, except where a route says that it is open', async () => {
    for (const route of keyedRoutes()) {
      const answer = await ask(route, '', ours);
      expect([route.path, answer.status]).toEqual([route.path, 401]);
    }
    const open = routes.filter((route) => route.policy.kind === 'public').map((route) => route.path);
    expect(open.sort()).toEqual(['/docs', '/docs/:file', '/healthz', '/openapi.json', '/readyz']);
  });

  it('lets a key of an organisation do what its one role names, and forbids everything else', async () => {
    const scope: Scope = { organisationId: organisationId(api.shops.ours.organisation), siteId: null };
    const seen: string[] = [];
    for (const role of roles) {
      const key = await seedKey(api.orm, scope, [role]);
      for (const route of keyedRoutes().filter(lasting)) {
        const answer = await ask(route, key, ours);
        const allowed =
          route.policy.scope !== 'platform' && route.policy.roles.some((needed) => grants(new Set([role]), needed));
        const told = `${role}: ${route.method} ${route.path} ${answer.status}`;
        if (allowed) expect([told, [401, 403, 404, 405, 500].includes(answer.status)]).toEqual([told, false]);
        else expect([told, answer.status, answer.body['code']]).toEqual([told, 403, 'forbidden']);
        if (allowed) seen.push(route.path);
      }
    }
    expect(new Set(seen).size).toBeGreaterThan(15);
  });

  it("answers 404 for another organisation's things, whatever the role, and changes nothing", async () => {
    const scope: Scope = { organisationId: organisationId(api.shops.ours.organisation), siteId: null };
    const key = await seedKey(
      api.orm,
      scope,
      roles.filter((role) => role !== 'platform.admin'),
    );
    const before = await api.fingerprint();
    const withId = keyedRoutes().filter((route) => route.path.includes('/:'));
    expect(withId.length).toBeGreaterThan(15);
    for (const route of withId) {
      const answer = await ask(route, key, theirs);
      // What only the platform may do is refused before it is looked for, so that nothing is learnt of it either.
      const expected = route.policy.scope === 'platform' ? [403, 'forbidden'] : [404, 'not_found'];
      const told = [route.method, route.path];
      expect([...told, answer.status, answer.body['code']]).toEqual([...told, ...expected]);
    }
    expect(await api.fingerprint()).toBe(before);
  });

  it('confines a key of a site to its own site', async () => {
    const { organisation, site } = api.shops.ours;
    const scope: Scope = { organisationId: organisationId(organisation), siteId: siteId(site) };
    const key = await seedKey(api.orm, scope, [
      'sales.use',
      'site.manage',
      'reader.manage',
      'organisation.view',
      'apikey.manage',
    ]);
    const body = (shop: { site: string; reader: string }) => ({ ...shop, amount: { amount: 100, currency: 'AUD' } });
    const sell = (shop: { site: string; reader: string }) =>
      api.call('POST', '/v1/sales', {
        as: key,
        key: randomUUID(),
        body: body({ site: shop.site, reader: shop.reader }),
      });
    expect((await sell(api.shops.ours)).status).toBe(201);
    expect((await sell(api.shops.theirs)).status).toBe(404);
    expect((await api.call('GET', `/v1/sites/${site}`, { as: key })).status).toBe(200);
    expect((await api.call('GET', `/v1/organisations/${organisation}`, { as: key })).status).toBe(403);
    expect((await api.call('GET', '/v1/api-keys', { as: key })).status).toBe(403);
  });
});

describe('default deny', () => {
  const route = (policy?: Policy): Route => ({ ...routes[0]!, policy: policy as Policy });

  it('does not start with a route that does not say who may use it', async () => {
    expect(() => {
      requirePolicies([route()]);
    }).toThrow(PolicyMissing);
    expect(() => {
      requirePolicies([route({ kind: 'key', scope: 'site', roles: [] })]);
    }).toThrow(/declares no policy/);
    await expect(listenTo(api.dependencies).then((server) => server.close())).resolves.toBeUndefined();
  });

  it('gives nothing to a key without roles', () => {
    const nobody = {
      keyId: apiKeyId(api.shops.ours.keyId),
      name: 'x',
      roles: new Set<Role>(),
      organisationId: null,
      siteId: null,
    };
    for (const { policy } of keyedRoutes()) expect(allows(policy, nobody)).toBe(false);
  });
});
