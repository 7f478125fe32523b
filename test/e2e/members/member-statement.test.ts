import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { memberId } from '../../../src/domain/ids.ts';
import { openCounter, type Counter } from '../../support/counter.ts';
import { Host } from '../../support/members.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { memberWithCard } from '../../support/saved-card.ts';

let counter: Counter;
let host: Host;
beforeAll(async () => {
  counter = await openCounter({ env: { CHECKOUT_TIMING: JSON.stringify({ ladderMs: [300], topUpMs: 20_000 }) } });
  host = new Host(counter);
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(() => counter.close());

const aud = (amount: number) => ({ amount, currency: 'AUD' });
const get = async (path: string) => (await counter.till.get<Record<string, unknown>>(`/v1/members/${path}`)).body;

describe('what a member reads after a payment that their card was charged for', () => {
  it('[C48] names the club, the card with its receipt, and why the card money cannot be had back', async () => {
    const member = await memberWithCard(counter, host, { balanceMinor: 1_000, autoMinor: 10_000 });
    const club = counter.shop.site.organisationId;
    await host.pay(member, { organisation: club }, 6_000);
    const statement = await get(`${member}/statement`);
    expect(statement).toMatchObject({ balanceShown: '50.00', autoTopUp: { state: 'on', amount: aud(10_000) } });
    const [paid, charged] = statement['items'] as Record<string, unknown>[];
    expect(paid).toMatchObject({
      ...{ type: 'Miscellaneous', description: 'Entry fee', amount: aud(-6_000), balanceAfter: aud(5_000) },
      ...{ counterparty: { kind: 'organisation', id: club }, card: null, refund: null },
    });
    expect(charged).toMatchObject({
      ...{ type: 'Auto Top Up', amount: aud(10_000), balanceAfter: aud(11_000) },
      card: { brand: 'visa', last4: '4242', refunded: aud(0), receiptUrl: expect.stringMatching(/^https?:/) },
      refund: { eligible: false, reason: 'insufficient_funds', amount: aud(10_000) },
    });
  });

  it('lets the card money be had back as soon as the balance covers it, and lists the charge', async () => {
    const member = await memberWithCard(counter, host, { balanceMinor: 1_000, autoMinor: 10_000 });
    await host.pay(member, { organisation: counter.shop.site.organisationId }, 6_000);
    await host.give(memberId(member), 5_000);
    const [, , charged] = (await get(`${member}/statement`))['items'] as Record<string, unknown>[];
    expect(charged?.['refund']).toEqual({ eligible: true, reason: null, amount: aud(10_000) });
    const overview = await get(`${member}/overview`);
    expect(overview).toMatchObject({
      balance: { balance: aud(10_000), available: aud(10_000), held: aud(0) },
      cardPayments: [{ kind: 'auto', state: 'succeeded', captured: aud(10_000), refunded: aud(0), last4: '4242' }],
    });
  });
});
