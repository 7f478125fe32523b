import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Koa from 'koa';
import Stripe from 'stripe';
import { errorMiddleware } from '../../../src/api/error-middleware.ts';
import { createLogger } from '../../../src/api/operations/logger.ts';
import { webhookRoutes } from '../../../src/api/routes/events/webhooks.route.ts';
import { createInbox, type Inbox } from '../../../src/entities/events/provider-event-inbox.ts';
import { SqlPool } from '../../../src/entities/sql-pool.ts';
import { createWebhookAccounts } from '../../../src/entities/events/webhook-accounts.read.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { processorRows, type ProcessorRows } from '../../support/processor-rows.ts';

const secrets: Record<string, string> = { OLD: 'whsec_old', NEW: 'whsec_new' };
const log = createLogger('silent', {});
let database: TestDatabase;
let rows: ProcessorRows;
let pool: SqlPool;
let inbox: Inbox;
let server: Server;
let rotated: string;
let isDatabaseAway = false;

beforeAll(async () => {
  database = await createTestDatabase();
  rows = await processorRows(database);
  rotated = await rows.account({ externalRef: 'acct_rotated', secretRef: 'OTHER_KEY', webhookSecretRefs: 'OLD,NEW' });
  pool = new SqlPool(database.url, 2);
  inbox = createInbox({ databaseUrl: database.url, onStored: () => undefined });
  const accounts = createWebhookAccounts({
    pool,
    secretOf: (reference) => secrets[reference] ?? '',
    defaultSecret: 'whsec_default',
  });
  const receive: Inbox['receive'] = (event) =>
    isDatabaseAway ? Promise.reject(new Error('away')) : inbox.receive(event);
  const app = new Koa().use(errorMiddleware(log)).use(webhookRoutes({ inbox: { receive }, accounts, log }));
  server = app.listen(0, '127.0.0.1');
});
beforeEach(async () => {
  isDatabaseAway = false;
  await database.query('DELETE FROM provider_event');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await inbox.close();
  await pool.close();
  await database.drop();
});

let events = 0;
function event(change: object = {}): string {
  return JSON.stringify({
    id: `evt_${(events += 1)}`,
    object: 'event',
    type: 'payment_intent.succeeded',
    created: 1_790_000_000,
    data: { object: { id: 'pi_1', client_secret: 'pi_1_secret_canary' } },
    ...change,
  });
}

async function deliver(
  payload: string,
  options: { path?: string; secret?: string; header?: string | null; age?: number } = {},
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const timestamp = Math.floor(Date.now() / 1_000) - (options.age ?? 0);
  const signed = { payload, secret: options.secret ?? 'whsec_default', timestamp };
  const header = options.header === undefined ? Stripe.webhooks.generateTestHeaderString(signed) : options.header;
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/webhooks/stripe${options.path ?? ''}`, {
    method: 'POST',
    body: payload,
    headers: header === null ? {} : { 'Stripe-Signature': header },
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

async function inboxRows(): Promise<Record<string, unknown>[]> {
  return database.query('SELECT * FROM provider_event ORDER BY id');
}

describe("Stripe's webhooks", () => {
  it('are stored in the inbox of the default account, client secrets left out', async () => {
    const answer = await deliver(event());
    expect(answer).toMatchObject({ status: 200, body: { received: true } });
    const [row, ...others] = await inboxRows();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ processor_account_id: rows.accountId, state: 'received', object_id: 'pi_1' });
    expect(row?.['payload']).not.toContain('canary');
  });

  it('are answered alike and stored once, however often they come', async () => {
    const payload = event();
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(payload)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(200));
    expect(await inboxRows()).toHaveLength(1);
  });

  it.each<[string, Parameters<typeof deliver>[1], number]>([
    ['signed with the default secret', {}, 200],
    ['signed with a wrong secret', { secret: 'whsec_wrong' }, 400],
    ['not signed', { header: null }, 400],
    ['signed 301 s ago', { age: 301 }, 400],
    ['signed 290 s ago', { age: 290 }, 200],
    ['signed with the old secret of an account that rotates', { path: '/acct_rotated', secret: 'whsec_old' }, 200],
    ['signed with the new secret of an account that rotates', { path: '/acct_rotated', secret: 'whsec_new' }, 200],
    ["signed with another account's secret", { path: '/acct_rotated' }, 400],
    ['for an account that we do not have', { path: '/acct_unknown' }, 404],
  ])('%s are answered as the table says [F34]', async (_case, options, status) => {
    const answer = await deliver(event(), options);
    expect(answer.status).toBe(status);
    expect(await inboxRows()).toHaveLength(status === 200 ? 1 : 0);
  });

  it('[WH-10] [W-14] altered on their way are refused and not stored [F34]', async () => {
    const payload = event();
    const header = Stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_default' });
    const answer = await deliver(payload.replace('succeeded', 'canceled!'), { header });
    expect(answer).toMatchObject({ status: 400, body: { code: 'signature_invalid' } });
    expect(await inboxRows()).toEqual([]);
  });

  it('over 1 MB are refused with 413 before anything is computed [F34]', async () => {
    const answer = await deliver(event({ padding: 'x'.repeat(5_000_000) }));
    expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  });

  it('just under 1 MB are stored', async () => {
    expect((await deliver(event({ padding: 'x'.repeat(1_000_000) }))).status).toBe(200);
  });

  it('belong to the account that the event names, if we know it', async () => {
    await deliver(event({ account: 'acct_rotated' }));
    await deliver(event({ account: 'acct_nobody' }));
    const accounts = (await inboxRows()).map((row) => row['processor_account_id']);
    expect(accounts).toEqual([rotated, rows.accountId]);
  });

  it('are asked to come again while the database is away', async () => {
    isDatabaseAway = true;
    const answer = await deliver(event());
    expect(answer).toMatchObject({ status: 503, body: { code: 'temporarily_unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('2');
  });
});
