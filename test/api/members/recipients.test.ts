import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openCounter, type Counter } from '../../support/counter.ts';
import { Host } from '../../support/members.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';

let counter: Counter;
let host: Host;

beforeAll(async () => {
  counter = await openCounter();
  host = new Host(counter);
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(() => counter.close());

async function recipients(member: string, also: readonly string[] = []): Promise<string[]> {
  const query = also.length === 0 ? '' : `?also=${also.join(',')}`;
  const path = `/v1/members/${member}/recipients${query}`;
  const { body } = await counter.till.get<{ items: { firstName: string }[] }>(path);
  return body.items.map(({ firstName }) => firstName);
}

describe('whom a member may want to transfer to', () => {
  it('are all they have exchanged with and those the host passes, once each, by first name [C44]', async () => {
    const alan = await host.member(10_000, { firstName: 'Alan' });
    const [zoe, betty, mate, gone] = [
      await host.member(5_000, { firstName: 'Zoe' }),
      await host.member(0, { firstName: 'Betty' }),
      await host.member(0, { firstName: 'Mate' }),
      await host.member(0, { firstName: 'Gone' }),
    ];
    await host.pay(zoe, { member: alan }, 100);
    for (const payee of [betty, betty, gone]) await host.pay(alan, { member: payee }, 100);
    await host.pay(alan, { organisation: counter.shop.site.organisationId }, 100);
    await fetch(`${counter.apiUrl}/v1/members/${gone}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${counter.shop.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ status: 'closed' }),
    });
    expect(await recipients(alan)).toEqual(['Betty', 'Zoe']);
    expect(await recipients(alan, [mate, zoe])).toEqual(['Betty', 'Mate', 'Zoe']);
  });
});

describe('what a host calls its things', () => {
  it('is kept, changed and read again', async () => {
    const path = `/v1/host-objects/event/${randomUUID()}`;
    const put = async (body: object) => {
      const response = await fetch(`${counter.apiUrl}${path}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${counter.shop.secret}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as { code?: string } };
    };
    expect((await counter.till.get<{ code: string }>(path)).body.code).toBe('not_found');
    expect((await put({ name: 'Pairs', date: '2026-12-05', parent: 'Summer Congress' })).status).toBe(200);
    expect((await put({ name: 'Open Pairs', date: '2026-12-06' })).status).toBe(200);
    expect((await counter.till.get(path)).body).toMatchObject({
      kind: 'event',
      name: 'Open Pairs',
      date: '2026-12-06',
      parent: null,
    });
    expect((await put({ name: '', date: '2026-02-30' })).body.code).toBe('invalid_request');
  });
});
