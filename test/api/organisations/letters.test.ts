import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { organisationId, type OrganisationId } from '../../../src/domain/ids.ts';
import type { OrganisationLetterKind } from '../../../src/domain/organisations/organisation-letter.ts';
import { commitRiders } from '../../../src/entities/commit-riders.ts';
import { newId } from '../../../src/entities/new-id.ts';
import { organisationLetterRiders } from '../../../src/entities/organisations/organisation-letters.ts';
import { idOf, itemsOf, startTestApi, textOf, type TestAnswer, type TestApi } from '../test-api.ts';

let api: TestApi;
let club: OrganisationId;
beforeAll(async () => {
  api = await startTestApi();
  const made = { name: 'Rival Club', email: 'new@rival.example' };
  club = organisationId(idOf(await ask('POST', '/v1/organisations', made)));
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.pool.run('DELETE FROM organisation_letter', []);
});

const ask = (method: string, path: string, body?: object): Promise<TestAnswer> =>
  api.call(method, path, { as: api.shops.platformKey, ...(body === undefined ? {} : { body }) });
const resend = (id: string, body: object = {}) => ask('POST', `/v1/letters/${id}/resend`, body);
const codesOf = (answers: readonly TestAnswer[]) =>
  answers.map(({ status, body }) => `${status} ${textOf(body['code'])}`);

/** Writes a letter as a change would carry it, to an address that the club had; answers its id. */
async function write(kind: OrganisationLetterKind = 'payout', to: OrganisationId = club): Promise<string> {
  const facts = { subject: 'Payout 7: 970.00 AUD was paid', text: 'We have paid.', currency: 'AUD', masked: '**1' };
  const attachment = { name: 'advice-7.pdf', content: Buffer.from('%PDF-') };
  const word = { organisationId: to, recipient: 'old@rival.example', kind, dedupeKey: randomUUID(), facts, attachment };
  const [rider] = organisationLetterRiders(word, new Date());
  await commitRiders(api.pool, rider ? [rider] : []);
  return rider !== undefined && 'insert' in rider ? String(rider.row['id']) : '';
}

/** What became of it: two days of attempts, or an answer of the mail server. */
async function end(id: string, state: 'failed' | 'sent'): Promise<void> {
  await api.pool.run('UPDATE organisation_letter SET state = ?, attempts = 15, due_at = NULL WHERE id = ?', [
    state,
    id,
  ]);
}

describe('letters to organisations', () => {
  it('that failed are listed with whom they were for, and by organisation', async () => {
    const [letter, other] = [await write(), await write('payout', organisationId(api.shops.ours.organisation))];
    await write();
    for (const one of [letter, other]) await end(one, 'failed');
    const answer = await ask('GET', `/v1/letters?state=failed&organisation=${club}`);
    expect(itemsOf(answer)).toEqual([
      {
        ...{ id: letter, organisation: club, kind: 'payout', recipient: 'old@rival.example', state: 'failed' },
        ...{ subject: 'Payout 7: 970.00 AUD was paid', attachment: 'advice-7.pdf', attempts: 15 },
        ...{ dueAt: null, sentAt: null, createdAt: expect.any(String) },
      },
    ]);
    expect(itemsOf(await ask('GET', '/v1/letters?state=failed')).map((item) => item['id'])).toEqual([letter, other]);
    expect(codesOf([await ask('GET', '/v1/letters?state=lost')])).toEqual(['422 invalid_request']);
  });

  it('go again to whom they were written to, once for two calls at once, and the audit has it', async () => {
    const letter = await write();
    await end(letter, 'failed');
    const answers = await Promise.all([resend(letter), resend(letter)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const sent = answers.find(({ status }) => status === 200);
    expect(sent?.body).toMatchObject({ state: 'pending', attempts: 0, recipient: 'old@rival.example' });
    expect(sent?.body['dueAt']).toEqual(expect.any(String));
    const acts = await api.pool.rows(
      'SELECT action, organisation_id, before_values FROM audit_event WHERE target = ?',
      [letter],
    );
    const before = JSON.stringify({ state: 'failed', attempts: 15, recipient: 'old@rival.example' });
    expect(acts).toEqual([{ action: 'letter.resend', organisation_id: club, before_values: before }]);
  });

  it('go to the contact of today where somebody says so, but never a warning of a change', async () => {
    const [paid, warning] = [await write(), await write('bank_details_changed')];
    for (const one of [paid, warning]) await end(one, 'sent');
    expect((await resend(paid, { toContact: true })).body).toMatchObject({ recipient: 'new@rival.example' });
    expect(codesOf([await resend(warning, { toContact: true })])).toEqual(['409 letter_recipient_fixed']);
    expect((await resend(warning)).body).toMatchObject({ recipient: 'old@rival.example', state: 'pending' });
  });

  it('are not sent that are under way, unknown, or have nobody to go to', async () => {
    const [underway, lonely] = [await write(), await write('payout', organisationId(api.shops.ours.organisation))];
    await end(lonely, 'failed');
    const answers = [
      await resend(underway),
      await resend(lonely, { toContact: true }),
      await resend(newId('organisationLetter')),
      await resend(lonely, { to: 'thief@example.com' }),
    ];
    expect(codesOf(answers)).toEqual([
      ...['409 letter_pending', '409 contact_missing', '404 not_found', '422 invalid_request'],
    ]);
    const states = await api.pool.rows('SELECT state, attempts FROM organisation_letter ORDER BY id');
    expect(states).toEqual([
      { state: 'pending', attempts: 0 },
      { state: 'failed', attempts: 15 },
    ]);
  });
});
