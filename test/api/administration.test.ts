import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { keyMemoryMs } from '../../src/api/access/authentication.ts';
import { listenTo } from './listening.ts';
import { readerCupboard, type ReaderCupboard } from './counter/reader-cupboard.ts';
import { idOf, itemsOf, send, textOf, startTestApi, type TestAnswer, type TestApi, type TestCall } from './test-api.ts';

let api: TestApi;
let cupboard: ReaderCupboard;
beforeAll(async () => {
  cupboard = readerCupboard();
  api = await startTestApi({ administration: cupboard });
});
afterAll(() => api.close());
beforeEach(() => {
  api.story.reset();
});

const asPlatform = (call: TestCall = {}): TestCall => ({ as: api.shops.platformKey, ...call });
const auditOf = async (target: string): Promise<unknown[]> =>
  (await api.pool.rows('SELECT action FROM audit_event WHERE target = ? ORDER BY no', [target])).map(
    (row) => row['action'],
  );

describe('organisations', () => {
  it('are added, read, changed and closed, and each act is written down', async () => {
    const made = await api.call('POST', '/v1/organisations', asPlatform({ body: { name: 'Rook & Pawn' } }));
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/v1/organisations/${idOf(made)}`);
    expect(made.body).toMatchObject({
      name: 'Rook & Pawn',
      status: 'active',
      zone: 'Australia/Sydney',
      externalRef: null,
    });
    const path = `/v1/organisations/${idOf(made)}`;
    expect((await api.call('GET', path, asPlatform())).body).toEqual(made.body);
    const changed = await api.call('PATCH', path, asPlatform({ body: { status: 'closed', zone: 'Europe/Zurich' } }));
    const closedAt: unknown = expect.stringMatching(/^\d{4}-/);
    expect(changed.body).toEqual({ ...made.body, status: 'closed', zone: 'Europe/Zurich', closedAt });
    expect(await auditOf(idOf(made))).toEqual(['organisation.create', 'organisation.change']);
  });

  it('keep an external reference to themselves', async () => {
    const externalRef = randomUUID();
    await api.call('POST', '/v1/organisations', asPlatform({ body: { name: 'first', externalRef } }));
    const before = await api.fingerprint();
    const second = await api.call('POST', '/v1/organisations', asPlatform({ body: { name: 'second', externalRef } }));
    expect([second.status, second.body['code']]).toEqual([409, 'conflict']);
    expect(await api.fingerprint()).toBe(before);
  });

  it('are named in a zone that exists', async () => {
    const answer = await api.call('POST', '/v1/organisations', asPlatform({ body: { name: 'x', zone: 'Moon/Base' } }));
    expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ field: 'zone' }] });
  });
});

describe('sites', () => {
  const site = (more: object = {}) => ({
    name: 'Second counter',
    slug: `counter-${randomUUID().slice(0, 8)}`,
    currency: 'AUD',
    country: 'AU',
    processorAccount: api.shops.account,
    ...more,
  });

  it('are added to the organisation of the key, in its zone, and can be changed', async () => {
    const made = await api.call('POST', '/v1/sites', { body: site() });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      organisation: api.shops.ours.organisation,
      zone: 'Australia/Sydney',
      captureMode: 'automatic',
      collection: 'reader',
    });
    const changed = await api.call('PATCH', `/v1/sites/${idOf(made)}`, {
      body: { captureMode: 'manual', name: 'Bar' },
    });
    expect(changed.body).toEqual({ ...made.body, captureMode: 'manual', name: 'Bar' });
    expect(itemsOf(await api.call('GET', '/v1/sites'))).toContainEqual(changed.body);
    expect(await auditOf(idOf(made))).toEqual(['site.create', 'site.change']);
  });

  it.each<[string, object, number, string, string]>([
    ['a currency that the account does not settle in', { currency: 'USD' }, 422, 'currency_unsupported', 'currency'],
    ['a currency that is none', { currency: 'XXX' }, 422, 'invalid_request', 'currency'],
    [
      'an account that is not there',
      { processorAccount: `pac_01${'K'.repeat(24)}` },
      404,
      'not_found',
      'processorAccount',
    ],
    ['a slug that looks like a number', { slug: '123' }, 422, 'invalid_request', 'slug'],
    ['a slug that is taken', { slug: 'theirs-counter' }, 409, 'conflict', 'slug, providerLocation or externalRef'],
  ])('are refused with %s', async (_, more, status, code, field) => {
    const before = await api.fingerprint();
    const answer = await api.call('POST', '/v1/sites', { body: site(more) });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.body['errors']).toMatchObject([{ field }]);
    expect(await api.fingerprint()).toBe(before);
  });

  it('need their organisation named by a key of the platform', async () => {
    const answer = await api.call('POST', '/v1/sites', asPlatform({ body: site() }));
    expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ field: 'organisation' }] });
  });
});

describe('processor accounts', () => {
  it('name where their secrets are found, and never show it', async () => {
    const body = {
      provider: 'stripe',
      mode: 'own_keys',
      externalRef: `acct_${randomUUID()}`,
      livemode: false,
      secretRef: 'OTHER_STRIPE_KEY',
      webhookSecretRefs: ['OTHER_WEBHOOK_SECRET'],
      country: 'AU',
      settlementCurrencies: ['AUD', 'NZD'],
    };
    const made = await api.call('POST', '/v1/processor-accounts', asPlatform({ body }));
    expect(made.status).toBe(201);
    expect(made.text).not.toContain('OTHER_');
    expect(itemsOf(await api.call('GET', '/v1/processor-accounts', asPlatform()))).toContainEqual(made.body);
    const secret = await api.call(
      'POST',
      '/v1/processor-accounts',
      asPlatform({ body: { ...body, secretRef: 'sk_test_1' } }),
    );
    expect(secret.body).toMatchObject({ code: 'invalid_request', errors: [{ field: 'secretRef' }] });
  });
});

describe('readers', () => {
  const pair = (key: string = randomUUID(), code = 'simulated-wpe'): Promise<TestAnswer> =>
    api.call('POST', '/v1/readers', {
      key,
      body: { site: api.shops.ours.site, registrationCode: code, label: 'Till 9' },
    });

  it('are paired, listed, renamed and removed, here and at the processor', async () => {
    const paired = await pair();
    expect(paired.status).toBe(201);
    const { providerRef } = paired.body as unknown as { providerRef: string };
    const path = `/v1/readers/${idOf(paired)}`;
    const renamed = await api.call('PATCH', path, { body: { label: 'Bar' } });
    expect(renamed.body).toEqual({ ...paired.body, label: 'Bar' });
    expect(cupboard.readers.get(providerRef)?.label).toBe('Bar');
    const live = itemsOf(await api.call('GET', `/v1/sites/${api.shops.ours.site}/provider-readers`));
    expect(live).toContainEqual(expect.objectContaining({ providerRef, online: true, reader: idOf(paired) }));
    const removed = await api.call('DELETE', path);
    expect(removed.body['removedAt']).not.toBeNull();
    expect(cupboard.readers.has(providerRef)).toBe(false);
    expect(itemsOf(await api.call('GET', '/v1/readers')).map((reader) => reader['id'])).not.toContain(idOf(paired));
    expect((await api.call('DELETE', path)).text).toBe(removed.text);
    expect(await auditOf(idOf(paired))).toEqual(['reader.register', 'reader.rename', 'reader.remove']);
  });

  it('are found again when the answer of the pairing was lost, instead of "code used"', async () => {
    const key = randomUUID();
    cupboard.loseNextAnswer();
    const lost = await pair(key);
    expect([lost.status, lost.body['code']]).toEqual([503, 'temporarily_unavailable']);
    const found = await pair(key);
    expect(found.status).toBe(201);
    expect((await pair(key)).text).toBe(found.text);
  });

  it('are not paired with a code that the processor refuses, and the same key says so again', async () => {
    const key = randomUUID();
    const refused = await pair(key, 'wrong-code');
    expect([refused.status, refused.body['code']]).toEqual([422, 'registration_code_refused']);
    expect((await pair(key, 'wrong-code')).text).toBe(refused.text);
  });

  it.each(['PATCH', 'DELETE'])(
    'are not touched by %s while a sale holds them, and the sale is named',
    async (method) => {
      const id = idOf(await pair());
      await api.pool.run("UPDATE reader SET lease_kind = 'sale', lease_owner = 'sal_1' WHERE id = ?", [id]);
      const before = await api.fingerprint();
      const answer = await api.call(method, `/v1/readers/${id}`, method === 'PATCH' ? { body: { label: 'x' } } : {});
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({ code: 'reader_in_use', heldBy: 'sal_1' });
      expect(await api.fingerprint()).toBe(before);
    },
  );

  it('are given back when the processor is silent, so that the act can be repeated', async () => {
    const id = idOf(await pair());
    cupboard.loseNextAnswer();
    const silent = await api.call('PATCH', `/v1/readers/${id}`, { body: { label: 'Bar' } });
    expect(silent.status).toBe(503);
    const again = await api.call('PATCH', `/v1/readers/${id}`, { body: { label: 'Bar' } });
    expect(again.body).toMatchObject({ label: 'Bar', heldBy: null });
  });
});

describe('API keys', () => {
  const make = (body: object, call: TestCall = {}): Promise<TestAnswer> =>
    api.call('POST', '/v1/api-keys', { body: { name: 'till', roles: ['sales.view'], ...body }, ...call });

  it('show their secret once, and only its digest is kept', async () => {
    const key = randomUUID();
    const made = await make({}, { key });
    const secret = textOf(made.body['secret']);
    expect(secret).toMatch(/^tf_[0-9a-f]{40}$/);
    expect((await api.call('GET', '/v1/sales', { as: secret })).status).toBe(200);
    const again = await make({}, { key });
    expect(again.body).toEqual({ ...made.body, secret: null });
    expect((await api.call('GET', '/v1/api-keys')).text).not.toContain(secret);
    const rows = await api.pool.rows(
      'SELECT body AS text FROM idempotency_request UNION ALL SELECT after_values FROM audit_event UNION ALL SELECT secret_hash FROM api_key',
    );
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it('cannot be given a role that the maker lacks, nor one of the platform', async () => {
    const small = textOf((await make({ roles: ['apikey.manage', 'sales.use'] })).body['secret']);
    const before = await api.fingerprint();
    const more = await make({ roles: ['ledger.view'] }, { as: small });
    expect([more.status, more.body['code']]).toEqual([403, 'forbidden']);
    const platform = await make({ roles: ['platform.admin'] });
    expect([platform.status, platform.body['code']]).toEqual([403, 'forbidden']);
    const unknown = await make({ roles: ['everything'] });
    expect([unknown.status, unknown.body['code']]).toEqual([422, 'invalid_request']);
    expect(await api.fingerprint()).toBe(before);
    expect((await make({ roles: ['sales.view'] }, { as: small })).status).toBe(201);
  });

  it('stop when they are revoked, rotated or expired', async () => {
    const revoked = await make({});
    await api.call('DELETE', `/v1/api-keys/${idOf(revoked)}`);
    const rotated = await make({});
    const fresh = await api.call('POST', `/v1/api-keys/${idOf(rotated)}/rotate`, { body: {} });
    const expired = await make({ expiresAt: new Date(Date.now() + 1).toISOString() });
    // A second process has not seen these keys before, as none has after `keyMemoryMs`.
    const other = await listenTo(api.dependencies);
    const status = async (answer: TestAnswer): Promise<number> =>
      (await send(`${other.url}/v1/sales`, 'GET', { as: textOf(answer.body['secret']) })).status;
    expect([await status(revoked), await status(rotated), await status(expired)]).toEqual([401, 401, 401]);
    expect(await status(fresh)).toBe(200);
    expect(keyMemoryMs).toBeLessThanOrEqual(5_000);
    await other.close();
  });
});
