import { createHmac } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import { memberId, paymentId } from '../../src/domain/ids.ts';
import { CallbackDeliveries } from '../../src/entities/events/callback-deliveries.ts';
import { callbackRiders } from '../../src/entities/events/callback-rider.ts';
import { commitRiders } from '../../src/entities/commit-riders.ts';
import { newId } from '../../src/entities/new-id.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import { lookupPublic } from '../../src/jobs/events/callback-address.ts';
import { createCallbackSender, type CallbackAnswer } from '../../src/jobs/events/callback-sender.ts';
import { deliverCallbacks } from '../../src/jobs/events/deliver-callbacks.job.ts';
import { startCallbackHost, type CallbackHost, type ReceivedCallback } from '../support/callback-host.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { seconds } from './harness/figures.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';

const sizes = { full: { each: 100, slow: 20 }, small: { each: 3, slow: 2 } };
/** Nothing may keep us busy for longer (quality.md F35), and what measures it is not faster than that. */
const limitMs = 10_000 + 500;
const secrets: Readonly<Record<string, string>> = {
  OLD: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
  NEW: `whsec_${Buffer.alloc(32, 2).toString('base64')}`,
};
/** Seconds after each failed attempt (docs/members.md: over three days). */
const scheduleSeconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 72_000];

export const fault: Fault = {
  id: 'F35',
  title: 'a callback goes to no private address, follows nobody, waits 10 s at most, is signed and sent again in time',
  run,
};

async function run({ size, log }: FaultContext): Promise<FaultReport> {
  const { each, slow } = sizes[size];
  const inside = await privateTargets(each);
  log(`private targets: ${inside.count} requests to ${privateHosts.length} hosts refused, 0 connections`);
  const redirects = await redirected(each);
  log(`redirects: ${redirects} answers from 301 to 308, none followed`);
  const rebound = await rebinding(each);
  log(`names: ${rebound} looked up when connecting, none answered with a private address`);
  const longest = await slowReaders(slow);
  log(`slow readers: ${3 * slow} requests, the longest ${seconds(longest)}`);
  const schedule = await deliveries(each);
  log(`schedule: ${schedule.pauses.join(', ')} s, then dead; ${schedule.signed} callbacks signed as the scheme says`);
  const asScheduled = schedule.pauses.join() === scheduleSeconds.join();
  const count = inside.count + redirects + rebound + 3 * slow + schedule.signed;
  const figures = `${inside.count} private targets refused, ${redirects} redirects not followed, ${rebound} look-ups without a private address, ${3 * slow} slow readers left within ${seconds(longest)}, ${schedule.signed} signatures right, schedule ${asScheduled ? 'kept' : 'not kept'}`;
  return { pass: asScheduled && longest <= limitMs, figures, injections: count };
}

/** Written in every way that a URL knows; the port is put behind. */
const privateHosts = [
  ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0', 'localhost'],
  ...['10.0.0.1', '172.16.0.1', '172.31.255.254', '192.168.1.1', '169.254.169.254', '100.64.0.1', '224.0.0.1'],
  ...['[::]', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:a00:1]', '[fe80::1]', '[fd12::1]', '[ff02::1]'],
  ...['[64:ff9b::a00:1]', '[2002:a00:1::]'],
];

async function privateTargets(each: number): Promise<{ readonly count: number }> {
  const host = await startCallbackHost();
  const strict = createCallbackSender({ allowPrivate: false });
  let count = 0;
  for (const name of privateHosts) {
    const answers = await Promise.all(
      Array.from({ length: each }, () => strict({ url: `https://${name}:${host.port}/`, headers: {}, body: '{}' })),
    );
    count += answers.length;
    for (const answer of answers) expectReason(name, answer, 'is not a public address');
  }
  const plain = await strict({ url: host.url, headers: {}, body: '{}' });
  expectReason('http', plain, 'only https is allowed');
  if (host.connections() !== 0) throw new Error(`${host.connections()} connections were opened.`);
  await host.close();
  return { count: count + 1 };
}

function expectReason(what: string, answer: CallbackAnswer, reason: string): void {
  if (answer.kind === 'not_taken' && answer.reason.includes(reason)) return;
  throw new Error(`${what}: ${JSON.stringify(answer)} and not "${reason}"`);
}

async function redirected(each: number): Promise<number> {
  const [host, elsewhere] = [await startCallbackHost(), await startCallbackHost()];
  const send = createCallbackSender({ allowPrivate: true });
  const statuses = [301, 302, 303, 307, 308];
  for (const status of statuses) {
    host.answer = (response) => response.writeHead(status, { location: elsewhere.url }).end();
    for (let n = 0; n < each; n += 1) {
      expectReason(String(status), await send({ url: host.url, headers: {}, body: '{}' }), `answered ${status}`);
    }
  }
  if (elsewhere.connections() !== 0) throw new Error('A redirect was followed.');
  await Promise.all([host.close(), elsewhere.close()]);
  return statuses.length * each;
}

/**
 * A name that stood for a public address when it was judged may stand for ours when it is connected to; so the look-up
 * of the connecting socket is the one that judges. It is asked here as a socket asks, for one address and for all.
 */
async function rebinding(each: number): Promise<number> {
  const ways = [{ all: true }, { all: false }, { all: true, family: 4 }, {}];
  for (let n = 0; n < each; n += 1) {
    for (const options of ways) {
      const { promise, resolve } = Promise.withResolvers<readonly [Error | null, string | LookupAddress[]]>();
      lookupPublic('localhost', options, (error, address) => {
        resolve([error, address]);
      });
      const [error, address] = await promise;
      if (error?.name !== 'AddressRefused' || address.length > 0)
        throw new Error(`localhost is ${JSON.stringify(address)}.`);
    }
  }
  return ways.length * each;
}

/** Hosts that never answer, answer their head byte by byte, or never end their body. Answers the longest request in ms. */
async function slowReaders(each: number): Promise<number> {
  const silent = await startCallbackHost();
  silent.answer = () => undefined;
  const dripping = await startCallbackHost();
  dripping.answer = ({ socket }) => {
    socket?.write('HTTP/1.1 200 OK\r\nx-slow: ');
    const drip = setInterval(() => socket?.write('a'), 200);
    socket?.once('close', () => {
      clearInterval(drip);
    });
  };
  const endless = await startCallbackHost();
  endless.answer = (response) => {
    response.writeHead(500).flushHeaders();
  };
  const hosts = [silent, dripping, endless];
  const took = await Promise.all(hosts.flatMap((host) => Array.from({ length: each }, () => timed(host))));
  await until(async () => (await openOf(hosts)) === 0, { withinMs: 15_000 });
  await Promise.all(hosts.map((host) => host.close()));
  return Math.max(...took);
}

async function timed({ url }: CallbackHost): Promise<number> {
  const began = performance.now();
  const answer = await createCallbackSender({ allowPrivate: true })({ url, headers: {}, body: '{}' });
  if (answer.kind === 'taken') throw new Error(`${url} took it.`);
  return performance.now() - began;
}

async function openOf(hosts: readonly CallbackHost[]): Promise<number> {
  const counts = await Promise.all(hosts.map((host) => host.openConnections()));
  return counts.reduce((sum, count) => sum + count, 0);
}

interface Delivered {
  /** Seconds between the attempts of one delivery. */
  readonly pauses: readonly number[];
  readonly signed: number;
}

/** `each` outcomes whose host never takes them, until all are dead; the clock is the test's own. */
async function deliveries(each: number): Promise<Delivered> {
  const database = await createTestDatabase();
  const pool = new SqlPool(database.url, 4);
  const host = await startCallbackHost();
  host.answer = (response) => response.writeHead(503).end();
  try {
    await database.query(
      'INSERT INTO callback_endpoint (id, route_code, url, secret_refs, created_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6))',
      [newId('callbackEndpoint'), 'EVT', host.url, 'OLD,NEW'],
    );
    const began = new Date('2026-11-21T09:00:00.000Z');
    for (let n = 0; n < each; n += 1) await commitRiders(pool, callbackRiders(outcome(), 'Success', began));
    const pauses = await exhaust({ database, pool, host, each }, began);
    const signed = host.received.filter(isSigned).length;
    if (signed !== host.received.length) throw new Error(`${host.received.length - signed} signatures are wrong.`);
    const ids = new Set(host.received.map(({ headers }) => headers['webhook-id'])).size;
    if (ids !== each) throw new Error(`${ids} ids for ${each} callbacks.`);
    return { pauses, signed };
  } finally {
    await pool.close();
    await database.drop();
    await host.close();
  }
}

function outcome() {
  return {
    id: paymentId(newId('payment')),
    memberId: memberId(newId('member')),
    payeeKind: 'organisation' as const,
    ...{ amountMinor: 1_250, currency: 'AUD', routeCode: 'EVT', routePayload: 'batch-7' },
  };
}

interface Outbox {
  readonly database: TestDatabase;
  readonly pool: SqlPool;
  readonly host: CallbackHost;
  readonly each: number;
}

/** Delivers whenever something is due and a moment before; answers the pauses, the same for every delivery. */
async function exhaust({ database, pool, host, each }: Outbox, began: Date): Promise<number[]> {
  const pauses: number[] = [];
  let now = began;
  const deliver = () =>
    deliverCallbacks({
      callbacks: new CallbackDeliveries(pool),
      sendCallback: createCallbackSender({ allowPrivate: true }),
      secretOf: (reference) => secrets[reference] ?? '',
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      now: () => now,
    });
  for (let attempt = 1; ; attempt += 1) {
    // A host that takes nothing is left alone after one handful; the next run goes on.
    while (host.received.length < attempt * each) await deliver();
    const due = await database.query('SELECT DISTINCT state, due_at FROM callback_delivery');
    const [row] = due;
    if (due.length !== 1 || row === undefined) throw new Error(`Attempt ${attempt} ended in ${JSON.stringify(due)}`);
    if (row['state'] === 'dead') return pauses;
    const next = new Date(`${String(row['due_at']).replace(' ', 'T')}Z`);
    pauses.push((next.getTime() - now.getTime()) / 1_000);
    now = new Date(next.getTime() - 1);
    await deliver();
    if (host.received.length !== attempt * each) throw new Error(`Attempt ${attempt + 1} came too early.`);
    now = next;
  }
}

/** By the published scheme, in words of our own: `v1,` and base64 of HMAC-SHA256 over id, time and body. */
function isSigned({ headers, body }: ReceivedCallback): boolean {
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const wanted = ['OLD', 'NEW'].map((name) => {
    const key = Buffer.from(secrets[name]!.slice('whsec_'.length), 'base64');
    return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  });
  return headers['webhook-signature'] === wanted.join(' ');
}
