import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { memberAccount, processorAccount } from '../../src/domain/ledger-account.ts';
import { money } from '../../src/domain/money.ts';
import { ProcessorSilence } from '../../src/domain/processor-silence.ts';
import { credit, debit } from '../../src/domain/ledger.ts';
import type { ProcessorFigures } from '../../src/stripe/processor-figures.direct.ts';
import { AdminWorld, aud } from './admin-world.ts';
import { seedKey } from './shops.ts';
import { itemsOf, textOf } from './test-api.ts';

let isSilent = false;
const figures: ProcessorFigures = {
  ofCharge: () => Promise.resolve(null),
  available: async () => {
    if (isSilent) throw new ProcessorSilence('away');
    return [money(12_345, 'AUD'), money(99, 'USD')];
  },
};
const day = 86_400_000;

describe('an empty system', () => {
  let world: AdminWorld;
  beforeAll(async () => {
    world = await AdminWorld.open({ figures });
  });
  afterAll(() => world.close());

  it('[PSS-02] [C24] [W-38] is Good, with nothing latest and nothing pending', async () => {
    expect((await world.get('/v1/admin/status')).body).toEqual({
      ...{ status: 'Good', latestCard: null, latestMemberEntryAt: null, latestOrganisationEntryAt: null },
      ...{ pendingCards: [], pendingMembers: [] },
    });
  });

  it('has statistics of zero', async () => {
    const nothing = ['paid', 'refunds', 'paidLessRefunds', 'turnover', 'average', 'operatorFees'];
    expect((await world.get('/v1/admin/statistics')).body).toEqual({
      ...Object.fromEntries(nothing.map((name) => [name, aud(0)])),
      ...{ asOf: expect.any(String), members: 0, cardPayments: 0, estimatedCardFees: null },
    });
  });

  it('[ADM-01] [C56] then owes members 55.00 and organisations 355.50, 410.50 together', async () => {
    const cents = [7_000, 0, -1_500];
    for (const amount of cents) {
      const id = await world.member();
      if (amount !== 0) await world.adjust({ kind: 'member', id }, amount);
    }
    await world.adjust({ kind: 'organisation', id: await world.organisation('Fantasy Club') }, 35_550);
    await world.organisation('Rival Club');
    const { body } = await world.get('/v1/admin/summary');
    expect(body).toMatchObject({
      members: { all: 3, withBalance: 2, autoTopUp: 0, balance: aud(5_500) },
      organisations: { all: 2, withBalance: 1, balance: aud(35_550) },
      ...{ netLiability: aud(41_050), cardMoney30Days: aud(0) },
    });
  });

  it('[C68] tells what is with the processor, 123.45, and that it is unknown when the processor is silent', async () => {
    const processors = async () => (await world.get('/v1/admin/summary')).body['processors'];
    expect(await processors()).toMatchObject([{ available: aud(12_345), known: true }]);
    isSilent = true;
    expect(await processors()).toMatchObject([{ available: null, known: false }]);
    isSilent = false;
  });
});

describe('statistics and status', () => {
  let world: AdminWorld;
  let member: string;
  beforeAll(async () => {
    world = await AdminWorld.open({ figures });
    await world.cardCost();
    member = await world.member();
    const club = await world.organisation('Fantasy Club');
    await world.card(member, { captured: 10_000, at: '2026-01-14T13:00:00Z' });
    await world.card(member, { captured: 5_000, refunded: 5_000, at: '2026-01-15T13:00:00Z' });
    await world.card(member, { captured: 7_000, state: 'open', topUpState: 'checkout' });
    await world.pay(member, club, { cents: 3_000 });
    const amount = money(5_000, 'AUD');
    await world.post({
      ...{ opKey: `refund-${randomUUID().slice(0, 8)}`, kind: 'refund-reserved', occurredAt: '2026-03-01T12:00:00Z' },
      description: 'Card refund',
      legs: [
        ...debit(memberAccount(member, 'AUD'), amount, { type: 'Card Refund', counterparty: 'card' }),
        ...credit(processorAccount('stripe', 'acct_test', 'AUD'), amount, { type: 'Card Refund' }),
      ],
    });
    await world.settle(club, { settled: 100_000, payout: 95_000, tax: 455 });
  });
  afterAll(() => world.close());

  const expected = {
    ...{ members: 1, cardPayments: 2, paid: aud(15_000), refunds: aud(5_000), paidLessRefunds: aud(10_000) },
    ...{ turnover: aud(33_000), average: aud(7_500), operatorFees: aud(5_000), estimatedCardFees: aud(195) },
  };

  it('[STA-02] count operator fees of 50.00, and card payments only when they were paid', async () => {
    expect((await world.get('/v1/admin/statistics')).body).toMatchObject(expected);
  });

  it('[STA-01] [C18] guess no fee for a settlement of which nothing is known: 330.00, 75.00, 50.00 and 1.95', async () => {
    const other = await world.organisation('Rival Club');
    await world.settle(other, { settled: 50_000, payout: 50_000, tax: 0, hasPayout: false });
    expect((await world.get('/v1/admin/statistics')).body).toMatchObject(expected);
  });

  it('[C61] show an administrator a member’s balance and newest card payments with the role for it', async () => {
    const viewer = await seedKey(world.api.orm, { organisationId: null, siteId: null }, ['payments.global.view']);
    const { status, body } = await world.get(`/v1/members/${member}/overview`, viewer);
    expect([status, body['balance']]).toMatchObject([200, { balance: aud(7_000) }]);
    expect(body['cardPayments']).toHaveLength(3);
  });

  it('find a payment by reference, by charge, and by last digits with local day and amount', async () => {
    const found = await world.get('/v1/admin/search?last4=4242&date=2026-01-15&amount=10000');
    const [card] = found.body['cards'] as unknown as { chargeRef: string; amount: object }[];
    expect([found.body['cards'], card?.amount]).toMatchObject([{ length: 1 }, aud(10_000)]);
    expect((await world.get('/v1/admin/search?last4=4242&date=2026-01-14&amount=10000')).body['cards']).toEqual([]);
    const charged = await world.get(`/v1/admin/search?charge=${card!.chargeRef}`);
    expect(charged.body['cards']).toEqual(found.body['cards']);
    const reference = await world.adjust({ kind: 'member', id: member }, 1);
    const [posted] = (await world.get(`/v1/admin/search?reference=${reference}`)).body[
      'transactions'
    ] as unknown as object[];
    expect(posted).toMatchObject({ reference, kind: 'adjustment' });
    for (const query of [
      '',
      'last4=4242',
      'last4=4242&date=2026-01-15',
      'reference=x',
      `charge=a&reference=${reference}`,
    ]) {
      const { status, body } = await world.get(`/v1/admin/search?${query}`);
      expect([query, status, body['code']]).toEqual([query, 422, 'invalid_request']);
    }
  });

  it('[C66] show a pending card whose money is in the book as Succeeded, and it makes nothing Bad', async () => {
    await world.card(member, { captured: 800, state: 'open', topUpState: 'pending', isPosted: true });
    const items = itemsOf(await world.get('/v1/admin/waiting-cards'));
    expect(items.map((item) => [item['status'], item['amount']])).toEqual([
      ['Succeeded', aud(800)],
      ['Intent', aud(7_000)],
    ]);
    expect((await world.get('/v1/admin/status')).body['status']).toBe('Good');
  });

  it('[PSS-01] are Bad with one pending card, which is listed, once it is older than the patience', async () => {
    const now = new Date(Date.now() - day).toISOString();
    await world.card(member, { captured: 900, state: 'open', topUpState: 'pending', at: now });
    const { body } = await world.get('/v1/admin/status');
    expect([textOf(body['status']), body['pendingCards']]).toMatchObject([
      'Bad',
      [{ amount: aud(900), status: 'Pending' }],
    ]);
    expect((await world.get('/v1/admin/status?minutes=10000')).body['status']).toBe('Good');
  });
});
