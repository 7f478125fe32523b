import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBankDetail } from '../../../src/entities/organisations/bank-details.ts';
import { makeIssuer, type Issuer } from '../../support/issuer.ts';
import { idOf, itemsOf, startTestApi, textOf, type TestAnswer, type TestApi } from '../test-api.ts';

let api: TestApi;
let issuer: Issuer;
beforeAll(async () => {
  issuer = await makeIssuer();
  api = await startTestApi({ tokens: issuer.settings });
});
afterAll(() => api.close());

const ask = (method: string, path: string, body?: object, as = api.shops.platformKey): Promise<TestAnswer> =>
  api.call(method, path, { as, ...(body === undefined ? {} : { body }) });
const told = ({ status, body }: TestAnswer) => `${status} ${textOf(body['code'])}`;

async function club(more: object = {}): Promise<string> {
  return idOf(await ask('POST', '/v1/organisations', { name: 'Rival Club', ...more }));
}

/** Whom the letters about an organisation go to, by kind, oldest first. */
async function lettersOf(organisation: string): Promise<string[]> {
  const rows = await api.pool.rows(
    'SELECT kind, recipient FROM organisation_letter WHERE organisation_id = ? ORDER BY id',
    [organisation],
  );
  return rows.map(({ kind, recipient }) => `${kind} ${recipient}`);
}

const bsb = { scheme: 'bsb', bsb: '062-000', accountNo: '1234 5678', accountName: 'Rival Club Inc' };
const put = (organisation: string, body: object, currency = 'AUD', as = api.shops.platformKey) =>
  ask('PUT', `/v1/organisations/${organisation}/bank-details/${currency}`, body, as);

describe('an organisation', () => {
  it('has its number, address, contact, currency, float and way of payout as they were given', async () => {
    const given = {
      name: 'Rival Club',
      no: 41_000_001,
      email: 'office@rival.example',
      address: '1 Main Street\nSydney NSW 2000',
      currency: 'EUR',
      isInternal: true,
      payoutMethod: 'transfer',
      connectedAccountRef: 'acct_rival',
    };
    const made = await ask('POST', '/v1/organisations', { ...given, floatMinor: 25_000 });
    const { body } = await ask('GET', `/v1/organisations/${idOf(made)}`);
    expect(body).toMatchObject({ ...given, float: { amount: 25_000, currency: 'EUR' }, bankDetails: [] });
    expect(told(await ask('POST', '/v1/organisations', { name: 'Another', no: 41_000_001 }))).toBe('409 conflict');
  });

  it('[W-50] never has a float below zero', async () => {
    const id = await club({ floatMinor: 500 });
    const answers = [
      await ask('POST', '/v1/organisations', { name: 'Another', floatMinor: -1 }),
      await ask('PATCH', `/v1/organisations/${id}`, { floatMinor: -1 }),
      await ask('PATCH', `/v1/organisations/${id}`, { floatMinor: 0.5 }),
    ];
    expect(answers.map(told)).toEqual(['422 float_out_of_range', '422 float_out_of_range', '422 invalid_request']);
    expect((await ask('GET', `/v1/organisations/${id}`)).body['float']).toEqual({ amount: 500, currency: 'AUD' });
    expect((await ask('PATCH', `/v1/organisations/${id}`, { floatMinor: 0 })).status).toBe(200);
  });

  it('remembers when it was closed, and forgets it when it is opened again', async () => {
    const id = await club();
    const closed = (await ask('PATCH', `/v1/organisations/${id}`, { status: 'closed' })).body;
    expect(textOf(closed['closedAt'])).toMatch(/^\d{4}-/);
    const again = (await ask('PATCH', `/v1/organisations/${id}`, { status: 'closed', name: 'Gone' })).body;
    expect(again['closedAt']).toEqual(closed['closedAt']);
    expect((await ask('PATCH', `/v1/organisations/${id}`, { status: 'active' })).body['closedAt']).toBeNull();
  });

  it('cannot decide by its own key how it is paid, only what it keeps and how it is reached', async () => {
    const { organisation, key } = api.shops.ours;
    const own = (body: object) => ask('PATCH', `/v1/organisations/${organisation}`, body, key);
    expect((await own({ floatMinor: 1_000, email: 'ours@club.example' })).status).toBe(200);
    const refused = [
      await own({ isInternal: true }),
      await own({ payoutMethod: 'transfer', connectedAccountRef: 'acct_mine' }),
      await own({ currency: 'EUR' }),
    ];
    expect(refused.map(told)).toEqual(['403 forbidden', '403 forbidden', '403 forbidden']);
    const nowhere = await ask('PATCH', `/v1/organisations/${organisation}`, { payoutMethod: 'transfer' });
    expect(told(nowhere)).toBe('422 invalid_request');
  });

  it('is told of a new contact at the old address and at the new one', async () => {
    const id = await club({ email: 'old@rival.example' });
    await ask('PATCH', `/v1/organisations/${id}`, { email: 'new@rival.example' });
    await ask('PATCH', `/v1/organisations/${id}`, { name: 'Renamed' });
    expect(await lettersOf(id)).toEqual(['contact_changed old@rival.example', 'contact_changed new@rival.example']);
  });
});

describe('bank details', () => {
  it('are sealed in the database and shown masked, in the plain form for files only', async () => {
    const id = await club();
    const { status, body, text } = await put(id, bsb);
    expect([status, body['account'], body['no']]).toEqual([201, '062-000 ***678', 1]);
    const [row] = await api.pool.rows('SELECT * FROM bank_detail WHERE organisation_id = ?', [id]);
    const [act] = await api.pool.rows('SELECT * FROM audit_event WHERE target = ?', [textOf(body['id'])]);
    for (const said of [text, JSON.stringify(row), JSON.stringify(act)]) expect(said).not.toContain('12345678');
    expect(act?.['action']).toBe('bank_details.change');
    const stored = { id: String(row?.['id']), sealed: String(row?.['sealed']) };
    expect(openBankDetail(api.dependencies.sealKeys, stored)).toEqual({
      ...{ scheme: 'bsb', bsb: '062000', accountNo: '12345678', accountName: 'Rival Club Inc' },
    });
    const shown = (await ask('GET', `/v1/organisations/${id}`)).body['bankDetails'];
    expect(shown).toEqual([expect.objectContaining({ account: '062-000 ***678', currency: 'AUD' })]);
  });

  it('are kept by version, and the same account again is no change', async () => {
    const id = await club();
    await put(id, bsb);
    expect((await put(id, { ...bsb, bsb: '062000', accountNo: '12345678' })).status).toBe(200);
    await put(id, { ...bsb, accountNo: '999' });
    await put(id, { scheme: 'iban', iban: 'de89 3704 0044 0532 0130 00', accountName: 'Rival' }, 'EUR');
    const rows = itemsOf(await ask('GET', `/v1/organisations/${id}/bank-details`));
    expect(rows.map((row) => [row['currency'], row['no'], row['current'], row['account']])).toEqual([
      ['AUD', 2, true, '062-000 ***9'],
      ['AUD', 1, false, '062-000 ***678'],
      ['EUR', 1, true, 'DE89***3000'],
    ]);
  });

  it('are told to the contact and to the one before it when they change, once', async () => {
    const id = await club({ email: 'old@rival.example' });
    await ask('PATCH', `/v1/organisations/${id}`, { email: 'new@rival.example' });
    await put(id, bsb);
    await put(id, bsb);
    expect((await lettersOf(id)).slice(2)).toEqual([
      'bank_details_changed new@rival.example',
      'bank_details_changed old@rival.example',
    ]);
  });

  it('that no bank would take are refused with an own code, and nothing is stored', async () => {
    const id = await club();
    const iban = { scheme: 'iban', iban: 'DE89370400440532013000', accountName: 'Rival' };
    const answers = [
      await put(id, { ...bsb, bsb: '06200' }),
      await put(id, { ...bsb, bsb: '06200a' }),
      await put(id, { ...bsb, accountNo: '1234567890' }),
      await put(id, { ...bsb, accountNo: '000' }),
      await put(id, bsb, 'EUR'),
      await put(id, iban, 'AUD'),
      await put(id, { ...iban, iban: 'DE89370400440532013001' }, 'EUR'),
      await put(id, { ...iban, iban: 'DE89' }, 'EUR'),
      await put(id, { ...iban, bic: 'ABC' }, 'EUR'),
      await put(id, { ...iban, bsb: '062000' }, 'EUR'),
      await put(id, { scheme: 'bsb', accountName: 'Rival' }),
      await put(id, { ...bsb, accountName: '' }),
      await put(id, { scheme: 'swift' }),
    ];
    expect(answers.map(told)).toEqual([
      ...Array.from({ length: 11 }, () => '422 bank_details_refused'),
      '422 invalid_request',
      '422 invalid_request',
    ]);
    expect(await api.pool.rows('SELECT id FROM bank_detail WHERE organisation_id = ?', [id])).toEqual([]);
  });

  it('are changed once under one key, and by no foreign organisation', async () => {
    const id = await club();
    const key = randomUUID();
    const path = `/v1/organisations/${id}/bank-details/AUD`;
    const first = await api.call('PUT', path, { as: api.shops.platformKey, key, body: bsb });
    const again = await api.call('PUT', path, { as: api.shops.platformKey, key, body: bsb });
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    expect(told(await put(id, bsb, 'AUD', api.shops.ours.key))).toBe('404 not_found');
    expect(told(await put(api.shops.ours.organisation, bsb, 'aud'))).toBe('404 not_found');
  });
});

describe('the people of an organisation', () => {
  const path = (subject = '') => `/v1/organisations/${api.shops.ours.organisation}/users${subject}`;
  const token = (sub: string, organisation = api.shops.ours.organisation) =>
    issuer.token({ sub, tillflow_organisation: organisation });

  it('get in with a token that names it only after they were entered, and no longer than that', async () => {
    const anna = await token('anna');
    const own = `/v1/organisations/${api.shops.ours.organisation}`;
    expect((await ask('GET', own, undefined, anna)).status).toBe(401);
    await ask('PUT', path('/anna'), { role: 'view' }, api.shops.ours.key);
    expect((await ask('GET', own, undefined, anna)).status).toBe(200);
    expect(itemsOf(await ask('GET', path()))).toEqual([expect.objectContaining({ subject: 'anna', role: 'view' })]);
    await ask('DELETE', path('/anna'));
    expect((await ask('GET', own, undefined, anna)).status).toBe(401);
    expect(told(await ask('DELETE', path('/anna')))).toBe('404 not_found');
  });

  it('are entered once by two at the same moment', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `/carl-${n}`);
    const answers = await Promise.all(
      [...names, ...names].sort().map((name) => ask('PUT', path(name), { role: 'edit' })),
    );
    for (const { status, text } of answers) expect([200, 409, text]).toContain(status);
    expect(itemsOf(await ask('GET', path()))).toHaveLength(names.length);
    for (const name of names) await ask('DELETE', path(name));
  });

  it('see and reach nothing but their own organisation, and only by their exact name', async () => {
    await ask('PUT', path('/bert'), { role: 'edit' });
    const bert = await token('bert');
    const foreign = await ask('GET', `/v1/organisations/${api.shops.theirs.organisation}`, undefined, bert);
    expect(told(foreign)).toBe('404 not_found');
    expect(itemsOf(await ask('GET', '/v1/organisations', undefined, bert))).toHaveLength(1);
    const strangers = [
      await token('Bert'),
      await token('bert', api.shops.theirs.organisation),
      await token('bert', 'x'),
    ];
    for (const stranger of strangers)
      expect((await ask('GET', '/v1/organisations', undefined, stranger)).status).toBe(401);
    const beyond = [
      await ask('PATCH', `/v1/organisations/${api.shops.ours.organisation}`, { name: 'Mine' }, bert),
      await ask('PUT', path('/bert'), { role: 'edit' }, bert),
      await ask('GET', '/v1/members', undefined, bert),
      await ask('GET', '/v1/fees', undefined, bert),
    ];
    expect(beyond.map(told)).toEqual(Array.from({ length: 4 }, () => '403 forbidden'));
  });
});
