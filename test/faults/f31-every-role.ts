import { organisationId, siteId } from '../../src/domain/ids.ts';
import type { Scope, ScopeLevel } from '../../src/domain/principal.ts';
import { organisationUserRoles, platformRoles, roles } from '../../src/domain/roles.ts';
import {
  askRoute,
  isLasting,
  keyedRoutes,
  mayCall,
  refusalOf,
  thingsOf,
  type Caller as Kind,
  type KeyedRoute,
  type Things,
} from '../api/permission-matrix.ts';
import { readerCupboard } from '../api/counter/reader-cupboard.ts';
import { seedKey } from '../api/shops.ts';
import { startTestApi, textOf, type TestApi } from '../api/test-api.ts';
import { makeIssuer, type Issuer } from '../support/issuer.ts';
import { inLanes, Tally } from './harness/lanes.ts';
import type { Fault, FaultContext } from './harness/types.ts';

/** How many roles are tried with each kind of caller; all of them at full size. */
const rolesTried = { full: roles.length, small: 5 } as const;
const lanes = [1, 2, 3, 4];

/** Who calls: a key that reaches so far, a person of the staff, with one role and no other, or one of an organisation. */
interface Caller extends Kind {
  readonly name: string;
  readonly as: string;
}

export const fault: Fault = {
  id: 'F31',
  title: 'every route answers every role of every reach as it says of itself, and denies all else; foreign ids are 404',
  run: async (context) => {
    const issuer = await makeIssuer();
    const api = await startTestApi({ administration: readerCupboard(), tokens: issuer.settings });
    try {
      return await tryAll(api, issuer, context);
    } finally {
      await api.close();
    }
  },
};

async function tryAll(api: TestApi, issuer: Issuer, context: FaultContext) {
  const [ours, theirs] = [await thingsOf(api, api.shops.ours), await thingsOf(api, api.shops.theirs)];
  const callers = await everyCaller(api, issuer, context);
  const routes = keyedRoutes(api);
  const seen = new Tally<'answered' | 'denied' | 'foreign' | 'nobody'>();
  const wrong: string[] = [];
  const judge = (isRight: boolean, told: string): void => {
    if (!isRight) wrong.push(told);
  };
  await withoutKey(api, { routes, ours, judge });
  seen.add('nobody', routes.length * 2);
  const before = await api.fingerprint();
  const denied = cells(routes, callers).filter(({ route, caller }) => !mayCall(route, caller));
  await inLanes(lanes, denied, async (_lane, { route, caller }) => {
    const { status, body } = await askRoute(api, route, { as: caller.as, things: ours });
    judge(
      status === 403 && textOf(body['code']) === refusalOf(route, caller),
      `${caller.name} at ${nameOf(route)}: ${status}`,
    );
    seen.add('denied');
  });
  const foreigners = callers.filter(({ scope }) => scope !== 'platform');
  const foreign = cells(routes, foreigners).filter(({ route, caller }) => mayCall(route, caller));
  await inLanes(lanes, foreign.filter(isById), async (_lane, { route, caller }) => {
    const { status } = await askRoute(api, route, { as: caller.as, things: theirs });
    judge(status === 404, `${caller.name} at a foreign ${nameOf(route)}: ${status}`);
    seen.add('foreign');
  });
  judge((await api.fingerprint()) === before, 'what was denied has changed rows');
  const granted = cells(routes.filter(isLasting), callers).filter(({ route, caller }) => mayCall(route, caller));
  await inLanes(lanes, granted, async (_lane, { route, caller }) => {
    const { status } = await askRoute(api, route, { as: caller.as, things: ours });
    judge(![401, 403, 405, 500].includes(status), `${caller.name} at ${nameOf(route)}: ${status}`);
    seen.add('answered');
  });
  const figures = `${routes.length} routes × ${callers.length} callers: ${seen.toString()}; wrong: ${wrong.slice(0, 5).join('; ') || 'none'}`;
  const injections = seen.total - seen.of('answered');
  return { pass: wrong.length === 0 && seen.of('answered') > routes.length / 4, figures, injections };
}

/** Nobody, and somebody with a key that was never ours. */
async function withoutKey(
  api: TestApi,
  at: { routes: readonly KeyedRoute[]; ours: Things; judge: (isRight: boolean, told: string) => void },
): Promise<void> {
  for (const as of ['', 'tfk_nobodys']) {
    await inLanes(lanes, at.routes, async (_lane, route) => {
      const { status } = await askRoute(api, route, { as, things: at.ours });
      at.judge(status === 401, `nobody at ${nameOf(route)}: ${status}`);
    });
  }
}

async function everyCaller(api: TestApi, issuer: Issuer, { size, random }: FaultContext): Promise<readonly Caller[]> {
  const { organisation, site } = api.shops.ours;
  const scopes: readonly (readonly [ScopeLevel, Scope])[] = [
    ['platform', { organisationId: null, siteId: null }],
    ['organisation', { organisationId: organisationId(organisation), siteId: null }],
    ['site', { organisationId: organisationId(organisation), siteId: siteId(site) }],
  ];
  const callers: Caller[] = [];
  for (const [scope, reach] of scopes) {
    const held = roles.filter((role) => scope === 'platform' || !platformRoles.has(role));
    for (const role of random.shuffled(held).slice(0, rolesTried[size])) {
      callers.push({
        name: `a key of the ${scope} with ${role}`,
        scope,
        roles: [role],
        as: await seedKey(api.orm, reach, [role]),
      });
    }
  }
  for (const role of random.shuffled(roles).slice(0, rolesTried[size])) {
    const as = await issuer.token({ sub: `staff-${role}`, tillflow_roles: [role] });
    callers.push({ name: `a person with ${role}`, scope: 'platform', roles: [role], isPerson: true, as });
  }
  callers.push(...(await peopleOf(api, issuer)));
  return callers;
}

/** What an organisation's people may do goes by how they were entered. */
async function peopleOf(api: TestApi, issuer: Issuer): Promise<readonly Caller[]> {
  const { organisation } = api.shops.ours;
  const people: Caller[] = [];
  for (const role of ['view', 'edit'] as const) {
    const path = `/v1/organisations/${organisation}/users/${role}`;
    await api.call('PUT', path, { as: api.shops.platformKey, body: { role } });
    const as = await issuer.token({ sub: role, tillflow_organisation: organisation });
    const kind = { scope: 'organisation', roles: organisationUserRoles[role], isPerson: true } as const;
    people.push({ ...kind, name: `a person of an organisation, who may ${role}`, as });
  }
  return people;
}

function cells(routes: readonly KeyedRoute[], callers: readonly Caller[]) {
  return routes.flatMap((route) => callers.map((caller) => ({ route, caller })));
}

function isById({ route }: { readonly route: KeyedRoute }): boolean {
  return route.path.includes('/:');
}

function nameOf({ method, path }: KeyedRoute): string {
  return `${method} ${path}`;
}
