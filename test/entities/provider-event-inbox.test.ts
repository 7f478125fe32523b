import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { processorAccountId } from '../../src/domain/ids.ts';
import type { IncomingEvent } from '../../src/entities/events/incoming-event.ts';
import { createInbox, type Inbox } from '../../src/entities/events/provider-event-inbox.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const account = processorAccountId('pac_01KAJ000000000000000000001');
let database: TestDatabase;
let stored: string[];
const inboxes: Inbox[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const inbox of inboxes.splice(0)) await inbox.close();
  await database.query('DELETE FROM provider_event');
});
afterAll(async () => {
  await database.drop();
});

function open(url = database.url): Inbox {
  stored = [];
  const inbox = createInbox({ databaseUrl: url, onStored: (ids) => stored.push(...ids), timeoutMs: 2_000 });
  inboxes.push(inbox);
  return inbox;
}

function event(eventKey: string, change: Partial<IncomingEvent> = {}): IncomingEvent {
  return {
    provider: 'stripe',
    processorAccountId: account,
    eventKey,
    type: 'charge.updated',
    objectId: 'ch_1',
    payload: JSON.stringify({ id: eventKey, text: `it's "quoted" \\ ☃` }),
    source: 'webhook',
    createdAt: '2026-11-21T04:00:00.000Z',
    ...change,
  };
}

async function rows(): Promise<Record<string, unknown>[]> {
  return database.query('SELECT * FROM provider_event ORDER BY id');
}

describe('the inbox', () => {
  it('keeps an event as it came, waiting for dispatch', async () => {
    expect(await open().receive(event('evt_1'))).toBe('stored');
    const [row] = await rows();
    expect(row).toMatchObject({
      event_key: 'evt_1',
      state: 'received',
      source: 'webhook',
      object_id: 'ch_1',
      attempts: 0,
    });
    expect(row).toMatchObject({ created_at: '2026-11-21 04:00:00.000000', payload: event('evt_1').payload });
    expect(stored).toEqual([row?.['id']]);
  });

  it('makes one row of an event delivered ten times from eight connections [F7]', async () => {
    const connections = Array.from({ length: 8 }, () => open());
    const keys = Array.from({ length: 20 }, (_, index) => `evt_${index}`);
    const deliveries = connections.flatMap((inbox) =>
      Array.from({ length: 10 }, () => keys)
        .flat()
        .map((key) => inbox.receive(event(key))),
    );
    const receipts = await Promise.all(deliveries);
    expect(receipts.filter((receipt) => receipt === 'stored')).toHaveLength(20);
    expect(await rows()).toHaveLength(20);
  });

  it('tells a duplicate from a first delivery within one group', async () => {
    await open().receive(event('evt_old'));
    const inbox = open();
    const receipts = await Promise.all(
      ['evt_new', 'evt_old', 'evt_new', 'evt_other'].map((key) => inbox.receive(event(key))),
    );
    expect(receipts).toEqual(['stored', 'duplicate', 'duplicate', 'stored']);
    expect(stored).toHaveLength(2);
  });

  it('knows the same event id at two accounts as two events', async () => {
    const other = processorAccountId('pac_01KAJ000000000000000000002');
    const inbox = open();
    await inbox.receive(event('evt_1'));
    expect(await inbox.receive(event('evt_1', { processorAccountId: other }))).toBe('stored');
  });

  it('tells new events from old ones in a storm of retries at another process, account by account', async () => {
    const other = processorAccountId('pac_01KAJ000000000000000000002');
    const keys = Array.from({ length: 30 }, (_, index) => `evt_${index}`);
    const first = open();
    await Promise.all(keys.map((key) => first.receive(event(key))));
    const inbox = open();
    await Promise.all(keys.slice(0, 20).map((key) => inbox.receive(event(key))));
    stored = [];
    const receipts = await Promise.all([
      ...keys.slice(20).map((key) => inbox.receive(event(key))),
      inbox.receive(event('evt_20', { processorAccountId: other })),
      inbox.receive(event("evt_it's\\new")),
    ]);
    expect(receipts).toEqual([...keys.slice(20).map(() => 'duplicate'), 'stored', 'stored']);
    expect(stored).toHaveLength(2);
    expect(await rows()).toHaveLength(32);
  });

  it('does not fail a group for one event that the database refuses', async () => {
    const inbox = open();
    const tooLong = inbox.receive(event('evt_bad', { type: 'x'.repeat(200) }));
    const good = ['evt_a', 'evt_b', 'evt_c'].map((key) => inbox.receive(event(key)));
    await expect(tooLong).rejects.toThrow(/too long/i);
    expect(await Promise.all(good)).toEqual(['stored', 'stored', 'stored']);
  });

  it('refuses while the database is away, and stores again once it is back', async () => {
    const away = new URL(database.url);
    away.port = '1';
    await expect(open(away.href).receive(event('evt_1'))).rejects.toThrow();

    const inbox = open();
    await inbox.receive(event('evt_1'));
    const [mine] = await database.query<{ ID: number }>(
      `SELECT ID FROM information_schema.processlist WHERE DB = '${database.name}' AND ID <> CONNECTION_ID()`,
    );
    await database.query(`KILL ${String(mine?.ID)}`);
    const receipts = await Promise.allSettled([inbox.receive(event('evt_2'))]);
    if (receipts[0].status === 'rejected') expect(await inbox.receive(event('evt_2'))).toBe('stored');
    expect(await rows()).toHaveLength(2);
  });
});
