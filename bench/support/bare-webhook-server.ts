import { once } from 'node:events';
import { createServer } from 'node:http';
import Koa from 'koa';
import { createPool } from 'mysql2/promise';
import getRawBody from 'raw-body';
import { newId } from '../../src/entities/new-id.ts';
import { verifyStripeEvent, type VerifiedEvent } from '../../src/stripe/webhook.ts';
import { serve } from '../../workers/process.ts';

// The other side of R8: Koa, the same check of the signature, and one insert for each event, in a process of its own.
// With `INSERT=no` it only checks.

const settings = {
  databaseUrl: setting('DATABASE_URL'),
  secret: setting('WEBHOOK_SECRET'),
  account: setting('ACCOUNT_ID'),
};
const inserts = process.env['INSERT'] !== 'no';

/** The same row as our inbox writes; a duplicate is found by the same key. */
const insertSql = `INSERT INTO provider_event (id, provider, processor_account_id, event_key, type, object_id, payload,
  source, state, attempts, created_at, received_at, due_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)
  ON DUPLICATE KEY UPDATE id = id`;

await serve('bare webhook server', async () => {
  const pool = createPool({
    uri: settings.databaseUrl.replace(/^mariadb:/, 'mysql:'),
    connectionLimit: Number(setting('CONNECTIONS')),
    timezone: 'Z',
  });
  const app = new Koa();
  app.use(async (ctx) => {
    const body = await getRawBody(ctx.req, { length: ctx.req.headers['content-length'] ?? null, limit: 1_048_576 });
    const signature = ctx.req.headers['stripe-signature'] as string;
    const event = verifyStripeEvent({ body, signature, secrets: [settings.secret], receivedAtMs: Date.now() });
    if (inserts) await pool.execute(insertSql, rowOf(event));
    ctx.body = { received: true };
  });
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response));
  server.listen(Number(setting('PORT')), '127.0.0.1');
  await once(server, 'listening');
  const stopped = Promise.withResolvers<undefined>();
  return {
    facts: {},
    ended: stopped.promise,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await pool.end();
      stopped.resolve(undefined);
    },
  };
});

function rowOf(event: VerifiedEvent): (string | number | Date | null)[] {
  const receivedAt = new Date();
  return [
    ...[newId('providerEvent'), 'stripe', settings.account, event.eventId, event.type, event.objectId, event.payload],
    ...['webhook', 'received', 0, new Date(event.createdAt), receivedAt, new Date(receivedAt.getTime() + 3_000)],
  ];
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
}
