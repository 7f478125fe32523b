import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { organisationId } from '../../src/domain/ids.ts';
import { seedKey } from './shops.ts';
import { idOf, itemsOf, startTestApi, textOf, type TestAnswer, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const platform = () => api.shops.platformKey;
const list = (query = '', as = platform()) => api.call('GET', `/v1/audit-events${query}`, { as });
const about = (organisation: string, as: string) =>
  api.call('GET', `/v1/organisations/${organisation}/audit-events`, { as });
const actionsIn = (answer: TestAnswer) => itemsOf(answer).map((item) => textOf(item['action']));
const targetsIn = (answer: TestAnswer) => itemsOf(answer).map((item) => textOf(item['target']));

/** A privileged act about an organisation: a key is made for it. */
async function keyMade(shop: TestApi['shops']['ours'], actor?: string): Promise<string> {
  const body = { name: `key ${randomUUID()}`, roles: ['sales.view'], organisation: shop.organisation };
  const headers = actor === undefined ? {} : { 'tillflow-actor': actor };
  const made = await api.call('POST', '/v1/api-keys', { as: platform(), body, headers });
  if (made.status !== 201) throw new Error(made.text);
  return idOf(made);
}

describe('the audit', () => {
  it('tells administrators who did what to what, the newest first', async () => {
    const [first, second] = [await keyMade(api.shops.ours), await keyMade(api.shops.theirs, 'treasurer-7')];
    const answer = await list('?limit=2');
    expect([answer.status, targetsIn(answer)]).toEqual([200, [second, first]]);
    const [newest] = itemsOf(answer);
    expect(newest).toMatchObject({
      ...{ action: 'api_key.create', target: second, organisation: api.shops.theirs.organisation },
      ...{ assertedActor: 'treasurer-7', before: null },
    });
    expect(textOf(newest?.['at'])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('is searched by actor, action, target, organisation and time, each alone and together', async () => {
    const person = `treasurer-${randomUUID()}`;
    const made = await keyMade(api.shops.ours, person);
    await keyMade(api.shops.ours);
    const [act] = itemsOf(await list(`?target=${made}`));
    const at = textOf(act?.['at']);
    const query = `actor=${person}&action=${textOf(act?.['action'])}&organisation=${api.shops.ours.organisation}`;
    for (const one of [`actor=${person}`, `target=${made}`, `${query}&target=${made}&from=${at}`]) {
      expect([one, targetsIn(await list(`?${one}`))]).toEqual([one, [made]]);
    }
    expect(targetsIn(await list(`?target=${made}&before=${at}`))).toEqual([]);
    expect(targetsIn(await list(`?target=${made}&action=nothing.such`))).toEqual([]);
  });

  it('comes in pages, each act once, also while others are added', async () => {
    const person = `pager-${randomUUID()}`;
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.unshift(await keyMade(api.shops.ours, person));
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer: TestAnswer = await list(`?actor=${person}&limit=2${cursor}`);
      seen.push(...targetsIn(answer));
      await keyMade(api.shops.ours, person);
      const next = JSON.parse(answer.text) as { next_cursor: string | null };
      cursor = next.next_cursor === null ? null : `&cursor=${next.next_cursor}`;
    }
    expect(seen).toEqual(made);
  });

  it('shows an organisation its own acts and no others', async () => {
    const { ours, theirs } = api.shops;
    const [mine, foreign] = [await keyMade(ours), await keyMade(theirs)];
    const seen = targetsIn(await about(ours.organisation, ours.key));
    expect([seen.includes(mine), seen.includes(foreign)]).toEqual([true, false]);
    expect((await about(theirs.organisation, ours.key)).status).toBe(404);
    expect((await list('', ours.key)).status).toBe(403);
  });

  it('is denied without the right, and refuses what is no filter', async () => {
    const scope = { organisationId: organisationId(api.shops.ours.organisation), siteId: null };
    const seller = await seedKey(api.orm, scope, ['sales.use', 'ledger.view']);
    expect((await about(api.shops.ours.organisation, seller)).status).toBe(403);
    const viewer = await seedKey(api.orm, { organisationId: null, siteId: null }, ['payments.global.view']);
    expect(actionsIn(await list('?limit=1', viewer))).toHaveLength(1);
    for (const wrong of ['?from=yesterday', '?limit=0', '?limit=101', '?cursor=x', '?actor=a%20b', '?who=me']) {
      expect([wrong, (await list(wrong)).status]).toEqual([wrong, 422]);
    }
  });
});
