import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { organisationAccount, processorAccount } from '../../src/domain/ledger-account.ts';
import { money } from '../../src/domain/money.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import type { Poster } from '../../src/ledger/poster-contract.ts';
import { sale } from '../../src/ledger/postings/sale.ts';
import { idOf, itemsOf, startTestApi, textOf, type TestApi } from './test-api.ts';

let api: TestApi;
let poster: Poster;
let sold: string;
let between: string;
beforeAll(async () => {
  api = await startTestApi();
  poster = createPoster({ databaseUrl: api.databaseUrl });
  sold = await sell(2_500, 300);
  const [row] = await api.pool.rows('SELECT MAX(recorded_at) AS at FROM ledger_entry');
  between = `${String(row?.['at']).replace(' ', 'T').slice(0, 26)}Z`;
  await sell(1_000, 0);
});
afterAll(async () => {
  await poster.close();
  await api.close();
});

/** A sale of ours whose card money is posted, as its workflow would do it; amounts in cents. */
async function sell(amount: number, tip: number): Promise<string> {
  const { site, reader, organisation, key } = api.shops.ours;
  const body = { site, reader, amount: { amount: amount - tip, currency: 'AUD' } };
  const id = idOf(await api.call('POST', '/v1/sales', { as: key, key: randomUUID(), body }));
  const posted = await poster.post(
    sale({
      saleId: id,
      captureNo: 1,
      organisationId: organisation,
      occurredAt: new Date().toISOString(),
      description: 'Coffee',
      cards: [{ processor: processorAccount('stripe', 'acct_test', 'AUD'), amount: money(amount, 'AUD') }],
      tip: money(tip, 'AUD'),
      currency: 'AUD',
    }),
  );
  expect(posted.kind).toBe('posted');
  return id;
}

const ours = (): string => organisationAccount(api.shops.ours.organisation, 'AUD').code;
const read = (path: string, as = api.shops.ours.key) => api.call('GET', `/v1/ledger${path}`, { as });
const encoded = (code: string): string => encodeURIComponent(code);

describe('the book over HTTP', () => {
  it("shows an organisation its own accounts and no others; the platform's key sees all", async () => {
    expect(itemsOf(await read('/accounts'))).toMatchObject([
      {
        code: ours(),
        kind: 'organisation',
        normalSide: 'credit',
        balance: { amount: 3_500, currency: 'AUD' },
        held: { amount: 0, currency: 'AUD' },
        available: { amount: 3_500, currency: 'AUD' },
        entryCount: 3,
      },
    ]);
    const all = itemsOf(await read('/accounts', api.shops.platformKey));
    expect(all.map((account) => account['code']).sort()).toEqual([ours(), 'processor/stripe/acct_test/AUD'].sort());
    expect(itemsOf(await read('/accounts', api.shops.theirs.key))).toEqual([]);
  });

  it('tells the balance now, and at an instant by the time of recording', async () => {
    const now = await read(`/accounts/${encoded(ours())}`);
    expect(now.body['balance']).toEqual({ amount: 3_500, currency: 'AUD' });
    const then = await read(`/accounts/${encoded(ours())}/balance?at=${between}`);
    expect(then.body).toEqual({ code: ours(), at: between, balance: { amount: 2_500, currency: 'AUD' } });
    const before = await read(`/accounts/${encoded(ours())}/balance?at=2020-01-01T00:00:00Z`);
    expect(before.body['balance']).toEqual({ amount: 0, currency: 'AUD' });
  });

  it('lists entries newest first with their balances, the tip as its own, in pages', async () => {
    const first = await read(`/accounts/${encoded(ours())}/entries?limit=2`);
    expect(itemsOf(first)).toMatchObject([
      { seq: 3, type: 'Sale', amount: { amount: 1_000 }, balanceAfter: { amount: 3_500 }, side: 'credit' },
      { seq: 2, type: 'Tip', amount: { amount: 300 }, balanceAfter: { amount: 2_500 }, sale: sold },
    ]);
    const second = await read(
      `/accounts/${encoded(ours())}/entries?limit=2&cursor=${textOf(first.body['next_cursor'])}`,
    );
    expect(itemsOf(second)).toMatchObject([{ seq: 1, type: 'Sale', amount: { amount: 2_200 } }]);
    expect(second.body['next_cursor']).toBeNull();
  });

  it('shows the platform both sides of a sale, and the organisation its own', async () => {
    const platform = itemsOf(await read(`/transactions?sale=${sold}`, api.shops.platformKey));
    const entries = platform[0]?.['entries'];
    expect(entries).toMatchObject([
      { account: 'processor/stripe/acct_test/AUD', side: 'debit', amount: { amount: 2_500, currency: 'AUD' } },
      { account: ours(), side: 'credit', type: 'Sale', amount: { amount: 2_200 } },
      { account: ours(), side: 'credit', type: 'Tip', amount: { amount: 300 } },
    ]);
    const id = textOf(platform[0]?.['id']);
    const own = await read(`/transactions/${id}`);
    expect(own.body['sale']).toBe(sold);
    expect(own.body['entries']).toMatchObject([{ account: ours() }, { account: ours() }]);
  });

  it("answers 404 for another organisation's accounts, sales and transactions, and for what is not there", async () => {
    const id = textOf(itemsOf(await read(`/transactions?sale=${sold}`))[0]?.['id']);
    const foreign = [
      `/accounts/${encoded(ours())}`,
      `/accounts/${encoded(ours())}/balance`,
      `/accounts/${encoded(ours())}/entries`,
      `/transactions?sale=${sold}`,
      `/transactions/${id}`,
    ];
    for (const path of foreign) expect([path, (await read(path, api.shops.theirs.key)).status]).toEqual([path, 404]);
    const absent = ['/accounts/organisation%2Fnobody%2FAUD', '/accounts/x', `/transactions/ltx_01${'K'.repeat(24)}`];
    for (const path of absent) expect([path, (await read(path, api.shops.platformKey)).status]).toEqual([path, 404]);
  });
});
