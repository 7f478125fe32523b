import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { idOf, startTestApi, type TestApi } from '../test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.story.reset();
});

const sell = async (): Promise<string> => {
  const { site, reader, key } = api.shops.ours;
  const body = { site, reader, amount: { amount: 2500, currency: 'AUD' } };
  return idOf(await api.call('POST', '/v1/sales', { as: key, key: randomUUID(), body }));
};

interface Told {
  readonly id?: string;
  readonly event: string;
  readonly data: string;
}

/** Reads server-sent events as a browser would; comments are left out. */
async function* watch(sale: string, lastEventId?: string): AsyncGenerator<Told> {
  const headers = {
    authorization: `Bearer ${api.shops.ours.key}`,
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const response = await fetch(`${api.url}/v1/sales/${sale}/events`, { headers });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk as Uint8Array);
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) if (!frame.startsWith(':')) yield parse(frame);
  }
}

function parse(frame: string): Told {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
  const id = field('id');
  return { event: field('event') ?? '', data: field('data') ?? '', ...(id === undefined ? {} : { id }) };
}

async function all(events: AsyncGenerator<Told>): Promise<Told[]> {
  const told: Told[] = [];
  for await (const event of events) told.push(event);
  return told;
}

describe('watching a sale', () => {
  it('tells each event of the timeline once, as it happens, and ends after the final state', async () => {
    const id = await sell();
    const events = watch(id);
    expect((await events.next()).value).toMatchObject({ event: 'created' });
    expect((await events.next()).value).toMatchObject({ event: 'awaiting_card' });
    await api.story.become(id, { state: 'authorized' });
    const authorized = (await events.next()).value as Told;
    expect(authorized.event).toBe('authorized');
    expect(JSON.parse(authorized.data)).toMatchObject({
      no: Number(authorized.id),
      what: 'authorized',
      state: 'authorized',
    });
    await api.story.become(id, { state: 'posted' });
    expect((await all(events)).map((event) => event.event)).toEqual(['posted', 'end']);
    expect(api.hub.listenerCount).toBe(0);
  });

  it('goes on after the last event that the listener had, also when the sale has ended', async () => {
    const id = await sell();
    await api.story.become(id, { state: 'posted' });
    const events = await all(watch(id));
    expect(events.map((event) => event.event)).toEqual(['created', 'awaiting_card', 'posted', 'end']);
    const rest = await all(watch(id, events[1]?.id));
    expect(rest).toEqual(events.slice(2));
    expect((await all(watch(id, events[2]?.id))).map((event) => event.event)).toEqual(['end']);
  });

  it('serves many listeners of many sales from one poll', async () => {
    const sales = await Promise.all([sell(), sell(), sell()]);
    const listeners = sales.flatMap((id) => Array.from({ length: 10 }, () => all(watch(id))));
    while (api.hub.listenerCount < 30) await new Promise((resolve) => setImmediate(resolve));
    const before = polls;
    for (const id of sales) await api.story.become(id, { state: 'canceled' });
    const told = await Promise.all(listeners);
    for (const events of told)
      expect(events.map((event) => event.event)).toEqual(['created', 'awaiting_card', 'canceled', 'end']);
    expect(polls - before).toBeLessThan(20);
  });

  it('forgets a listener that hangs up', async () => {
    const events = watch(await sell());
    await events.next();
    expect(api.hub.listenerCount).toBe(1);
    await events.return(undefined);
    while (api.hub.listenerCount > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('ends its streams when the process stops, so that listeners come back to another', async () => {
    const events = watch(await sell());
    await events.next();
    api.hub.close();
    expect((await all(events)).map((event) => event.event)).toContain('end');
  });

  it('refuses a place to go on from that is no number', async () => {
    const id = await sell();
    const answer = await api.call('GET', `/v1/sales/${id}/events`, { headers: { 'last-event-id': 'x' } });
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_json']);
  });
});

/** How often the events of sales were read from the database. */
let polls = 0;
beforeAll(() => {
  const rows = api.pool.rows.bind(api.pool);
  api.pool.rows = async (sql, values) => {
    if (sql.includes('FROM sale_event')) polls += 1;
    return rows(sql, values);
  };
});
