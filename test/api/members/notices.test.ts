import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { memberId, type MemberId } from '../../../src/domain/ids.ts';
import type { NoticeFacts, NoticeKind } from '../../../src/domain/members/notice.ts';
import { commitRiders } from '../../../src/entities/commit-riders.ts';
import { newId } from '../../../src/entities/new-id.ts';
import { noticeRider } from '../../../src/entities/members/notice-rows.ts';
import { idOf, itemsOf, startTestApi, textOf, type TestAnswer, type TestApi } from '../test-api.ts';

let api: TestApi;
let alan: MemberId;
let betty: MemberId;
beforeAll(async () => {
  api = await startTestApi();
  [alan, betty] = [await member('Alan'), await member('Betty')];
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.pool.run('DELETE FROM notice', []);
});

const ask = (method: string, path: string, body?: object): Promise<TestAnswer> =>
  api.call(method, path, { as: api.shops.platformKey, ...(body === undefined ? {} : { body }) });

async function member(firstName: string): Promise<MemberId> {
  const body = { externalRef: randomUUID(), firstName, lastName: 'Bunting', currency: 'AUD' };
  return memberId(idOf(await ask('POST', '/v1/members', body)));
}

/** Writes a notice as a posting would carry it; answers its id. */
async function tell(to: MemberId, kind: NoticeKind, facts: NoticeFacts = {}, inApp = true): Promise<string> {
  const word = { memberId: to, kind, dedupeKey: newId('notice'), inApp };
  const rider = noticeRider({ ...word, facts: { amountMinor: 5_445, currency: 'AUD', ...facts } }, new Date());
  await commitRiders(api.pool, [rider]);
  return 'insert' in rider ? String(rider.row['id']) : '';
}

const idsOf = (answer: TestAnswer): unknown[] => itemsOf(answer).map((item) => item['id']);

describe('the notices of a member', () => {
  it('are shown in words, the other member by name, a page at a time', async () => {
    const ids = [
      await tell(alan, 'auto_top_up_succeeded'),
      await tell(alan, 'transfer_sent', { otherMember: betty, description: 'x'.repeat(200) }, false),
    ];
    await tell(betty, 'auto_top_up_succeeded');
    const answer = await ask('GET', `/v1/members/${alan}/notices`);
    expect([answer.status, idsOf(answer)]).toEqual([200, ids]);
    expect(itemsOf(answer)[0]).toMatchObject({
      ...{ member: alan, kind: 'auto_top_up_succeeded', subject: 'Auto top up successful', inApp: true },
      text: 'Your card was charged 54.45 AUD, which is in your balance now.',
      ...{ state: 'pending', attempts: 0, sentAt: null, readAt: null },
    });
    const shown = itemsOf(answer)[1]!;
    expect([shown['subject'], textOf(shown['text']).length]).toEqual(['Transfer to Betty Bunting', 100]);
    const first = await ask('GET', `/v1/members/${alan}/notices?limit=1`);
    expect([idsOf(first), first.body['next_cursor']]).toEqual([[ids[0]], ids[0]]);
    const second = await ask('GET', `/v1/members/${alan}/notices?limit=1&cursor=${ids[0]}`);
    expect([idsOf(second), second.body['next_cursor']]).toEqual([[ids[1]], null]);
  });

  it('are read once; then they are not among the unread, and neither is what the app does not show', async () => {
    const [first, second] = [await tell(alan, 'auto_top_up_succeeded'), await tell(alan, 'late_card_money')];
    await tell(alan, 'transfer_sent', { otherMember: betty }, false);
    const unread = () => ask('GET', `/v1/members/${alan}/notices?unreadOnly=true`);
    expect(idsOf(await unread())).toEqual([first, second]);
    const read = await ask('POST', `/v1/members/${alan}/notices/${first}/read`, {});
    expect([read.status, read.body['readAt']]).toEqual([200, expect.any(String)]);
    const again = await ask('POST', `/v1/members/${alan}/notices/${first}/read`, {});
    expect([again.status, again.body['readAt']]).toEqual([200, read.body['readAt']]);
    expect(idsOf(await unread())).toEqual([second]);
  });

  it("are nobody else's: another member's, an unknown one and a malformed one are refused", async () => {
    const notice = await tell(alan, 'auto_top_up_succeeded');
    const nobody = newId('member');
    const answers = [
      await ask('POST', `/v1/members/${betty}/notices/${notice}/read`, {}),
      await ask('POST', `/v1/members/${alan}/notices/${newId('notice')}/read`, {}),
      await ask('GET', `/v1/members/${nobody}/notices`),
      await ask('GET', `/v1/members/${alan}/notices?unreadOnly=maybe`),
      await ask('POST', `/v1/members/${alan}/notices/1/read`, {}),
    ];
    expect(answers.map(({ status, body }) => `${status} ${textOf(body['code'])}`)).toEqual([
      ...['404 not_found', '404 not_found', '404 not_found', '422 invalid_request', '404 not_found'],
    ]);
    const [row] = await api.pool.rows('SELECT read_at FROM notice');
    expect(row?.['read_at']).toBeNull();
  });
});

describe('the notices of all members', () => {
  it('that failed are found, and are sent again as new, which is audited', async () => {
    const notice = await tell(alan, 'auto_top_up_succeeded');
    await tell(betty, 'auto_top_up_succeeded');
    await api.pool.run("UPDATE notice SET state = 'failed', attempts = 15, due_at = NULL WHERE id = ?", [notice]);
    expect(idsOf(await ask('GET', '/v1/notices?state=failed'))).toEqual([notice]);
    const sent = await ask('POST', `/v1/notices/${notice}/resend`, {});
    expect([sent.status, sent.body]).toEqual([
      200,
      expect.objectContaining({ id: notice, state: 'pending', attempts: 0, dueAt: expect.any(String) }),
    ]);
    expect(itemsOf(await ask('GET', '/v1/notices?state=failed'))).toEqual([]);
    const acts = await api.pool.rows('SELECT action FROM audit_event WHERE target = ?', [notice]);
    expect(acts.map((row) => row['action'])).toEqual(['notice.resend']);
    expect((await ask('POST', `/v1/notices/${newId('notice')}/resend`, {})).status).toBe(404);
    expect((await ask('GET', '/v1/notices?state=lost')).body['code']).toBe('invalid_request');
  });
});
