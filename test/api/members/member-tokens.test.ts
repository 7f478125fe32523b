import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, UnsecuredJWT } from 'jose';
import { apiRoutes } from '../../../src/api/app.ts';
import type { Route } from '../../../src/api/route.ts';
import { freePort } from '../../support/free-port.ts';
import { makeIssuer, secondsFromNow, type Issuer } from '../../support/issuer.ts';
import { listenTo } from '../listening.ts';
import { memberThings, type MemberThings } from './member-things.ts';
import { idOf, itemsOf, send, startTestApi, textOf, type TestAnswer, type TestApi } from '../test-api.ts';

let api: TestApi;
let issuer: Issuer;
let ours: MemberThings;
let theirs: MemberThings;
let own: string;
beforeAll(async () => {
  issuer = await makeIssuer();
  api = await startTestApi({ tokens: issuer.settings, settings: { deadlineMs: 300 } });
  [ours, theirs] = [await memberThings(api), await memberThings(api)];
  own = await issuer.token({ tillflow_member: ours.members });
}, 60_000);
afterAll(() => api.close());

const money = { amount: 5_000, currency: 'AUD' };

/** A body that each route for members takes, so that nothing but ownership can stand against it. */
function bodyOf(route: Route, things: MemberThings): object {
  const { members: member } = things;
  const to = { organisation: api.shops.ours.organisation };
  const bodies: Readonly<Record<string, object>> = {
    'post /v1/payments': { member, to, amount: { amount: 100, currency: 'AUD' }, description: 'Entry' },
    'post /v1/members/:id/top-ups': { amount: money },
    'post /v1/members/:id/refunds': { topUp: things['top-ups'] },
    'patch /v1/members/:id/auto-top-up': { enabled: false },
    'post /v1/ious/:id/pay': { member },
  };
  return bodies[`${route.method} ${route.path}`] ?? {};
}

function ask(route: Route, things: MemberThings, as = own): Promise<TestAnswer> {
  const noun = (/([\w-]+)\/:id/.exec(route.path)?.[1] ?? '') as keyof MemberThings;
  const path = route.path
    .replace(':id', things[noun])
    .replace(':organisation', api.shops.ours.organisation)
    .replace(':notice', things.notices)
    .replace(/:\w+/, 'nothing');
  const body = route.body === undefined ? {} : { body: bodyOf(route, things) };
  return api.call(route.method.toUpperCase(), path, { as, key: randomUUID(), ...body });
}

const keyed = (): readonly Route[] => apiRoutes(api.dependencies).filter(({ policy }) => policy.kind === 'key');
const isForMembers = ({ policy }: Route): boolean => policy.kind === 'key' && policy.forMembers === true;
const told = (route: Route, answer: TestAnswer): string =>
  `${route.method} ${route.path} ${answer.status} ${answer.body['code'] === undefined ? 'fine' : textOf(answer.body['code'])}`;

/** Everything that anybody's money could be seen in. */
async function moneyOf(): Promise<string> {
  const tables = ['payment', 'top_up', 'refund', 'iou', 'member', 'member_consent', 'auto_top_up', 'ledger_account'];
  const more = ['ledger_transaction', 'ledger_entry', 'ledger_hold', 'idempotency_request', 'audit_event'];
  return JSON.stringify(await api.pool.rows(`CHECKSUM TABLE ${[...tables, ...more].join(', ')}`));
}

describe('every route of the router, for a member with their own token', () => {
  it('[W-24] answers 404 for the things of another member where members may ask, and changes nothing', async () => {
    const before = await moneyOf();
    const routes = keyed().filter(isForMembers);
    expect(routes.length).toBeGreaterThan(25);
    for (const route of routes) {
      const answer = await ask(route, theirs);
      expect(told(route, answer)).toBe(`${route.method} ${route.path} 404 not_found`);
    }
    expect(await moneyOf()).toBe(before);
  });

  it('forbids whatever is not for members, also with their own things, and changes nothing', async () => {
    const before = await moneyOf();
    const routes = keyed().filter((route) => !isForMembers(route));
    expect(routes.length).toBeGreaterThan(50);
    for (const route of routes) {
      const answer = await ask(route, ours);
      expect(told(route, answer)).toBe(`${route.method} ${route.path} 403 forbidden`);
    }
    expect(await moneyOf()).toBe(before);
  });

  it('[W-25] changes nothing by reading what is their own', async () => {
    const before = await moneyOf();
    const routes = keyed().filter((route) => isForMembers(route) && route.method === 'get');
    expect(routes.length).toBeGreaterThan(12);
    for (const route of routes) {
      const answer = await ask(route, ours);
      expect(told(route, answer)).toBe(`${route.method} ${route.path} 200 fine`);
    }
    expect(await moneyOf()).toBe(before);
  });

  it('lets them do what members may with their own things', async () => {
    const mine = await memberThings(api);
    const token = await issuer.token({ tillflow_member: mine.members });
    for (const route of keyed().filter((one) => isForMembers(one) && one.method !== 'get')) {
      const answer = await ask(route, mine, token);
      expect([told(route, answer), [401, 403, 404, 405].includes(answer.status)]).toEqual([told(route, answer), false]);
    }
  });
});

describe('what only a host may say', () => {
  it('is refused from a member: a callback for the host, or funds for it to book', async () => {
    const before = await moneyOf();
    const entry = { member: ours.members, amount: { amount: 100, currency: 'AUD' }, description: 'Entry' };
    const to = { organisation: api.shops.ours.organisation };
    for (const body of [
      { ...entry, to, route: { code: 'EVT', payload: 'entry-7' } },
      { ...entry, booking: 'host' },
    ]) {
      const answer = await api.call('POST', '/v1/payments', { as: own, key: randomUUID(), body });
      expect([answer.status, answer.body['code']]).toEqual([403, 'forbidden']);
    }
    expect(await moneyOf()).toBe(before);
  });

  it('[W-24] is whom a member pays for: their own token pays neither for nor as another', async () => {
    const before = await moneyOf();
    for (const [iou, body] of [
      [theirs.ious, { member: ours.members, forAnother: true }],
      [ours.ious, { member: theirs.members, forAnother: true }],
    ] as const) {
      const answer = await api.call('POST', `/v1/ious/${iou}/pay`, { as: own, key: randomUUID(), body });
      expect([answer.status, answer.body['code']]).toEqual([404, 'not_found']);
    }
    expect(await moneyOf()).toBe(before);
  });
});

describe('Tillflow-Actor', () => {
  const register = (as: string, actor: string) => {
    const body = { externalRef: randomUUID(), firstName: 'Alan', lastName: 'Admin', currency: 'AUD' };
    return api.call('POST', '/v1/members', { as, body, headers: { 'tillflow-actor': actor } });
  };

  it('is written down as the word of the platform’s key, beside the key', async () => {
    const registered = await register(api.shops.platformKey, 'clerk-7');
    const member = idOf(registered);
    const audit = await api.pool.rows('SELECT actor, asserted_actor FROM audit_event WHERE target = ?', [member]);
    expect(audit).toEqual([{ actor: expect.stringMatching(/^key_/), asserted_actor: 'clerk-7' }]);
    const to = { organisation: api.shops.ours.organisation };
    const body = { member, to, amount: { amount: 100, currency: 'AUD' }, description: 'Entry' };
    const headers = { 'tillflow-actor': 'clerk-8' };
    await api.call('POST', '/v1/payments', { as: api.shops.platformKey, key: randomUUID(), body, headers });
    const paid = await api.pool.rows('SELECT actor, asserted_actor FROM payment WHERE member_id = ?', [member]);
    expect(paid).toEqual([{ actor: expect.stringMatching(/^key_/), asserted_actor: 'clerk-8' }]);
  });

  it('is refused when malformed, and from whoever is not the platform’s key', async () => {
    const before = await moneyOf();
    for (const actor of ['two words', 'x'.repeat(121)]) {
      const answer = await register(api.shops.platformKey, actor);
      expect([answer.status, answer.body['code']]).toEqual([422, 'invalid_request']);
    }
    const staff = await issuer.token({ sub: 'clerk-3', tillflow_roles: ['platform.admin'] });
    const headers = { 'tillflow-actor': 'somebody-else' };
    const refused = [
      await register(staff, 'somebody-else'),
      await api.call('GET', `/v1/members/${ours.members}`, { as: own, headers }),
      await api.call('GET', '/v1/ious', { as: api.shops.ours.key, headers }),
    ];
    expect(refused.map(({ status, body }) => [status, body['code']])).toEqual(refused.map(() => [403, 'forbidden']));
    expect(await moneyOf()).toBe(before);
  });
});

describe('whom a token names', () => {
  const read = (token: string, url = api.url) => send(`${url}/v1/members/${ours.members}`, 'GET', { as: token });

  it('is found by the host’s own name to the letter, and not by one that a collation takes for it', async () => {
    const externalRef = `Zoe-${randomUUID()}`;
    const body = { externalRef, firstName: 'Zoe', lastName: 'Zu', currency: 'AUD' };
    const zoe = idOf(await api.call('POST', '/v1/members', { as: api.shops.platformKey, body }));
    const named = async (sub: string) =>
      (await api.call('GET', `/v1/members/${zoe}`, { as: await issuer.token({ sub }) })).status;
    expect(await named(externalRef)).toBe(200);
    expect(await named(externalRef.toUpperCase())).toBe(401);
  });

  it('is believed a minute past the end, for clocks that differ, and no longer', async () => {
    const ended = (secondsAgo: number) =>
      issuer.token({ tillflow_member: ours.members, exp: secondsFromNow(-secondsAgo) });
    expect((await read(await ended(30))).status).toBe(200);
    expect((await read(await ended(90))).status).toBe(401);
  });

  it('is nobody in a token that is not signed, or whose roles are no roles', async () => {
    const claims = { tillflow_member: ours.members, iss: 'https://club.example', aud: 'tillflow', sub: 'x' };
    const unsigned = new UnsecuredJWT({ ...claims, exp: secondsFromNow(300) }).encode();
    expect((await read(unsigned)).status).toBe(401);
    const roleless = await issuer.token({ tillflow_member: ours.members, tillflow_roles: ['nonsense', 7] });
    expect((await read(roleless)).status).toBe(403);
  });

  it('is nobody where no issuer is configured', async () => {
    const { tokens, ...withoutTokens } = api.dependencies;
    expect(tokens).toBeDefined();
    const other = await listenTo(withoutTokens);
    const answer = await read(own, other.url);
    await other.close();
    expect([answer.status, answer.body['code']]).toEqual([401, 'unauthenticated']);
  });

  it('is not known while the issuer’s keys cannot be read: the caller may repeat', async () => {
    const keys = createRemoteJWKSet(new URL(`http://127.0.0.1:${await freePort()}/jwks.json`));
    const other = await listenTo({ ...api.dependencies, tokens: { ...issuer.settings, keys } });
    const answer = await read(own, other.url);
    await other.close();
    expect([answer.status, answer.body['code']]).toEqual([503, 'temporarily_unavailable']);
  });
});

describe('the number of a member', () => {
  const register = (no?: number) => {
    const body = { externalRef: randomUUID(), firstName: 'New', lastName: 'Player', currency: 'AUD' };
    const given = no === undefined ? {} : { no };
    return api.call('POST', '/v1/members', { as: api.shops.platformKey, body: { ...body, ...given } });
  };

  it('that a host gives brings what is owed under it, and is never given out again', async () => {
    const amount = { amount: 1_500, currency: 'AUD' };
    const debt = { externalRef: randomUUID(), memberNo: 620_246, amount };
    const iou = idOf(await api.call('POST', '/v1/ious', { as: api.shops.ours.key, body: debt }));
    const claimed = await register(620_246);
    expect([claimed.status, claimed.body['no']]).toEqual([201, 620_246]);
    const token = await issuer.token({ tillflow_member: idOf(claimed) });
    const owed = await api.call('GET', `/v1/members/${idOf(claimed)}/ious?state=open`, { as: token });
    expect(itemsOf(owed).map((one) => one['id'])).toEqual([iou]);
    expect((await register()).body['no']).toBe(620_247);
  });

  it('is refused when somebody has it, or when it is none', async () => {
    await register(700_000);
    const taken = await register(700_000);
    expect([taken.status, taken.body['code']]).toEqual([409, 'conflict']);
    for (const no of [0, -1, 1.5, 2 ** 31]) expect((await register(no)).status).toBe(422);
  });
});
