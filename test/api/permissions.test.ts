import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { apiRoutes } from '../../src/api/app.ts';
import { allows, PolicyMissing, requirePolicies } from '../../src/api/access/policy.ts';
import type { Policy, Route } from '../../src/api/route.ts';
import { apiKeyId, organisationId, siteId } from '../../src/domain/ids.ts';
import type { Scope } from '../../src/domain/principal.ts';
import { organisationUserRoles, roles, type Role } from '../../src/domain/roles.ts';
import { listenTo } from './listening.ts';
import { makeIssuer, type Issuer } from '../support/issuer.ts';
import { askRoute, isLasting, keyedRoutes, openPaths, refusalOf, thingsOf, type Things } from './permission-matrix.ts';
import { readerCupboard } from './counter/reader-cupboard.ts';
import { seedKey } from './shops.ts';
import { startTestApi, textOf, type TestApi } from './test-api.ts';

let api: TestApi;
let issuer: Issuer;
let routes: readonly Route[];
let ours: Things;
let theirs: Things;
beforeAll(async () => {
  issuer = await makeIssuer();
  api = await startTestApi({ administration: readerCupboard(), tokens: issuer.settings });
  routes = apiRoutes(api.dependencies);
  ours = await thingsOf(api, api.shops.ours);
  theirs = await thingsOf(api, api.shops.theirs);
});
afterAll(() => api.close());

const ask = (route: Route, as: string, things: Things) => askRoute(api, route, { as, things });

describe('who may do what, for every route of the router [F31]', () => {
  it('lets nobody in without a key, except where a route says that it is open', async () => {
    for (const route of keyedRoutes(api)) {
      const answer = await ask(route, '', ours);
      expect([route.path, answer.status]).toEqual([route.path, 401]);
    }
    expect(openPaths(api)).toEqual([
      '/docs',
      '/docs/:file',
      '/healthz',
      '/openapi.json',
      '/readyz',
      '/v1/reports/files/:id',
    ]);
  });

  it('lets a key of an organisation do what its one role names, and forbids everything else', async () => {
    const scope: Scope = { organisationId: organisationId(api.shops.ours.organisation), siteId: null };
    const seen: string[] = [];
    for (const role of roles) {
      const key = await seedKey(api.orm, scope, [role]);
      for (const route of keyedRoutes(api).filter(isLasting)) {
        const answer = await ask(route, key, ours);
        const refusal = refusalOf(route, { scope: 'organisation', roles: [role] });
        const told = `${role}: ${route.method} ${route.path} ${answer.status}`;
        if (refusal === null) expect([told, [401, 403, 404, 405, 500].includes(answer.status)]).toEqual([told, false]);
        else expect([told, answer.status, answer.body['code']]).toEqual([told, 403, refusal]);
        if (refusal === null) seen.push(route.path);
      }
    }
    expect(new Set(seen).size).toBeGreaterThan(15);
    // Every role asks every route: some two thousand requests.
  }, 120_000);

  it("answers 404 for another organisation's things, whatever the role, and changes nothing", async () => {
    const scope: Scope = { organisationId: organisationId(api.shops.ours.organisation), siteId: null };
    const key = await seedKey(
      api.orm,
      scope,
      roles.filter((role) => role !== 'platform.admin'),
    );
    const before = await api.fingerprint();
    const withId = keyedRoutes(api).filter((route) => route.path.includes('/:'));
    expect(withId.length).toBeGreaterThan(15);
    for (const route of withId) {
      const answer = await ask(route, key, theirs);
      // What only the platform or a person may do is refused before it is looked for, so that nothing is learnt of it.
      const refusal = refusalOf(route, { scope: 'organisation', roles });
      const expected = refusal === null ? [404, 'not_found'] : [403, refusal];
      const told = [route.method, route.path];
      expect([...told, answer.status, answer.body['code']]).toEqual([...told, ...expected]);
    }
    expect(await api.fingerprint()).toBe(before);
  });

  it('lets a person of an organisation do what its key may not, there and nowhere else', async () => {
    const { organisation } = api.shops.ours;
    const path = `/v1/organisations/${organisation}/users/bert`;
    await api.call('PUT', path, { as: api.shops.platformKey, body: { role: 'edit' } });
    const bert = await issuer.token({ sub: 'bert', tillflow_organisation: organisation });
    const person = { scope: 'organisation', roles: organisationUserRoles.edit, isPerson: true } as const;
    const reserved: string[] = [];
    for (const route of keyedRoutes(api).filter(isLasting)) {
      const refusal = refusalOf(route, person);
      const told = `${route.method} ${route.path}`;
      const [own, foreign] = [await ask(route, bert, ours), await ask(route, bert, theirs)];
      const isOpen = ![401, 403, 404, 405, 500].includes(own.status);
      const isIn = refusal === null ? isOpen : textOf(own.body['code']) === refusal;
      expect([told, own.status, isIn]).toEqual([told, own.status, true]);
      if (route.path.includes('/:')) expect([told, foreign.status]).toEqual([told, refusal === null ? 404 : 403]);
      if (refusal === null && route.policy.noMachines === true) reserved.push(told);
    }
    expect(reserved.sort()).toEqual([
      'post /v1/internal-refunds',
      'post /v1/organisations/:id/member-top-ups',
      'post /v1/organisations/:id/member-top-ups/:topUp/reversal',
      'post /v1/organisations/:id/transfers',
    ]);
  }, 60_000);

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
    for (const { policy } of keyedRoutes(api)) expect(allows(policy, nobody)).toBe(false);
  });
});
