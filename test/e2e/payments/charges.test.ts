import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openCounter, type Counter } from '../../support/counter.ts';
import { Host, linesOf, type ShownPayment } from '../../support/members.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';

let counter: Counter;
let host: Host;
let club: string;
let clubKey: string;

beforeAll(async () => {
  counter = await openCounter();
  host = new Host(counter);
  club = counter.shop.site.organisationId;
  const body = { name: 'club desk', roles: ['payments.charge', 'payments.use'], organisation: club };
  const made = await counter.till.post<{ secret: string }>('/v1/api-keys', body, randomUUID());
  clubKey = made.body.secret;
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(() => counter.close());

interface Charged {
  readonly code?: string;
  readonly items?: readonly ShownPayment[];
}

async function ask(method: string, path: string, body: object, key = clubKey) {
  const response = await fetch(`${counter.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Charged };
}

const chargeOf = (member: string, amount: number) => ({
  member,
  amount: { amount, currency: 'AUD' },
  description: 'Annual fee',
  type: 'Club Membership',
});
const charge = (charges: readonly object[], more: object = {}) => ask('POST', '/v1/charges', { charges, ...more });
const consent = (member: string, method = 'PUT') =>
  ask(method, `/v1/members/${member}/consents/${club}`, {}, counter.shop.secret);

describe('an organisation with its own key', () => {
  it('charges members who consented, for itself, each by itself', async () => {
    const [rich, poor] = [await host.member(5_000), await host.member(100)];
    await consent(rich);
    await consent(poor);
    const { status, body } = await charge([chargeOf(rich, 4_756), chargeOf(poor, 4_756)]);
    expect([status, body.items?.map((one) => [one.status, one.outcome])]).toEqual([
      201,
      [
        ['paid', null],
        ['refused', 'insufficient_funds'],
      ],
    ]);
    expect(await linesOf(counter, `member/${rich}`)).toEqual([
      { type: 'Club Membership', amount: -4_756, balance: 244 },
    ]);
    expect((await linesOf(counter, `organisation/${club}`)).at(-1)).toMatchObject({ amount: 4_756 });
  });

  it('charges nobody who has not, or no longer, consented, and nobody with them', async () => {
    const [agreed, never, once] = [await host.member(5_000), await host.member(5_000), await host.member(5_000)];
    await consent(agreed);
    await consent(once);
    await consent(once, 'DELETE');
    const answers = [
      await charge([chargeOf(agreed, 100), chargeOf(never, 100)]),
      await charge([chargeOf(once, 100)]),
      await charge([chargeOf('mem_01KAJ0000000000000000000AA', 100)]),
    ];
    expect(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`)).toEqual(
      answers.map(() => '403 consent_missing'),
    );
    expect(await linesOf(counter, `member/${agreed}`)).toEqual([]);
  });

  it('charges for no other organisation, and neither transfers, refunds nor reads members', async () => {
    const member = await host.member(5_000);
    await consent(member);
    const other = await counter.till.post<{ id: string }>('/v1/organisations', { name: 'Other' }, randomUUID());
    const elsewhere = await charge([chargeOf(member, 100)], { organisation: other.body.id });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([404, 'not_found']);
    const forbidden = [
      await ask('POST', '/v1/payments', { ...chargeOf(member, 100), to: { organisation: club } }),
      await ask('POST', '/v1/refunds', {}),
      await ask('POST', `/v1/members/${member}/top-ups`, { amount: { amount: 5_000, currency: 'AUD' } }),
      await ask('PUT', `/v1/members/${member}/consents/${club}`, {}),
    ];
    expect(forbidden.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(await linesOf(counter, `member/${member}`)).toEqual([]);
  });
});
