import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { memberAccount } from '../../src/domain/ledger-account.ts';
import { money } from '../../src/domain/money.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import type { Poster } from '../../src/ledger/poster-contract.ts';
import { adjustment } from '../../src/ledger/postings/correction.ts';
import { payment } from '../../src/ledger/postings/payment.ts';
import { cardIn } from '../../src/ledger/postings/processor.ts';
import { seedKey } from './shops.ts';
import { idOf, itemsOf, startTestApi, textOf, type TestApi } from './test-api.ts';

let api: TestApi;
let poster: Poster;
beforeAll(async () => {
  api = await startTestApi();
  poster = createPoster({ databaseUrl: api.databaseUrl });
});
afterAll(async () => {
  await poster.close();
  await api.close();
});

const get = (path: string, as = api.shops.platformKey) => api.call('GET', `/v1/members/${path}`, { as });
const occurredAt = '2026-03-01T12:00:00Z';
const aud = (amount: number) => ({ amount, currency: 'AUD' });

async function newMember(more: object = {}): Promise<string> {
  const body = { externalRef: randomUUID(), firstName: 'Betty', lastName: 'Bunting', currency: 'AUD', ...more };
  return idOf(await api.call('POST', '/v1/members', { as: api.shops.platformKey, key: randomUUID(), body }));
}

async function post(transaction: Parameters<Poster['post']>[0]): Promise<string> {
  const result = await poster.post(transaction);
  if (result.kind !== 'posted') throw new Error(JSON.stringify(result));
  return result.recordedAt;
}

/** Plus is to the member; may leave less than nothing. */
function adjust(member: string, cents: number, description = 'Correction'): Promise<string> {
  const account = memberAccount(member, 'AUD');
  const amount = money(cents, 'AUD');
  return post(adjustment({ id: randomUUID().slice(0, 20), account, amount, occurredAt, description, actor: 'key_1' }));
}

/** STM-01: 100.00 by card, then 30.00 to a club. */
async function bettyOfTheSpecification(): Promise<string> {
  const member = await newMember();
  await post(
    cardIn({
      ...{ processor: { provider: 'stripe', externalRef: 'acct_test' }, cardTransactionId: `ctx_${member.slice(4)}` },
      ...{ memberId: member, type: 'Manual Top Up', amount: money(10_000, 'AUD'), occurredAt, description: 'Card' },
    }),
  );
  const to = { kind: 'organisation', id: api.shops.ours.organisation } as const;
  await post(
    payment({
      ...{ id: randomUUID().slice(0, 20), memberId: member, to, type: 'Club Payment', occurredAt },
      ...{ amount: money(3_000, 'AUD'), description: 'Table money' },
    }),
  );
  return member;
}

describe('GET /v1/members/{id}/statement', () => {
  it('[STM-01] answers a page of rows under the member’s header', async () => {
    const member = await bettyOfTheSpecification();
    const { status, body } = await get(`${member}/statement`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ member, name: 'Betty Bunting', homeClub: 'Unknown', rank: null, next_cursor: null },
      ...{ balance: aud(7_000), balanceShown: '70.00', autoTopUp: { state: 'off', amount: null } },
    });
    expect(itemsOf({ body } as never)).toMatchObject([
      {
        ...{ seq: 2, type: 'Club Payment', amount: aud(-3_000), balanceAfter: aud(7_000), card: null, refund: null },
        counterparty: { kind: 'organisation', id: api.shops.ours.organisation, name: 'ours' },
      },
      { seq: 1, type: 'Manual Top Up', amount: aud(10_000), counterparty: { kind: 'card', id: null, name: null } },
    ]);
  });

  it('[STM-02] says Nil for a member without rows', async () => {
    const { body } = await get(`${await newMember()}/statement`);
    expect(body).toMatchObject({ balance: aud(0), balanceShown: 'Nil', items: [], next_cursor: null });
  });

  it('has 30 rows of 45 unless asked for more, and the rest after its cursor', async () => {
    const member = await newMember();
    for (let row = 1; row <= 45; row += 1) await adjust(member, row);
    const first = await get(`${member}/statement`);
    expect(itemsOf(first)).toHaveLength(30);
    const second = await get(`${member}/statement?cursor=${textOf(first.body['next_cursor'])}`);
    expect(itemsOf(second)).toHaveLength(15);
    expect(second.body['next_cursor']).toBeNull();
    expect(itemsOf(await get(`${member}/statement?limit=100`))).toHaveLength(45);
  });

  it('keeps to local days of the deployment', async () => {
    const member = await newMember();
    const at = await adjust(member, 500);
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Australia/Sydney' }).format(new Date(at));
    expect(itemsOf(await get(`${member}/statement?from=${today}&to=${today}`))).toHaveLength(1);
    expect(itemsOf(await get(`${member}/statement?to=2026-01-01`))).toHaveLength(0);
    expect(itemsOf(await get(`${member}/statement?from=2999-01-01`))).toHaveLength(0);
  });
});

describe('GET /v1/members/{id}/balance', () => {
  it('[C15] tells what is there, held and to be spent, and the newest row’s date', async () => {
    const member = await newMember();
    const none = { member, at: null, lastEntryAt: null, balance: aud(0), available: aud(0), held: aud(0) };
    expect((await get(`${member}/balance`)).body).toEqual(none);
    await adjust(member, 5_000);
    const lastEntryAt = await adjust(member, -3_000);
    const account = memberAccount(member, 'AUD');
    await poster.placeHold({ opKey: `hold-${member}`, account, amount: money(500, 'AUD'), description: 'Held' });
    expect((await get(`${member}/balance`)).body).toEqual({
      ...{ member, at: null, lastEntryAt, balance: aud(2_000), available: aud(1_500), held: aud(500) },
    });
  });

  it('tells it at an instant, and at the start and end of a local day', async () => {
    const member = await newMember();
    const at = await adjust(member, -2_000);
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Australia/Sydney' }).format(new Date(at));
    const then = await get(`${member}/balance?at=${at}`);
    expect(then.body).toEqual({
      ...{ member, at, lastEntryAt: at, balance: aud(-2_000), available: null, held: null },
    });
    const asked = [`at=2026-01-01T00:00:00Z`, `day=${today}&edge=start`, `day=${today}&edge=end`, `day=${today}`];
    const found = await Promise.all(asked.map((query) => get(`${member}/balance?${query}`)));
    expect(found.map(({ body }) => body['balance'])).toEqual([aud(0), aud(0), aud(-2_000), aud(-2_000)]);
    expect((await get(`${member}/balance?day=2026-03-31&edge=end`)).body['at']).toBe('2026-03-31T13:00:00.000Z');
  });
});

describe('GET /v1/members/{id}/overview', () => {
  it('[C61] shows an administrator the balance and the ten newest card payments, whatever became of them', async () => {
    const member = await newMember();
    await adjust(member, 700);
    for (let n = 10; n <= 21; n += 1) {
      await api.pool.run(
        `INSERT INTO top_up (id, member_id, kind, amount_minor, currency, state, processor_account_id, card_transaction_id,
           created_at, updated_at) VALUES (?, ?, 'manual', ?, 'AUD', ?, ?, ?, '2026-03-01', '2026-03-01')`,
        [
          `top_01K0000000000000000000${member.slice(-2)}${n}`,
          member,
          n,
          n % 2 ? 'failed' : 'expired',
          'pac_1',
          `ctx_${n}`,
        ],
      );
    }
    const { status, body } = await get(`${member}/overview`);
    expect([status, body['balance']]).toMatchObject([200, { balance: aud(700), available: aud(700) }]);
    const cards = body['cardPayments'] as unknown as { amount: { amount: number } }[];
    expect(cards.map(({ amount }) => amount.amount)).toEqual([21, 20, 19, 18, 17, 16, 15, 14, 13, 12]);
    expect(cards[0]).toMatchObject({
      kind: 'manual',
      state: 'failed',
      captured: aud(0),
      refunded: aud(0),
      brand: null,
    });
  });
});

describe('GET /v1/members/{id}/statement.csv and .pdf', () => {
  it('send files, made for an instant that they name and can be asked for again', async () => {
    const member = await bettyOfTheSpecification();
    for (const [name, type, start] of [
      ['statement.csv', 'text/csv; charset=utf-8', 'Betty Bunting,'],
      ['statement.pdf', 'application/pdf', '%PDF-1.'],
    ] as const) {
      const first = await get(`${member}/${name}`);
      expect([first.status, first.headers.get('content-type')]).toEqual([200, type]);
      expect(first.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
      expect(first.text.startsWith(start)).toBe(true);
      const asOf = first.headers.get('tillflow-as-of')!;
      await adjust(member, 100);
      const again = await get(`${member}/${name}?asOf=${asOf}`);
      expect([again.text, again.headers.get('tillflow-as-of')]).toEqual([first.text, asOf]);
      expect((await get(`${member}/${name}`)).text).not.toBe(first.text);
    }
  });

  it('cut the rows to local days, and mark the byte order where asked to', async () => {
    const member = await bettyOfTheSpecification();
    const lines = async (query: string) =>
      (await get(`${member}/statement.csv${query}`)).text.trim().split('\r\n').length;
    expect([await lines(''), await lines('?to=2026-01-01'), await lines('?from=2026-01-01')]).toEqual([4, 2, 4]);
    const url = `${api.url}/v1/members/${member}/statement.csv?bom=true`;
    const marked = await fetch(url, { headers: { authorization: `Bearer ${api.shops.platformKey}` } });
    expect([...new Uint8Array(await marked.arrayBuffer()).subarray(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 0x42]);
  });
});

const pages = ['statement', 'statement.csv', 'statement.pdf', 'balance', 'overview'];

describe('statements', () => {
  it('[C49] are forbidden to keys without the right and to organisations, and of nobody who is not there', async () => {
    const member = await newMember();
    const platform = { organisationId: null, siteId: null };
    const without = await seedKey(api.orm, platform, ['member.manage', 'ledger.view', 'iou.manage']);
    const viewer = await seedKey(api.orm, platform, ['payments.view']);
    for (const page of pages) {
      const path = `${member}/${page}`;
      const answers = await Promise.all([get(path, without), get(path, api.shops.ours.key), get(path, viewer)]);
      expect([page, ...answers.map(({ status }) => status)]).toEqual([page, 403, 403, 200]);
      expect([page, (await get(`mem_01${'K'.repeat(24)}/${page}`)).status]).toEqual([page, 404]);
    }
  });

  it('[C57] of a member show an administrator the rows with the view right, and a refund needs the edit right', async () => {
    const member = await bettyOfTheSpecification();
    const viewer = await seedKey(api.orm, { organisationId: null, siteId: null }, ['payments.global.view']);
    const shown = await get(`${member}/statement`, viewer);
    expect([shown.status, itemsOf(shown).length]).toEqual([200, 2]);
    const body = { topUp: `top_01${'K'.repeat(24)}`, amount: aud(4_000), description: 'Card refund' };
    const asked = await api.call('POST', '/v1/refunds', { as: viewer, key: randomUUID(), body });
    expect([asked.status, asked.body['code']]).toEqual([403, 'forbidden']);
  });

  it('refuse days, instants and ranges that are none with 422, naming the field', async () => {
    const member = await newMember();
    const refused = [
      ...[
        'statement?from=2026-02-30',
        'statement?to=yesterday',
        'statement?from=0001-01-01',
        'statement?to=3000-01-01',
      ],
      ...['statement?from=2026-03-02&to=2026-03-01', 'statement?limit=101', 'statement?cursor=0', 'statement?at=now'],
      ...['balance?at=2026-03-31', 'balance?at=2026-03-31T10:00:00%2B10:00', 'balance?at=2026-03-31T10:00:00.1234567Z'],
      ...['balance?at=0000-01-01T00:00:00Z', 'balance?edge=end', 'balance?day=2026-03-31&edge=noon'],
      ...['balance?day=2026-03-31&at=2026-03-31T00:00:00Z', 'overview?from=2026-03-01'],
      ...['statement.csv?from=2026-03-02&to=2026-03-01', 'statement.csv?bom=yes', 'statement.pdf?bom=true'],
      ...['statement.csv?asOf=2100-01-01T00:00:00Z', 'statement.pdf?asOf=today', 'statement.pdf?to=2026-04-31'],
    ];
    for (const path of refused) {
      const { status, body } = await get(`${member}/${path}`);
      const [first] = body['errors'] as unknown as { field: string }[];
      expect([path, status, body['code']]).toEqual([path, 422, 'invalid_request']);
      expect([path, path.includes(`${String(first?.field)}=`)]).toEqual([path, true]);
    }
  });
});
