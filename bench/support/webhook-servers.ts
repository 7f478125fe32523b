import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { freePort } from '../../test/support/free-port.ts';
import { startChild } from '../../workers/demo/child-process.ts';
import type { Owner } from './belongings.ts';
import type { BenchSystem } from './system.ts';
import { benchFolder } from './workflow-bundle.ts';

/** A server in a process of its own that takes webhooks. */
export interface WebhookServer {
  readonly url: string;
  readonly pid: number;
  readonly database: TestDatabase;
}

/** Koa with the check of the signature and, unless `inserts` is false, one insert for each event. */
export async function startBareServer(
  owner: Owner,
  system: BenchSystem,
  how: { readonly callers: number; readonly inserts: boolean },
): Promise<WebhookServer> {
  const database = await createTestDatabase();
  owner.owns(() => database.drop());
  const port = await freePort();
  const name = how.inserts ? 'bare webhook server' : 'verifying webhook server';
  const server = await startChild({
    name,
    program: 'bench/bare-webhook-server.ts',
    logFile: join(benchFolder, `${name.replaceAll(' ', '-')}.log`),
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      PORT: String(port),
      DATABASE_URL: database.url,
      WEBHOOK_SECRET: system.webhookSecret,
      ACCOUNT_ID: 'pac_bench',
      // A connection for each caller: nobody waits for another one's insert.
      CONNECTIONS: String(how.callers),
      INSERT: how.inserts ? 'yes' : 'no',
    },
  });
  owner.owns(() => server.stop());
  return { url: `http://127.0.0.1:${port}`, pid: server.pid, database };
}

/** A second API on the system's database: a process that remembers no event. */
export async function startAnotherApi(owner: Owner, system: BenchSystem): Promise<Omit<WebhookServer, 'database'>> {
  const port = await freePort();
  const logFile = join(benchFolder, 'another-api.log');
  const env = { ...system.env, API_PORT: String(port) };
  const api = await startChild({ name: 'another api', program: 'workers/api.ts', logFile, env });
  owner.owns(() => api.stop());
  return { url: `http://127.0.0.1:${port}`, pid: api.pid };
}
