import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { apiRoutes } from '../../src/api/app.ts';
import type { Route } from '../../src/api/route.ts';
import { readerCupboard } from './counter/reader-cupboard.ts';
import { idOf, startTestApi, type TestAnswer, type TestApi } from './test-api.ts';

const seed = 20_261_121;
const runs = 150;
let api: TestApi;
let routes: readonly Route[];
let sale: string;
const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);
beforeAll(async () => {
  // A command that nobody decides is answered at the deadline; how many there are changes with every route that is added.
  api = await startTestApi({ administration: readerCupboard(), settings: { deadlineMs: 500 } });
  const { site, reader } = api.shops.ours;
  const coffee = { site, reader, amount: { amount: 2500, currency: 'AUD' } };
  sale = idOf(await api.call('POST', '/v1/sales', { key: randomUUID(), body: coffee }));
  routes = apiRoutes(api.dependencies).filter((route) => route.policy.kind === 'key');
  process.on('unhandledRejection', note);
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  await api.close();
});

/** Values that are nearly right: the edges of what the schemas say, and of what a database or JSON can hold. */
const value = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom<unknown>(
      ...[
        0,
        -1,
        1,
        1.5,
        2 ** 53,
        1e308,
        '',
        ' ',
        '1',
        '0x10',
        'AUD',
        'aud',
        null,
        true,
        [],
        {},
        '\ud800',
        '\u0000',
        "'; DROP TABLE sale; --",
      ],
      ...[
        'x'.repeat(5_000),
        '4242424242424242',
        api.shops.ours.site,
        api.shops.ours.reader,
        'none',
        'fixed',
        'manual',
        'look_again',
      ],
      ...[
        '2026-01-01T00:00:00Z',
        '2026-13-40T99:00:00Z',
        'Australia/Sydney',
        'sales.view',
        '__proto__',
        { amount: 1, currency: 'AUD' },
      ],
    ),
    fc.jsonValue({ maxDepth: 3 }),
  );

const fields = [
  ...['site', 'reader', 'amount', 'description', 'captureMode', 'tipMode', 'tip', 'reason', 'decision', 'label'],
  ...['registrationCode', 'name', 'slug', 'zone', 'status', 'currency', 'country', 'processorAccount', 'roles'],
  ...['organisation', 'expiresAt', 'externalRef', 'provider', 'mode', '__proto__', 'constructor', 'extra'],
] as const;

/** What each route would take, so that a single wrong field meets an otherwise right request. */
const right = (route: Route): object => {
  const { site, reader } = api.shops.ours;
  const amount = { amount: 2500, currency: 'AUD' };
  const account = { processorAccount: api.shops.account };
  const bodies: Record<string, object> = {
    '/v1/sales': { site, reader, amount },
    '/v1/sales/:id/resolve': { decision: 'look_again', reason: 'to see' },
    '/v1/sites': { name: 'A', slug: `s-${randomUUID().slice(0, 8)}`, currency: 'AUD', country: 'AU', ...account },
    '/v1/organisations': { name: 'A' },
    '/v1/readers': { site, registrationCode: 'simulated-wpe', label: 'A' },
    '/v1/readers/:id': { label: 'A' },
    '/v1/api-keys': { name: 'A', roles: ['sales.view'] },
  };
  return bodies[route.path] ?? {};
};

const body = (route: Route): fc.Arbitrary<unknown> => {
  const odd = fc.dictionary(fc.constantFrom(...fields), value(), { maxKeys: 2 });
  return fc.oneof(
    { weight: 6, arbitrary: odd.map((wrong) => ({ ...right(route), ...wrong })) },
    { weight: 1, arbitrary: value() },
  );
};

/** JSON with one byte changed, left out or put in. */
const mutated = (route: Route): fc.Arbitrary<Uint8Array> =>
  fc.tuple(body(route), fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'add')).map(([json, at, byte, how]) => {
    const bytes = [...new TextEncoder().encode(JSON.stringify(json))];
    const place = at % Math.max(1, bytes.length);
    bytes.splice(place, how === 'add' ? 0 : 1, ...(how === 'cut' ? [] : [byte]));
    return Uint8Array.from(bytes);
  });

interface Call {
  readonly route: Route;
  readonly raw: string | Uint8Array;
  readonly id: string;
  readonly query: string;
  readonly as: string;
}

const call = (): fc.Arbitrary<Call> =>
  fc
    .constantFrom(...routes.filter((route) => !route.path.endsWith('/events') && route.method !== 'delete'))
    .chain((route) =>
      fc.record({
        route: fc.constant(route),
        raw: fc.oneof(
          body(route).map((json) => JSON.stringify(json)),
          mutated(route),
        ),
        id: fc.oneof(fc.constant(idFor(route)), fc.constantFrom('x', '%00', '..%2f..', `sal_01${'K'.repeat(24)}`)),
        query: fc.constantFrom(
          '',
          '?limit=0',
          '?limit=abc',
          '?cursor=x',
          '?__proto__=1',
          '?at=yesterday',
          '?a[b]=c',
          '?%ff=%fe',
        ),
        as: fc.constantFrom(api.shops.platformKey, api.shops.ours.key),
      }),
    );

/** Something of ours that the address would name; a sale is made beforehand. */
function idFor(route: Route): string {
  const { site, reader, organisation } = api.shops.ours;
  const named: Record<string, string> = { sites: site, readers: reader, organisations: organisation, sales: sale };
  return named[route.path.split('/')[2] ?? ''] ?? 'x';
}

function send({ route, raw, id, query, as }: Call): Promise<TestAnswer> {
  const path = `${route.path.replace(/:\w+/, id)}${route.method === 'get' ? query : ''}`;
  const content = route.method === 'get' || route.method === 'delete' ? {} : { raw };
  return api.call(route.method.toUpperCase(), path, { as, key: randomUUID(), ...content });
}

describe('whatever is sent [F30]', () => {
  it('is answered below 500, and every refusal is a problem with a code', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call(), { minLength: 4, maxLength: 4 }), async (calls) => {
        for (const answer of await Promise.all(calls.map(send))) {
          expect([answer.status < 500, answer.text]).toEqual([true, answer.text]);
          if (answer.status < 400) continue;
          expect(answer.headers.get('content-type')).toBe('application/problem+json');
          expect(answer.body).toMatchObject({ status: answer.status, code: expect.any(String) });
        }
      }),
      { seed, numRuns: runs },
    );
    expect(rejections).toEqual([]);
  });
});
