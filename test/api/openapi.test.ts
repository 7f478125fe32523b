import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiRoutes } from '../../src/api/app.ts';
import { problemStatus } from '../../src/api/problems.ts';
import { startTestApi, type TestApi } from './test-api.ts';

interface Operation {
  readonly operationId: string;
  readonly security?: unknown[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean }[];
  readonly requestBody?: { content: Record<string, { schema: unknown }> };
  readonly responses: Record<string, unknown>;
}
interface Description {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Record<string, Record<string, unknown>>;
}

let api: TestApi;
let description: Description;
beforeAll(async () => {
  api = await startTestApi();
  description = (await api.call('GET', '/openapi.json', { as: '' })).body as unknown as Description;
});
afterAll(() => api.close());

const operations = (): readonly [string, string, Operation][] =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [method, path, operation]),
  );

describe('/openapi.json', () => {
  it('describes every route of the API in OpenAPI 3.1, and nothing else', () => {
    expect(description.openapi).toBe('3.1.0');
    const described = operations().map(([method, path]) => `${method} ${path}`);
    const served = apiRoutes(api.dependencies)
      .filter((route) => route.tag !== 'Description')
      .map((route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(described.sort()).toEqual(served.sort());
    expect(described.length).toBeGreaterThan(25);
  });

  it('names each operation once, and every part of an address as a required parameter', () => {
    const ids = operations().map(([, , operation]) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, path, operation] of operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(parameters.map((parameter) => parameter.name)).toEqual(named);
      expect(parameters.every((parameter) => parameter.required)).toBe(true);
    }
  });

  it('refers only to what it defines', () => {
    const references = [...JSON.stringify(description).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, section = '', name = ''] of references) expect(description.components[section]).toHaveProperty(name);
  });

  it('demands a key wherever one is needed, and the idempotency key where money may move', () => {
    for (const route of apiRoutes(api.dependencies).filter((candidate) => candidate.tag !== 'Description')) {
      const operation = description.paths[route.path.replaceAll(/:(\w+)/g, '{$1}')]?.[route.method];
      expect(operation?.security).toEqual(route.policy.kind === 'public' ? [] : undefined);
      const header = operation?.parameters?.find((parameter) => parameter.name === 'Idempotency-Key');
      expect(header?.required ?? false).toBe(route.idempotency === 'required');
    }
    const money = operations().filter(([method, path]) => method === 'post' && path.startsWith('/v1/sales'));
    expect(money.map(([, path]) => path)).toHaveLength(5);
    for (const [, , operation] of money) {
      expect(operation.parameters).toContainEqual(expect.objectContaining({ name: 'Idempotency-Key', required: true }));
    }
  });

  it('forbids unknown fields in every body that it takes', () => {
    const bodies = operations().flatMap(([, , { requestBody }]) => requestBody?.content['application/json'] ?? []);
    expect(bodies.length).toBeGreaterThan(10);
    for (const { schema } of bodies) expect(resolved(schema)).toMatchObject({ additionalProperties: false });
  });

  it('answers with what it describes: the members of a sale', async () => {
    const described = resolved({ $ref: '#/components/schemas/Sale' }) as { required: string[] };
    const { site, reader, key } = api.shops.ours;
    const body = { site, reader, amount: { amount: 2500, currency: 'AUD' } };
    const sale = await api.call('POST', '/v1/sales', { as: key, key: 'described', body });
    expect(Object.keys(sale.body).sort()).toEqual([...described.required].sort());
  });

  function resolved(schema: unknown): unknown {
    const reference = (schema as { $ref?: string }).$ref;
    return reference === undefined ? schema : description.components['schemas']?.[reference.split('/').at(-1) ?? ''];
  }
});

describe('/docs', () => {
  it('is served from here alone, under a policy that forbids everything foreign', async () => {
    const page = await api.call('GET', '/docs', { as: '' });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self';");
    expect(page.text).not.toMatch(/https?:/);
    for (const [, path = ''] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect([path, (await api.call('GET', path, { as: '' })).status]).toEqual([path, 200]);
    }
    expect((await api.call('GET', '/docs/package.json', { as: '' })).status).toBe(404);
  });
});

describe('problems', () => {
  it('have a status of the closed list for each code', () => {
    const allowed = new Set([400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503]);
    expect(Object.values(problemStatus).filter((status) => !allowed.has(status))).toEqual([]);
  });
});
