import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { memberId, paymentId } from '../../src/domain/ids.ts';
import { CallbackDeliveries } from '../../src/entities/events/callback-deliveries.ts';
import { callbackRiders, type CalledBackPayment } from '../../src/entities/events/callback-rider.ts';
import { commitRiders } from '../../src/entities/commit-riders.ts';
import { newId } from '../../src/entities/new-id.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import { isPrivateAddress } from '../../src/jobs/events/callback-address.ts';
import { createCallbackSender } from '../../src/jobs/events/callback-sender.ts';
import { deliverCallbacks, type DeliverCallbacksDependencies } from '../../src/jobs/events/deliver-callbacks.job.ts';
import { standardWebhookHeaders } from '../../src/jobs/events/standard-webhook.ts';
import { startCallbackHost, type CallbackHost } from '../support/callback-host.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

const secrets: Record<string, string> = {
  OLD: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
  NEW: `whsec_${Buffer.alloc(24, 2).toString('base64')}`,
};
const began = new Date('2026-11-21T09:00:00.000Z');
let database: TestDatabase;
let pool: SqlPool;
let host: CallbackHost;
let now: Date;
let critical: object[];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new SqlPool(database.url, 4);
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});
beforeEach(async () => {
  await database.query('DELETE FROM callback_delivery');
  await database.query('DELETE FROM callback_endpoint');
  host = await startCallbackHost();
  [now, critical] = [began, []];
});
afterEach(() => host.close());

function deps(change: Partial<DeliverCallbacksDependencies> = {}): DeliverCallbacksDependencies {
  return {
    callbacks: new CallbackDeliveries(pool),
    sendCallback: createCallbackSender({ allowPrivate: true }),
    secretOf: (reference) => {
      const secret = secrets[reference];
      if (secret === undefined) throw new Error(`${reference} is not set`);
      return secret;
    },
    log: { info: () => undefined, warn: () => undefined, error: (facts) => void critical.push(facts) },
    now: () => now,
    ...change,
  };
}

async function register(routeCode: string, secretRefs = 'NEW', url = host.url): Promise<void> {
  await database.query(
    'INSERT INTO callback_endpoint (id, route_code, url, secret_refs, created_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6))',
    [newId('callbackEndpoint'), routeCode, url, secretRefs],
  );
}

function payment(change: Partial<CalledBackPayment> = {}): CalledBackPayment {
  return {
    id: paymentId(newId('payment')),
    memberId: memberId(newId('member')),
    payeeKind: 'organisation',
    amountMinor: 1250,
    currency: 'AUD',
    routeCode: 'EVT',
    routePayload: 'batch-7',
    ...change,
  };
}

/** Writes the outcome as a posting would carry it. */
async function outcome(paid = payment(), status: 'Success' | 'Failure' = 'Success'): Promise<CalledBackPayment> {
  await commitRiders(pool, callbackRiders(paid, status, began));
  return paid;
}

const rows = () => database.query('SELECT * FROM callback_delivery ORDER BY id');
const later = (ms: number): Date => new Date(now.getTime() + ms);

describe('the outcome of a payment', () => {
  it('is signed with every active secret and tells code, payload, payment, amount and status', async () => {
    await register('EVT', 'OLD,NEW');
    const paid = await outcome();
    expect(await deliverCallbacks(deps())).toBe(1);
    const [row] = await rows();
    const [got] = host.received;
    expect(JSON.parse(got!.body)).toEqual({
      type: 'payment.succeeded',
      timestamp: '2026-11-21T09:00:00.000Z',
      data: {
        code: 'EVT',
        payload: 'batch-7',
        payment: paid.id,
        member: paid.memberId,
        amount: { amount: 1250, currency: 'AUD' },
        status: 'Success',
        booking: null,
      },
    });
    const id = String(row!['id']);
    const expected = ['OLD', 'NEW'].map((name) => {
      const key = Buffer.from(secrets[name]!.slice('whsec_'.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.1795251600.${got!.body}`).digest('base64')}`;
    });
    expect(got!.headers).toMatchObject({
      'webhook-id': id,
      'webhook-timestamp': '1795251600',
      'webhook-signature': expected.join(' '),
    });
    expect(row).toMatchObject({ state: 'delivered', attempts: 1, last_error: null, due_at: null });
  });

  it('is signed as the published example of Standard Webhooks has it', () => {
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      at: new Date(1_614_265_330_000),
      body: '{"test": 2432232314}',
    };
    const headers = standardWebhookHeaders(message, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('is one and no more for each payment, and says Failure as well as Success [W-30]', async () => {
    await register('EVT');
    const paid = await outcome(payment(), 'Failure');
    await expect(outcome(paid, 'Success')).rejects.toMatchObject({ errno: 1062 });
    await deliverCallbacks(deps());
    expect(host.received.map(({ body }) => (JSON.parse(body) as { data: { status: string } }).data.status)).toEqual([
      'Failure',
    ]);
  });

  it('is not told to anybody for a payment without a code, or with one that acts inside', () => {
    const told = [null, '', 'M2M'].map((routeCode) => callbackRiders(payment({ routeCode }), 'Success', began));
    expect(told).toEqual([[], [], []]);
  });
});

describe('a host that does not take it', () => {
  it('is asked again with the same id for three days with growing pauses, then the delivery is dead', async () => {
    await register('EVT');
    await outcome();
    host.answer = (response) => response.writeHead(500).end('no');
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await deliverCallbacks(deps());
      const [row] = await rows();
      expect(row).toMatchObject({ state: 'pending', attempts: attempt, last_error: 'answered 500' });
      const due = new Date(`${String(row!['due_at']).replace(' ', 'T')}Z`);
      pauses.push((due.getTime() - now.getTime()) / 1_000);
      now = new Date(due.getTime() - 1);
      expect(await deliverCallbacks(deps())).toBe(0);
      expect(host.received).toHaveLength(attempt);
      now = due;
    }
    await deliverCallbacks(deps());
    expect(pauses).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 72_000]);
    expect((await rows())[0]).toMatchObject({ state: 'dead', attempts: 10, last_error: 'answered 500', due_at: null });
    expect(new Set(host.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(critical).toMatchObject([{ critical: true, reason: 'answered 500' }]);
    now = later(30 * 86_400_000);
    expect(await deliverCallbacks(deps())).toBe(0);
  });

  it('leaves a code without an endpoint dead with the reason, logged as critical [C14]', async () => {
    const paid = await outcome(payment({ routeCode: 'XYZ' }));
    expect(await deliverCallbacks(deps())).toBe(0);
    expect(await rows()).toMatchObject([
      { payment_id: paid.id, state: 'dead', attempts: 1, last_error: 'no endpoint is registered for XYZ' },
    ]);
    expect(critical).toMatchObject([{ routeCode: 'XYZ', payment: paid.id, critical: true }]);
  });

  it('waits when its secret is not set, and is sent once it is', async () => {
    await register('EVT', 'MISSING');
    await outcome();
    await deliverCallbacks(deps());
    expect(await rows()).toMatchObject([{ state: 'pending', last_error: 'MISSING is not set' }]);
    expect(host.connections()).toBe(0);
    now = later(5_000);
    expect(await deliverCallbacks(deps({ secretOf: () => secrets['NEW']! }))).toBe(1);
  });

  it('keeps another host waiting no longer than its own answer takes', async () => {
    const other = await startCallbackHost();
    await register('EVT');
    await register('CAU', 'NEW', other.url);
    host.answer = () => undefined;
    await outcome();
    await outcome(payment({ routeCode: 'CAU' }));
    const run = deliverCallbacks(deps({ sendCallback: createCallbackSender({ allowPrivate: true, timeoutMs: 500 }) }));
    await until(() => other.received.length === 1, { withinMs: 400 });
    expect(await run).toBe(1);
    await other.close();
  });
});

describe('a process that dies or shares the work', () => {
  it('leaves what it took to be sent again after its lease, so that nothing is lost', async () => {
    await register('EVT');
    await outcome();
    const callbacks = new CallbackDeliveries(pool);
    expect(await callbacks.take('EVT', { now, limit: 10, leaseMs: 60_000 })).toHaveLength(1);
    expect(await deliverCallbacks(deps())).toBe(0);
    now = later(60_000);
    expect(await deliverCallbacks(deps())).toBe(1);
    expect(host.received).toHaveLength(1);
  });

  it('never sends what another one is sending', async () => {
    await register('EVT');
    for (let n = 0; n < 25; n += 1) await outcome();
    const both = await Promise.all([deliverCallbacks(deps()), deliverCallbacks(deps())]);
    expect(both[0] + both[1]).toBe(25);
    expect(new Set(host.received.map(({ headers }) => headers['webhook-id'])).size).toBe(25);
    expect(host.received).toHaveLength(25);
  });
});

describe('a target that is not to be trusted [F35]', () => {
  const strict = createCallbackSender({ allowPrivate: false });
  const body = '{}';

  it('is not even connected to when its address is of our own network, by number or by name', async () => {
    for (const name of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0', 'localhost']) {
      const answer = await strict({ url: `https://${name}:${host.port}/`, headers: {}, body });
      expect([name, answer.kind]).toEqual([name, 'not_taken']);
      expect(answer).toHaveProperty('reason', expect.stringContaining('is not a public address'));
    }
    expect(await strict({ url: host.url, headers: {}, body })).toEqual({
      kind: 'not_taken',
      reason: 'only https is allowed',
    });
    expect(host.connections()).toBe(0);
  });

  it('counts as private in every range that is not the public internet', () => {
    const inside = ['10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1'];
    const inside6 = ['::', '::1', 'fe80::1', 'fd12::1', '::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::', 'ff02::1'];
    expect([...inside, ...inside6].filter((address) => !isPrivateAddress(address))).toEqual([]);
    expect(['8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'].filter(isPrivateAddress)).toEqual([]);
  });

  it('is not followed to where it redirects', async () => {
    const other = await startCallbackHost();
    host.answer = (response) => response.writeHead(307, { location: other.url }).end();
    const lenient = createCallbackSender({ allowPrivate: true });
    expect(await lenient({ url: host.url, headers: {}, body })).toEqual({ kind: 'not_taken', reason: 'answered 307' });
    expect(other.connections()).toBe(0);
    await other.close();
  });

  it('is given up within 10 s when it does not answer', async () => {
    host.answer = () => undefined;
    const before = performance.now();
    const answer = await createCallbackSender({ allowPrivate: true })({ url: host.url, headers: {}, body });
    expect(answer).toEqual({ kind: 'not_taken', reason: 'no answer within 10000 ms' });
    expect(performance.now() - before).toBeLessThan(11_000);
    await until(async () => (await host.openConnections()) === 0);
  }, 15_000);

  it('is cut off after a few kilobytes of answer', async () => {
    let written = 0;
    host.answer = (response) => {
      response.writeHead(200);
      const more = (): void => {
        if (response.destroyed || written > 50_000_000) return;
        written += 16_384;
        response.write(Buffer.alloc(16_384), more);
      };
      more();
    };
    const answer = await createCallbackSender({ allowPrivate: true })({ url: host.url, headers: {}, body });
    expect(answer).toEqual({ kind: 'taken' });
    await until(async () => (await host.openConnections()) === 0);
    expect(written).toBeLessThan(20_000_000);
  });
});
