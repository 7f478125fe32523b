import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { idOf, startTestApi, type TestAnswer, type TestApi, type TestCall } from './test-api.ts';

let api: TestApi;
let sale: string;
let before: string;
beforeAll(async () => {
  api = await startTestApi();
  sale = idOf(await api.call('POST', '/v1/sales', { key: randomUUID(), body: coffee() }));
});
afterAll(() => api.close());
beforeEach(async () => {
  before = await api.fingerprint();
  api.story.reset();
});

const coffee = (): Record<string, unknown> => ({
  site: api.shops.ours.slug,
  reader: api.shops.ours.reader,
  amount: { amount: 2500, currency: 'AUD' },
});
const sell = (body: object, call: TestCall = {}): Promise<TestAnswer> =>
  api.call('POST', '/v1/sales', { key: randomUUID(), body: { ...coffee(), ...body }, ...call });

/** A problem with this status and code that names this field, and nothing in the database or the workflow moved. */
async function expectRefused(answer: TestAnswer, expected: readonly [number, string, string?]): Promise<void> {
  const [status, code, field] = expected;
  expect(answer.body).toMatchObject({ status, code, type: `urn:tillflow:problem:${code}` });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  if (field !== undefined) expect(fieldsOf(answer)).toContain(field);
  expect(await api.fingerprint()).toBe(before);
  expect(api.story.calls).toEqual([]);
}

function fieldsOf(answer: TestAnswer): unknown[] {
  return (answer.body['errors'] as unknown as { field: string }[]).map((error) => error.field);
}

describe('a sale with bad input is refused with a stable code and the field, and changes nothing', () => {
  const amount = (value: unknown, currency: unknown = 'AUD') => ({ amount: { amount: value, currency } });
  it.each<[string, object, number, string, string]>([
    ['an amount of zero', amount(0), 422, 'invalid_request', 'amount.amount'],
    ['a negative amount', amount(-1), 422, 'invalid_request', 'amount.amount'],
    ['a fractional amount', amount(25.5), 422, 'invalid_request', 'amount.amount'],
    ['an amount as text', amount('2500'), 422, 'invalid_request', 'amount.amount'],
    ['an amount of null', amount(null), 422, 'invalid_request', 'amount.amount'],
    ['an amount beyond safe integers', amount(2 ** 53), 422, 'invalid_request', 'amount.amount'],
    ['an amount above the limit', amount(1_000_001), 422, 'amount_out_of_range', 'amount.amount'],
    ['another currency than the site sells in', amount(2500, 'USD'), 422, 'currency_mismatch', 'amount.currency'],
    ['a currency in small letters', amount(2500, 'aud'), 422, 'invalid_request', 'amount.currency'],
    ['a bare number as amount', { amount: 2500 }, 422, 'invalid_request', 'amount'],
    ['no amount', { amount: undefined }, 422, 'invalid_request', 'amount'],
    ['an unknown field', { card: '4242' }, 422, 'invalid_request', 'card'],
    [
      'an unknown field in the amount',
      { amount: { amount: 1, currency: 'AUD', x: 1 } },
      422,
      'invalid_request',
      'amount.x',
    ],
    ['an unknown capture mode', { captureMode: 'later' }, 422, 'invalid_request', 'captureMode'],
    ['a fixed tip without a figure', { tipMode: 'fixed' }, 422, 'invalid_request', 'tip'],
    ['a tip without its mode', { tip: { amount: 100, currency: 'AUD' } }, 422, 'invalid_request', 'tip'],
    [
      'a tip that lifts the sum above the limit',
      { ...amount(999_999), tipMode: 'fixed', tip: { amount: 2, currency: 'AUD' } },
      422,
      'amount_out_of_range',
      'tip.amount',
    ],
    [
      'a tip in another currency',
      { tipMode: 'fixed', tip: { amount: 2, currency: 'NZD' } },
      422,
      'currency_mismatch',
      'tip.currency',
    ],
    ['a description that is too long', { description: 'x'.repeat(256) }, 422, 'invalid_request', 'description'],
    ['a description of nothing', { description: ' ' }, 422, 'invalid_request', 'description'],
    ['a description with a control character', { description: 'a\u0000b' }, 422, 'invalid_request', 'description'],
    ['half a character', { description: '\ud800' }, 422, 'invalid_request', 'description'],
    [
      'a card number in the description',
      { description: 'card 4242 4242 4242 4242' },
      422,
      'invalid_request',
      'description',
    ],
    ['a site that is not there', { site: 'nowhere' }, 404, 'not_found', 'site'],
    ['a site by a number that is not there', { site: 4_000_000 }, 404, 'not_found', 'site'],
    ['a site reference of another kind', { site: 'rdr_01K' }, 422, 'invalid_request', 'site'],
    ['a reader that is not there', { reader: `rdr_01${'K'.repeat(24)}` }, 404, 'not_found', 'reader'],
    ['a reader id of another form', { reader: 'tmr_1' }, 422, 'invalid_request', 'reader'],
  ])('%s', async (_, body, ...expected) => {
    await expectRefused(await sell(body), expected);
  });

  it("another organisation's site", async () => {
    await expectRefused(await sell({ site: api.shops.theirs.site }), [404, 'not_found', 'site']);
  });

  it("another site's reader", async () => {
    await expectRefused(await sell({ reader: api.shops.theirs.reader }), [404, 'not_found', 'reader']);
  });

  it('a reader that was removed', async () => {
    await api.pool.run('UPDATE reader SET removed_at = UTC_TIMESTAMP(6) WHERE id = ?', [api.shops.ours.reader]);
    before = await api.fingerprint();
    await expectRefused(await sell({}), [409, 'reader_removed']);
    await api.pool.run('UPDATE reader SET removed_at = NULL WHERE id = ?', [api.shops.ours.reader]);
  });

  it('an organisation that is closed', async () => {
    await api.pool.run("UPDATE organisation SET status = 'closed' WHERE id = ?", [api.shops.ours.organisation]);
    before = await api.fingerprint();
    await expectRefused(await sell({}), [409, 'conflict']);
    await api.pool.run("UPDATE organisation SET status = 'active' WHERE id = ?", [api.shops.ours.organisation]);
  });
});

describe('a request that cannot be read is refused and changes nothing', () => {
  it.each<[string, TestCall, number, string]>([
    ['broken JSON', { raw: '{"site": ' }, 400, 'invalid_json'],
    ['bytes that are not UTF-8', { raw: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]) }, 400, 'invalid_json'],
    ['a list instead of an object', { raw: '[]' }, 422, 'invalid_request'],
    ['a deeply nested list', { raw: '['.repeat(40_000) + ']'.repeat(40_000) }, 422, 'invalid_request'],
    ['null', { raw: 'null' }, 422, 'invalid_request'],
    ['a prototype as a field', { raw: '{"__proto__": {"amount": 1}}' }, 422, 'invalid_request'],
    ['nothing at all', { body: undefined }, 422, 'invalid_request'],
    ['a body above 400 kB', { raw: `{"description": "${'x'.repeat(400_000)}"}` }, 413, 'payload_too_large'],
    ['text that is not JSON', { headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    [
      'another character set',
      { headers: { 'content-type': 'application/json; charset=latin1' } },
      415,
      'unsupported_media_type',
    ],
    ['a compressed body', { headers: { 'content-encoding': 'gzip' } }, 415, 'unsupported_media_type'],
    ['a key of nothing but blanks', { key: ' ' }, 400, 'idempotency_key_malformed'],
    ['a key with a blank', { key: 'a b' }, 400, 'idempotency_key_malformed'],
    ['a key that is too long', { key: 'k'.repeat(256) }, 400, 'idempotency_key_malformed'],
    ['a key with other characters', { key: 'caf\u00e9' }, 400, 'idempotency_key_malformed'],
    ['no authorization', { as: '' }, 401, 'unauthenticated'],
    ['a key that nobody has', { as: `tf_${'0'.repeat(40)}` }, 401, 'unauthenticated'],
    ['a key of another form', { as: 'sk_live_1' }, 401, 'unauthenticated'],
    ['another scheme', { as: '', headers: { authorization: 'Basic dGY6' } }, 401, 'unauthenticated'],
  ])('%s', async (_, call, ...expected) => {
    await expectRefused(await sell({}, call), expected);
  });

  it('no Idempotency-Key', async () => {
    await expectRefused(await api.call('POST', '/v1/sales', { body: coffee() }), [400, 'idempotency_key_missing']);
  });

  it.each<[string, string, string, number, string]>([
    ['an address that is not there', 'GET', '/v1/nothing', 404, 'not_found'],
    ['a sale that is not there', 'GET', `/v1/sales/sal_01${'K'.repeat(24)}`, 404, 'not_found'],
    ['an identifier of another form', 'GET', '/v1/sales/1', 404, 'not_found'],
    ['an identifier of another kind', 'GET', `/v1/sales/rdr_01${'K'.repeat(24)}`, 404, 'not_found'],
    ['an address with broken escapes', 'GET', '/v1/sales/%E0%A4%A', 404, 'not_found'],
    ['a method that is not taken', 'DELETE', '/v1/sales', 405, 'method_not_allowed'],
    ['an unknown filter', 'GET', '/v1/sales?colour=red', 422, 'invalid_request'],
    ['a filter given twice', 'GET', '/v1/sales?state=posted&state=captured', 422, 'invalid_request'],
    ['a page that is too large', 'GET', '/v1/sales?limit=101', 422, 'invalid_request'],
    ['a cursor of another kind', 'GET', '/v1/sales?cursor=next', 422, 'invalid_request'],
    ['a time without a zone', 'GET', '/v1/sales?from=2026-01-01', 422, 'invalid_request'],
  ])('%s', async (_, method, path, ...expected) => {
    await expectRefused(await api.call(method, path), expected);
  });
});

describe('a command with bad input is refused and changes nothing', () => {
  it.each<[string, string, object, number, string, string]>([
    [
      'capturing nothing',
      'capture',
      { amount: { amount: 0, currency: 'AUD' } },
      422,
      'invalid_request',
      'amount.amount',
    ],
    [
      'capturing another currency',
      'capture',
      { amount: { amount: 1, currency: 'USD' } },
      422,
      'currency_mismatch',
      'amount.currency',
    ],
    ['a decision that is none', 'resolve', { decision: 'paid', reason: 'x' }, 422, 'invalid_request', 'decision'],
    ['a decision without a reason', 'resolve', { decision: 'give_up' }, 422, 'invalid_request', 'reason'],
    ['retrying at no reader', 'retry', { reader: 'x' }, 422, 'invalid_request', 'reader'],
  ])('%s', async (_, name, body, ...expected) => {
    const answer = await api.call('POST', `/v1/sales/${sale}/${name}`, { key: randomUUID(), body });
    await expectRefused(answer, expected);
  });

  it.each(['capture', 'cancel', 'retry', 'resolve'])('to %s without a key', async (name) => {
    const body = name === 'resolve' ? { decision: 'give_up', reason: 'x' } : {};
    await expectRefused(await api.call('POST', `/v1/sales/${sale}/${name}`, { body }), [
      400,
      'idempotency_key_missing',
    ]);
  });

  it('retrying a sale that was not declined, naming its state', async () => {
    const answer = await api.call('POST', `/v1/sales/${sale}/retry`, { key: randomUUID(), body: {} });
    expect(answer.body['state']).toBe('awaiting_card');
    await expectRefused(answer, [409, 'sale_state_conflict']);
  });
});
