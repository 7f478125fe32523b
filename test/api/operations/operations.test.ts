import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { createAdminApp } from '../../../src/api/operations/admin-app.ts';
import { Health } from '../../../src/api/operations/health.ts';
import { redaction } from '../../../src/api/operations/logger.ts';
import { SqlPool } from '../../../src/entities/sql-pool.ts';
import { freePort } from '../../support/free-port.ts';
import { requireSchema, SchemaMismatch } from '../../../src/entities/schema-version.ts';
import { runningStack } from '../../support/stack.ts';
import { listenTo } from '../listening.ts';
import { idOf, send, startTestApi, type TestApi } from '../test-api.ts';

let api: TestApi;
const lines: string[] = [];
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

describe('a process of the API', () => {
  it('answers 429 with the seconds to wait to a key that asks too often, and no other', async () => {
    const settings = { ...api.dependencies.settings, rateLimitPerMinute: 3 };
    const server = await listenTo({ ...api.dependencies, settings });
    const ask = (as: string) => send(`${server.url}/v1/sites`, 'GET', { as });
    const answers = [];
    for (let count = 0; count < 4; count += 1) answers.push(await ask(api.shops.ours.key));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 429]);
    expect(answers[3]?.body['code']).toBe('rate_limited');
    expect(Number(answers[3]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(api.shops.theirs.key)).status).toBe(200);
    await server.close();
  });

  it('lets pages of configured origins in, and no others', async () => {
    const preflight = (origin: string) =>
      api.call('OPTIONS', '/v1/sales', { as: '', headers: { origin, 'access-control-request-method': 'POST' } });
    const till = await preflight('https://till.example');
    expect(till.status).toBe(204);
    expect(till.headers.get('access-control-allow-origin')).toBe('https://till.example');
    expect(till.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
    expect((await preflight('https://other.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('hardens every answer, also a refusal', async () => {
    const answer = await api.call('GET', '/v1/nothing');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
  });

  it("keeps a harmless X-Request-Id, and replaces another's", async () => {
    const ask = async (id: string) =>
      (await api.call('GET', '/healthz', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(await ask('till-7.42')).toBe('till-7.42');
    expect(await ask('a b')).toMatch(/^[\w-]{36}$/);
  });

  it('says nothing about a failure of its own but the id under which it was logged', async () => {
    const log = pino({ level: 'error', ...redaction }, collecting());
    const orm = new Proxy(api.orm, {
      get: () => {
        throw new Error('secret detail');
      },
    });
    const server = await listenTo({ ...api.dependencies, orm, log });
    const answer = await send(`${server.url}/v1/sites`, 'GET', { as: api.shops.ours.key });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret detail');
    expect(answer.body['requestId']).toBe(answer.headers.get('x-request-id'));
    expect(lines.join('')).toContain('secret detail');
    await server.close();
  });

  it('leaves keys, codes and bodies out of its log', async () => {
    lines.length = 0;
    const log = pino({ level: 'trace', ...redaction }, collecting());
    const server = await listenTo({ ...api.dependencies, log });
    const { site, reader, key } = api.shops.ours;
    const body = { site, reader, amount: { amount: 100, currency: 'AUD' }, description: 'canary-description' };
    const idempotencyKey = `canary-${randomUUID()}`;
    await send(`${server.url}/v1/sales`, 'POST', { as: key, key: idempotencyKey, body });
    log.info({ authorization: 'canary', body: { client_secret: 'canary', registrationCode: 'canary' } }, 'x');
    expect(lines.join('')).toContain('/v1/sales');
    expect(lines.join('')).not.toMatch(/canary|tf_[0-9a-f]{40}/);
    await server.close();
  });

  it('answers 503 with Retry-After while the database is away, and logs why', async () => {
    const pool = new SqlPool(`mysql://root@127.0.0.1:${await freePort()}/away`, 2);
    const server = await listenTo({ ...api.dependencies, pool });
    const answer = await send(`${server.url}/v1/sales`, 'GET', { as: api.shops.ours.key });
    expect([answer.status, answer.body['code']]).toEqual([503, 'temporarily_unavailable']);
    expect(answer.headers.get('retry-after')).toBe('2');
    await server.close();
    await pool.close();
  });

  it('does not start on a schema that is newer or older than itself', async () => {
    await expect(requireSchema(api.orm)).resolves.toBeUndefined();
    await api.pool.run("INSERT INTO schema_migration (name) VALUES ('9999-future')", []);
    await expect(requireSchema(api.orm)).rejects.toThrow(SchemaMismatch);
    await api.pool.run("DELETE FROM schema_migration WHERE name = '9999-future'", []);
    await api.pool.run("UPDATE schema_migration SET name = CONCAT('x', name) WHERE name = '0002-counter'", []);
    await expect(requireSchema(api.orm)).rejects.toThrow(SchemaMismatch);
    await api.pool.run("UPDATE schema_migration SET name = '0002-counter' WHERE name = 'x0002-counter'", []);
  });
});

describe('readiness', () => {
  it('is lost when something is away or the process is about to stop, and says which', async () => {
    const away = () => Promise.reject(new Error('away'));
    const degraded = new Health({ database: async () => true, redis: away });
    expect(await degraded.readiness()).toEqual({
      ready: true,
      checks: { database: 'up', redis: 'down', process: 'up' },
    });
    const down = new Health({ database: away, redis: async () => true });
    expect(await down.readiness()).toEqual({ ready: false, checks: { database: 'down', redis: 'up', process: 'up' } });
    const health = new Health({ database: () => api.pool.rows('SELECT 1') });
    const server = await listenTo({ ...api.dependencies, health });
    expect((await send(`${server.url}/readyz`, 'GET', {})).status).toBe(200);
    health.drain();
    const draining = await send(`${server.url}/readyz`, 'GET', {});
    expect([draining.status, draining.body['ready']]).toEqual([503, false]);
    expect((await send(`${server.url}/healthz`, 'GET', {})).status).toBe(200);
    await server.close();
  });
});

describe('the admin port', () => {
  it('shows metrics by route and state, and the queues', async () => {
    const { site, reader } = api.shops.ours;
    const body = { site, reader, amount: { amount: 100, currency: 'AUD' } };
    idOf(await api.call('POST', '/v1/sales', { key: randomUUID(), body }));
    const redis = new Redis(runningStack().redisUrl, { maxRetriesPerRequest: null });
    const queue = new Queue('dispatch-provider-events', { connection: redis, prefix: `test-${randomUUID()}` });
    const { health, metrics, log } = api.dependencies;
    const handle = createAdminApp({ health, metrics, queues: [queue], log }).callback();
    const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { text } = await send(`${url}/metrics`, 'GET', {});
    expect(text).toMatch(
      /tillflow_http_request_duration_seconds_count\{method="POST",route="\/v1\/sales",status="201"\} [1-9]/,
    );
    expect(text).toMatch(/tillflow_sales\{state="awaiting_card"\} [1-9]/);
    expect(text).toMatch(/tillflow_inbox_lag_seconds 0/);
    expect((await send(`${url}/queues`, 'GET', {})).text).toContain('<title>');
    expect((await send(`${url}/queues/api/queues`, 'GET', {})).text).toContain('dispatch-provider-events');
    expect((await send(`${url}/readyz`, 'GET', {})).body['ready']).toBe(true);
    server.closeAllConnections();
    server.close();
    await queue.close();
    redis.disconnect();
  });
});

function collecting(): Writable {
  return new Writable({
    write: (chunk: Buffer, _, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
}
