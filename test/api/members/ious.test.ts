import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../../src/entities/new-id.ts';
import { idOf, itemsOf, startTestApi, textOf, type TestAnswer, type TestApi } from '../test-api.ts';

let api: TestApi;
let ours: string;
let theirs: string;
beforeAll(async () => {
  api = await startTestApi();
  [ours, theirs] = [api.shops.ours.organisation, api.shops.theirs.organisation];
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.pool.run('DELETE FROM iou', []);
  await api.pool.run('DELETE FROM notice', []);
});

const ask = (method: string, path: string, body?: object): Promise<TestAnswer> =>
  api.call(method, path, { as: api.shops.platformKey, ...(body === undefined ? {} : { body }) });
const wish = (more: object = {}): object => ({
  externalRef: randomUUID(),
  organisation: ours,
  memberNo: 4_000_000,
  amount: { amount: 1250, currency: 'AUD' },
  description: 'Table money',
  ...more,
});
const owe = (more: object = {}): Promise<TestAnswer> => ask('POST', '/v1/ious', wish(more));
const notices = () =>
  api.pool.rows('SELECT member_id, kind, facts, in_app, by_email FROM notice ORDER BY created_at, id');
const idsOf = (answer: TestAnswer): string[] => itemsOf(answer).map((item) => textOf(item['id']));
async function member(more: object = {}): Promise<{ id: string; no: number }> {
  const body = { externalRef: randomUUID(), firstName: 'Alan', lastName: 'Admin', currency: 'AUD', ...more };
  const made = await ask('POST', '/v1/members', body);
  return { id: idOf(made), no: Number(made.body['no']) };
}
/** As if it had been made so many days ago. */
async function aged(iou: TestAnswer, days: number): Promise<void> {
  await api.pool.run('UPDATE iou SET created_at = UTC_TIMESTAMP(6) - INTERVAL ? DAY WHERE id = ?', [days, idOf(iou)]);
}

describe('an IOU', () => {
  it('is written down once for each name of the host, also for a number that nobody has yet', async () => {
    const body = wish({ session: 'Tuesday', dueAt: '2030-01-01T00:00:00.000Z' });
    const made = await ask('POST', '/v1/ious', body);
    expect([made.status, made.headers.get('location')]).toEqual([201, `/v1/ious/${idOf(made)}`]);
    expect(made.body).toMatchObject({
      organisation: ours,
      memberNo: 4_000_000,
      amount: { amount: 1250, currency: 'AUD' },
      description: 'Table money',
      session: 'Tuesday',
      state: 'open',
      overdue: false,
      payment: null,
    });
    const again = await ask('POST', '/v1/ious', body);
    expect([again.status, again.body]).toEqual([200, made.body]);
    expect((await ask('GET', `/v1/ious/${idOf(made)}`)).body).toEqual(made.body);
    expect(await notices()).toEqual([]);
  });

  it('is not changed by asking again with another amount', async () => {
    const externalRef = randomUUID();
    const made = await owe({ externalRef });
    const other = await owe({ externalRef, amount: { amount: 1300, currency: 'AUD' } });
    expect([other.status, other.body['code'], other.body['iou']]).toEqual([409, 'conflict', made.body['id']]);
    expect((await ask('GET', `/v1/ious/${idOf(made)}`)).body).toEqual(made.body);
  });

  it('is told to the member who owes it, once, and never to an account of the house', async () => {
    const debtor = await member();
    const externalRef = randomUUID();
    const made = await owe({ externalRef, memberNo: debtor.no });
    await owe({ externalRef, memberNo: debtor.no });
    await owe({ memberNo: (await member({ system: true })).no });
    const told = await notices();
    expect(told).toMatchObject([{ member_id: debtor.id, kind: 'iou_created', by_email: 1 }]);
    expect(JSON.parse(String(told[0]!['facts']))).toEqual({
      iou: idOf(made),
      no: Number(made.body['no']),
      organisation: 'ours',
      amountMinor: 1250,
      currency: 'AUD',
      description: 'Table money',
      dueAt: null,
    });
  });

  it('is refused when it could never be paid, and nothing is written', async () => {
    const debtor = await member();
    const money = (amount: unknown, currency = 'AUD') => ({ amount: { amount, currency } });
    const refused: readonly (readonly [object, number, string])[] = [
      [money(0), 422, 'invalid_request'],
      [money(-1), 422, 'invalid_request'],
      [money(12.5), 422, 'invalid_request'],
      [money('1250'), 422, 'invalid_request'],
      [money(100_000_000), 422, 'amount_out_of_range'],
      [money(1250, 'XXX'), 422, 'currency_unsupported'],
      [{ ...money(1250, 'EUR'), memberNo: debtor.no }, 422, 'currency_mismatch'],
      [{ memberNo: 0 }, 422, 'invalid_request'],
      [{ description: 'x'.repeat(101) }, 422, 'invalid_request'],
      [{ organisation: newId('organisation') }, 404, 'not_found'],
      [{ organisation: undefined }, 422, 'invalid_request'],
      [{ surprise: true }, 422, 'invalid_request'],
    ];
    for (const [more, status, code] of refused) {
      const answer = await owe(more);
      expect([more, answer.status, answer.body['code']]).toEqual([more, status, code]);
    }
    expect(itemsOf(await ask('GET', '/v1/ious'))).toEqual([]);
    expect(await notices()).toEqual([]);
  });

  it('is not made for an organisation that is closed', async () => {
    const closed = idOf(await ask('POST', '/v1/organisations', { name: 'closed' }));
    await ask('PATCH', `/v1/organisations/${closed}`, { status: 'closed' });
    const answer = await owe({ organisation: closed });
    expect([answer.status, answer.body['code']]).toEqual([409, 'conflict']);
  });
});

describe('IOUs', () => {
  it('of a member are listed from every club, those of another member are not [C19]', async () => {
    const debtor = await member();
    const first = await owe({ memberNo: debtor.no });
    const second = await owe({ memberNo: debtor.no, organisation: theirs, amount: { amount: 800, currency: 'AUD' } });
    const other = await member();
    const listed = await ask('GET', `/v1/ious?member=${debtor.no}&state=open`);
    expect(idsOf(listed)).toEqual([idOf(first), idOf(second)]);
    expect(itemsOf(listed).map((item) => textOf(item['amount']!['amount']))).toEqual([1250, 800]);
    expect(idsOf(await ask('GET', `/v1/ious?member=${other.no}`))).toEqual([]);
  });

  it('are seen by their own organisation and no other', async () => {
    const [mine, foreign] = [await owe(), await owe({ organisation: theirs })];
    expect(idsOf(await api.call('GET', '/v1/ious'))).toEqual([idOf(mine)]);
    expect(idsOf(await api.call('GET', `/v1/ious?organisation=${theirs}`))).toEqual([]);
    for (const [method, act] of [
      ['GET', ''],
      ['POST', '/cancel'],
      ['POST', '/write-off'],
      ['POST', '/remind'],
    ] as const) {
      const body = method === 'POST' ? { body: {} } : {};
      const answer = await api.call(method, `/v1/ious/${idOf(foreign)}${act}`, body);
      expect([act, answer.status, answer.body['code']]).toEqual([act, 404, 'not_found']);
    }
    const written = await api.call('POST', '/v1/ious', { body: wish({ organisation: undefined }) });
    expect(written.body).toMatchObject({ organisation: ours });
  });

  it('are overdue from their due time on until they are closed, which is derived and not a state', async () => {
    const late = await owe({ dueAt: '2020-01-01T00:00:00.000Z' });
    const soon = await owe({ dueAt: '2030-01-01T00:00:00.000Z' });
    const never = await owe();
    expect(late.body).toMatchObject({ state: 'open', overdue: true });
    expect(idsOf(await ask('GET', '/v1/ious?overdue=true'))).toEqual([idOf(late)]);
    expect(idsOf(await ask('GET', '/v1/ious?overdue=false'))).toEqual([idOf(soon), idOf(never)]);
    const closed = await ask('POST', `/v1/ious/${idOf(late)}/cancel`, {});
    expect(closed.body).toMatchObject({ state: 'cancelled', overdue: false });
    expect(idsOf(await ask('GET', '/v1/ious?overdue=true'))).toEqual([]);
  });

  it('are cancelled or written off once, by nobody while being paid, and it is written down', async () => {
    const made = await owe();
    const path = `/v1/ious/${idOf(made)}`;
    const off = await ask('POST', `${path}/write-off`, { reason: 'moved away' });
    expect(off.body).toMatchObject({ state: 'written_off' });
    expect(off.body['closedAt']).not.toBeNull();
    const again = await ask('POST', `${path}/cancel`, {});
    expect([again.status, again.body['code'], again.body['state']]).toEqual([409, 'iou_state_conflict', 'written_off']);
    const paying = await owe();
    await api.pool.run("UPDATE iou SET state = 'paying' WHERE id = ?", [idOf(paying)]);
    const refused = await ask('POST', `/v1/ious/${idOf(paying)}/cancel`, {});
    expect([refused.status, refused.body['code']]).toEqual([409, 'iou_state_conflict']);
    const audit = await api.pool.rows('SELECT action, reason FROM audit_event WHERE target = ? ORDER BY no', [
      idOf(made),
    ]);
    expect(audit).toEqual([
      { action: 'iou.create', reason: null },
      { action: 'iou.write_off', reason: 'moved away' },
    ]);
  });

  it('of a session are cancelled with it; others, and one that is being paid, stay', async () => {
    const [one, two, paying] = [
      await owe({ session: 'Tuesday' }),
      await owe({ session: 'Tuesday' }),
      await owe({ session: 'Tuesday' }),
    ];
    await api.pool.run("UPDATE iou SET state = 'paying' WHERE id = ?", [idOf(paying)]);
    const other = await owe({ session: 'Friday' });
    const foreign = await owe({ session: 'Tuesday', organisation: theirs });
    const answer = await api.call('POST', '/v1/ious/cancellations', { body: { session: 'Tuesday' } });
    expect([answer.status, answer.body]).toEqual([200, { cancelled: 2, paying: 1 }]);
    expect(idsOf(await ask('GET', '/v1/ious?state=cancelled'))).toEqual([idOf(one), idOf(two)]);
    expect(idsOf(await ask('GET', '/v1/ious?state=open'))).toEqual([idOf(other), idOf(foreign)]);
  });

  it('age in days since they were made, summed by currency', async () => {
    for (const [days, amount] of [
      [0, 100],
      [30, 200],
      [31, 400],
      [60, 800],
      [61, 1_600],
      [90, 3_200],
      [91, 6_400],
      [400, 12_800],
    ] as const) {
      await aged(await owe({ amount: { amount, currency: 'AUD' } }), days);
    }
    await aged(await owe({ organisation: theirs, amount: { amount: 55, currency: 'EUR' } }), 45);
    const closed = await owe({ amount: { amount: 9_999, currency: 'AUD' } });
    await ask('POST', `/v1/ious/${idOf(closed)}/cancel`, {});
    const bucket = (fromDays: number, toDays: number | null, count: number, amount: number, currency = 'AUD') => ({
      fromDays,
      toDays,
      count,
      amount: { amount, currency },
    });
    const aud = {
      currency: 'AUD',
      count: 8,
      amount: { amount: 25_500, currency: 'AUD' },
      buckets: [bucket(0, 30, 2, 300), bucket(31, 60, 2, 1_200), bucket(61, 90, 2, 4_800), bucket(91, null, 2, 19_200)],
    };
    expect(itemsOf(await ask('GET', `/v1/ious/ageing?organisation=${ours}`))).toEqual([aud]);
    expect(itemsOf(await api.call('GET', '/v1/ious/ageing'))).toEqual([aud]);
    expect(itemsOf(await api.call('GET', `/v1/ious/ageing?organisation=${theirs}`))).toEqual([]);
    const all = itemsOf(await ask('GET', '/v1/ious/ageing'));
    expect(all).toMatchObject([aud, { currency: 'EUR', count: 1, amount: { amount: 55 } }]);
  });
});

describe('a reminder', () => {
  it('is sent to the debtor, at most once in a day', async () => {
    const debtor = await member();
    const made = await owe({ memberNo: debtor.no });
    const path = `/v1/ious/${idOf(made)}/remind`;
    const first = await ask('POST', path, {});
    expect(first.body['remindedAt']).not.toBeNull();
    expect((await ask('POST', path, {})).body).toEqual(first.body);
    expect((await notices()).map((notice) => notice['kind'])).toEqual(['iou_created', 'iou_reminder']);
    await api.pool.run('UPDATE iou SET reminded_at = reminded_at - INTERVAL 1 DAY', []);
    await ask('POST', path, {});
    expect((await notices()).map((notice) => notice['kind'])).toEqual(['iou_created', 'iou_reminder', 'iou_reminder']);
  });

  it('is sent once, however many ask for it at the same moment', async () => {
    const made = await owe({ memberNo: (await member()).no });
    const single = () => ask('POST', `/v1/ious/${idOf(made)}/remind`, {});
    const many = () => ask('POST', '/v1/ious/reminders', { organisation: ours });
    const answers = await Promise.all([single(), many(), single(), many(), single()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await notices()).filter(({ kind }) => kind === 'iou_reminder')).toHaveLength(1);
  });

  it('is refused for what is no longer owed, and for a number that nobody has', async () => {
    const closed = await owe({ memberNo: (await member()).no });
    await ask('POST', `/v1/ious/${idOf(closed)}/cancel`, {});
    const late = await ask('POST', `/v1/ious/${idOf(closed)}/remind`, {});
    expect([late.status, late.body['code']]).toEqual([409, 'iou_state_conflict']);
    const nobody = await ask('POST', `/v1/ious/${idOf(await owe())}/remind`, {});
    expect([nobody.status, nobody.body['code']]).toEqual([409, 'conflict']);
  });

  it('goes to every debtor of an organisation at once, or only to those who are late', async () => {
    const debtor = await member();
    const late = await owe({ memberNo: debtor.no, dueAt: '2020-01-01T00:00:00.000Z' });
    const soon = await owe({ memberNo: debtor.no });
    await owe();
    await owe({ memberNo: debtor.no, organisation: theirs });
    const remind = async (body: object) => (await api.call('POST', '/v1/ious/reminders', { body })).body;
    expect(await remind({ overdueOnly: true })).toEqual({ reminded: 1, skipped: 0 });
    expect(await remind({})).toEqual({ reminded: 1, skipped: 1 });
    expect(await remind({})).toEqual({ reminded: 0, skipped: 1 });
    const reminded = (await notices()).filter((notice) => notice['kind'] === 'iou_reminder');
    expect(reminded.map((notice) => (JSON.parse(String(notice['facts'])) as { iou: string }).iou)).toEqual([
      idOf(late),
      idOf(soon),
    ]);
  });
});

describe('paying an IOU', () => {
  it('is refused for somebody else who does not say so, for a foreign IOU, and for an organisation’s key', async () => {
    const [debtor, other] = [await member(), await member()];
    const path = `/v1/ious/${idOf(await owe({ memberNo: debtor.no }))}/pay`;
    const pay = (as: string, address: string, payer: string) =>
      api.call('POST', address, { as, key: randomUUID(), body: { member: payer } });
    const stranger = await pay(api.shops.platformKey, path, other.id);
    expect([stranger.status, stranger.body['code']]).toEqual([403, 'not_the_debtor']);
    const unknown = await pay(api.shops.platformKey, `/v1/ious/${newId('iou')}/pay`, debtor.id);
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'not_found']);
    const organisation = await pay(api.shops.ours.key, path, debtor.id);
    expect([organisation.status, organisation.body['code']]).toEqual([403, 'forbidden']);
    expect(await api.pool.rows('SELECT id FROM payment')).toEqual([]);
  });

  it('that somebody is paying already, or that is cancelled, is refused and writes no payment [W-36]', async () => {
    const debtor = await member();
    const made = await owe({ memberNo: debtor.no });
    for (const state of ['paying', 'paid', 'cancelled', 'written_off']) {
      await api.pool.run('UPDATE iou SET state = ? WHERE id = ?', [state, idOf(made)]);
      const body = { member: debtor.id };
      const call = { as: api.shops.platformKey, key: randomUUID(), body };
      const answer = await api.call('POST', `/v1/ious/${idOf(made)}/pay`, call);
      expect([answer.status, answer.body['code'], answer.body['state']]).toEqual([409, 'iou_state_conflict', state]);
    }
    expect(await api.pool.rows('SELECT id FROM payment')).toEqual([]);
    expect((await api.pool.rows('SELECT payment_id FROM iou'))[0]).toEqual({ payment_id: null });
  });
});
