import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { freePort } from '../support/free-port.ts';
import { listenTo } from './listening.ts';
import { idOf, itemsOf, send, textOf, startTestApi, type TestAnswer, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.story.reset();
});

const body = (amount = 2500) => ({
  site: api.shops.ours.site,
  reader: api.shops.ours.reader,
  amount: { amount, currency: 'AUD' },
});
const sell = (key: string, amount?: number): Promise<TestAnswer> =>
  api.call('POST', '/v1/sales', { key, body: body(amount) });
const countOf = async (table: string): Promise<unknown> =>
  (await api.pool.rows(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.['n'];
/** As after a crash between the outcome and the keeping of the answer. */
const forgetAnswer = async (key: string): Promise<void> => {
  await api.dependencies.answers.settled();
  await api.pool.run(
    "UPDATE idempotency_request SET state = 'running', status = NULL, body = NULL, finished_at = NULL WHERE idempotency_key = ?",
    [key],
  );
};

describe('Idempotency-Key on sales', () => {
  it('makes one sale of 50 requests at once with the same key, and says the same to all [F17]', async () => {
    const key = randomUUID();
    const before = await countOf('sale');
    const answers = await Promise.all(Array.from({ length: 50 }, () => sell(key)));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 50 }, () => 201));
    expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(api.story.calls).toHaveLength(1);
    expect(await countOf('sale')).toBe(Number(before) + 1);
  });

  it('gives the same bytes and says that they were given before', async () => {
    const key = randomUUID();
    const first = await sell(key);
    const second = await sell(key);
    expect([second.status, second.text]).toEqual([201, first.text]);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
  });

  it('gives the same bytes after a crash between the outcome and the keeping of the answer [F2]', async () => {
    const key = randomUUID();
    const first = await sell(key);
    await api.story.become(idOf(first), { state: 'authorized', authorized_minor: 2500 });
    await forgetAnswer(key);
    const second = await sell(key);
    expect([second.status, second.text]).toEqual([201, first.text]);
    expect(api.story.calls).toHaveLength(1);
  });

  it('gives the same bytes after such a crash also when the sale has ended meanwhile', async () => {
    const key = randomUUID();
    const first = await sell(key);
    await api.call('POST', `/v1/sales/${idOf(first)}/cancel`, { key: randomUUID(), body: {} });
    await forgetAnswer(key);
    const second = await sell(key);
    expect([second.status, second.text]).toEqual([201, first.text]);
  });

  it('gives the same answer to a command after such a crash, whether the sale goes on or has ended', async () => {
    const { capturing, canceling } = { capturing: randomUUID(), canceling: randomUUID() };
    const id = idOf(await sell(randomUUID()));
    api.story.script.takeSale = async ({ saleId }) => ({
      kind: 'refused',
      code: 'processor_refused',
      message: 'not now',
      sale: await api.story.become(saleId, { state: 'authorized' }),
    });
    const command = (name: string, key: string) => api.call('POST', `/v1/sales/${id}/${name}`, { key, body: {} });
    const first = [await command('capture', capturing), await command('cancel', canceling)];
    await forgetAnswer(capturing);
    await forgetAnswer(canceling);
    const second = [await command('capture', capturing), await command('cancel', canceling)];
    expect(second.map((answer) => [answer.status, answer.text])).toEqual(
      first.map((answer) => [answer.status, answer.text]),
    );
    expect(first.map((answer) => answer.status)).toEqual([409, 200]);
  });

  it('goes on where a request stopped that had written its intention and no more', async () => {
    const { key, sale } = await orphan('0 HOUR');
    const resumed = await sell(key);
    expect(resumed.status).toBe(201);
    expect(idOf(resumed)).toBe(sale);
    expect(resumed.body['state']).toBe('awaiting_card');
  });

  it('does not start a sale whose request was left a day ago, and says how it stands', async () => {
    const { key, sale } = await orphan('1 DAY');
    const answer = await sell(key);
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'sale_state_conflict', state: 'created', sale: { id: sale } });
    expect(api.story.calls.filter(({ request }) => (request as { saleId: string }).saleId === sale)).toEqual([]);
  });

  it('refuses a key that came with another body, and changes nothing [F14]', async () => {
    const key = randomUUID();
    await sell(key);
    const before = await api.fingerprint();
    const answer = await sell(key, 2501);
    expect([answer.status, answer.body['code']]).toEqual([422, 'idempotency_key_reused']);
    expect(await api.fingerprint()).toBe(before);
  });

  it('takes blanks and the order of fields for the same body', async () => {
    const key = randomUUID();
    const first = await sell(key);
    const { amount, reader, site } = body();
    const raw = JSON.stringify({ amount, reader, site }, null, 2);
    const second = await api.call('POST', '/v1/sales', { key, raw });
    expect(second.text).toBe(first.text);
  });

  it('refuses a key that came to another address', async () => {
    const key = randomUUID();
    const id = idOf(await sell(key));
    const answer = await api.call('POST', `/v1/sales/${id}/cancel`, { key, body: {} });
    expect([answer.status, answer.body['code']]).toEqual([422, 'idempotency_key_reused']);
  });

  it('keeps the keys of two organisations apart', async () => {
    const key = randomUUID();
    const ours = await sell(key);
    const { site, reader, key: theirKey } = api.shops.theirs;
    const theirs = await api.call('POST', '/v1/sales', { key, as: theirKey, body: { ...body(), site, reader } });
    expect([ours.status, theirs.status]).toEqual([201, 201]);
    expect(idOf(theirs)).not.toBe(idOf(ours));
  });

  it('answers 503 with Retry-After while Temporal is away, and makes the one sale when it is back [F5]', async () => {
    const away = await temporalAway();
    const server = await listenTo({ ...api.dependencies, temporal: away.client });
    const key = randomUUID();
    const before = await countOf('sale');
    const as = api.shops.ours.key;
    const refused = await send(`${server.url}/v1/sales`, 'POST', { key, as, body: body() });
    expect([refused.status, refused.body['code']]).toEqual([503, 'temporarily_unavailable']);
    expect(refused.headers.get('retry-after')).toBe('2');
    const made = await sell(key);
    expect(made.status).toBe(201);
    expect(await countOf('sale')).toBe(Number(before) + 1);
    await server.close();
    await away.close();
  });
});

describe('Idempotency-Key on other writes', () => {
  it('makes one organisation of 20 requests at once with the same key', async () => {
    const key = randomUUID();
    const name = `club ${key}`;
    const call = { key, as: api.shops.platformKey, body: { name } };
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.call('POST', '/v1/organisations', call)));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === null)).toHaveLength(1);
    const listed = itemsOf(await api.call('GET', '/v1/organisations?limit=100', { as: api.shops.platformKey }));
    expect(listed.filter((organisation) => textOf(organisation['name']) === name)).toHaveLength(1);
  });
});

/** A request that wrote its claim and its sale `age` ago, and then lost its process. */
async function orphan(age: '0 HOUR' | '1 DAY'): Promise<{ readonly key: string; readonly sale: string }> {
  const { model, key } = { model: randomUUID(), key: randomUUID() };
  const twin = (column: string) => `INSERT(${column}, 30, 1, IF(RIGHT(${column}, 1) = '0', '1', '0'))`;
  const of = idOf(await sell(model));
  await api.pool.run(
    `INSERT INTO sale (id, organisation_id, site_id, processor_account_id, currency, amount_minor, collection, reader_id,
      capture_mode, tip_mode, actor, state, created_at, updated_at)
      SELECT ${twin('id')}, organisation_id, site_id, processor_account_id, currency, amount_minor, collection, reader_id,
      capture_mode, tip_mode, actor, 'created', created_at - INTERVAL ${age}, updated_at FROM sale WHERE id = ?`,
    [of],
  );
  await api.pool.run(
    `INSERT INTO idempotency_request (id, tenant, idempotency_key, request_hash, resource_id, state, created_at)
      SELECT ${twin('id')}, tenant, ?, request_hash, ${twin('resource_id')}, 'running', created_at
      FROM idempotency_request WHERE idempotency_key = ?`,
    [key, model],
  );
  const [row] = await api.pool.rows('SELECT resource_id FROM idempotency_request WHERE idempotency_key = ?', [key]);
  api.story.calls.length = 0;
  return { key, sale: String(row?.['resource_id']) };
}

/** A client of a Temporal server that nobody runs: the port was free a moment ago. */
async function temporalAway(): Promise<{ client: Client; close: () => Promise<void> }> {
  const interceptors = [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 3 }))];
  const connection = Connection.lazy({ address: `127.0.0.1:${await freePort()}`, interceptors });
  return { client: new Client({ connection }), close: () => connection.close() };
}
