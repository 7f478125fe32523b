import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { memberId, paymentId } from '../../../src/domain/ids.ts';
import { CallbackDeliveries } from '../../../src/entities/events/callback-deliveries.ts';
import { callbackRiders } from '../../../src/entities/events/callback-rider.ts';
import { commitRiders } from '../../../src/entities/commit-riders.ts';
import { newId } from '../../../src/entities/new-id.ts';
import { createCallbackSender } from '../../../src/jobs/events/callback-sender.ts';
import { deliverCallbacks } from '../../../src/jobs/events/deliver-callbacks.job.ts';
import { startCallbackHost } from '../../support/callback-host.ts';
import { idOf, itemsOf, startTestApi, textOf, type TestAnswer, type TestApi } from '../test-api.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.pool.run('DELETE FROM callback_endpoint', []);
  await api.pool.run('DELETE FROM callback_delivery', []);
});

const ask = (method: string, path: string, body?: object): Promise<TestAnswer> =>
  api.call(method, path, { as: api.shops.platformKey, ...(body === undefined ? {} : { body }) });
const endpoint = (more: object = {}): object => ({
  routeCode: 'EVT',
  url: 'https://host.example/callbacks',
  secretRefs: ['HOST_SECRET'],
  ...more,
});
const auditOf = async (target: string): Promise<unknown[]> =>
  (await api.pool.rows('SELECT action FROM audit_event WHERE target = ? ORDER BY no', [target])).map(
    (row) => row['action'],
  );

async function outcome(routeCode: string): Promise<string> {
  const payment = {
    id: paymentId(newId('payment')),
    memberId: memberId(newId('member')),
    payeeKind: 'organisation' as const,
    amountMinor: 1250,
    currency: 'AUD',
    routeCode,
    routePayload: 'batch-7',
  };
  await commitRiders(api.pool, callbackRiders(payment, 'Success', new Date()));
  return payment.id;
}

function deliver(): Promise<number> {
  return deliverCallbacks({
    callbacks: new CallbackDeliveries(api.pool),
    sendCallback: createCallbackSender({ allowPrivate: true }),
    secretOf: () => secret,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    now: () => new Date(),
  });
}

describe('endpoints of route codes', () => {
  it('are added, read, changed and removed, and each act is written down', async () => {
    const made = await ask('POST', '/v1/callbacks', endpoint());
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ routeCode: 'EVT', secretRefs: ['HOST_SECRET'] });
    const path = `/v1/callbacks/${idOf(made)}`;
    expect((await ask('GET', path)).body).toEqual(made.body);
    const rotated = await ask('PATCH', path, { secretRefs: ['HOST_SECRET', 'HOST_SECRET_2'] });
    expect(rotated.body).toEqual({ ...made.body, secretRefs: ['HOST_SECRET', 'HOST_SECRET_2'] });
    expect(itemsOf(await ask('GET', '/v1/callbacks'))).toEqual([rotated.body]);
    expect((await ask('DELETE', path)).status).toBe(200);
    expect((await ask('GET', path)).status).toBe(404);
    expect(await auditOf(idOf(made))).toEqual(['callback.create', 'callback.change', 'callback.remove']);
  });

  it('are one for each code', async () => {
    await ask('POST', '/v1/callbacks', endpoint());
    const second = await ask('POST', '/v1/callbacks', endpoint());
    expect([second.status, second.body['code']]).toEqual([409, 'conflict']);
  });

  it('are made once under one key', async () => {
    const call = { as: api.shops.platformKey, key: randomUUID(), body: endpoint() };
    const first = await api.call('POST', '/v1/callbacks', call);
    const again = await api.call('POST', '/v1/callbacks', call);
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true']);
  });

  it('are refused for codes that act inside, for secrets themselves, and for addresses that are none', async () => {
    const refused: readonly (readonly [object, string])[] = [
      [{ routeCode: 'M2M' }, 'routeCode'],
      [{ routeCode: 'UPP' }, 'routeCode'],
      [{ routeCode: 'evt' }, 'routeCode'],
      [{ url: 'ftp://host.example' }, 'url'],
      [{ url: 'https://user:password@host.example/' }, 'url'],
      [{ url: 'host.example' }, 'url'],
      [{ secretRefs: [] }, 'secretRefs'],
      [{ secretRefs: [secret] }, 'secretRefs.0'],
    ];
    for (const [more, field] of refused) {
      const answer = await ask('POST', '/v1/callbacks', endpoint(more));
      expect([more, answer.status, answer.body['code']]).toEqual([more, 422, 'invalid_request']);
      expect(answer.body['errors']).toMatchObject([{ field }]);
    }
    expect(itemsOf(await ask('GET', '/v1/callbacks'))).toEqual([]);
  });

  it("are the platform's: a key of an organisation neither sees nor makes one", async () => {
    for (const [method, path] of [
      ['GET', '/v1/callbacks'],
      ['POST', '/v1/callbacks'],
      ['GET', '/v1/callbacks/deliveries'],
    ] as const) {
      const answer = await api.call(method, path, method === 'POST' ? { body: endpoint() } : {});
      expect([path, answer.status]).toEqual([path, 403]);
    }
  });
});

describe('deliveries', () => {
  it('that nobody took stay visible with the reason, and go out when a person has them sent again [C14]', async () => {
    const payment = await outcome('XYZ');
    await deliver();
    const [dead] = itemsOf(await ask('GET', '/v1/callbacks/deliveries?state=dead'));
    expect(dead).toMatchObject({
      payment,
      routeCode: 'XYZ',
      status: 'Success',
      state: 'dead',
      lastError: 'no endpoint is registered for XYZ',
    });
    const host = await startCallbackHost();
    await ask('POST', '/v1/callbacks', endpoint({ routeCode: 'XYZ', url: host.url }));
    const id = textOf(dead!['id']);
    const resent = await ask('POST', `/v1/callbacks/deliveries/${id}/resend`, {});
    expect(resent.body).toMatchObject({ id, state: 'pending', attempts: 0 });
    expect(await deliver()).toBe(1);
    expect(host.received.map(({ headers }) => headers['webhook-id'])).toEqual([id]);
    const [delivered] = itemsOf(await ask('GET', '/v1/callbacks/deliveries?state=delivered&routeCode=XYZ'));
    expect(delivered).toMatchObject({ id, state: 'delivered', attempts: 1, lastError: null });
    expect(itemsOf(await ask('GET', '/v1/callbacks/deliveries?state=dead'))).toEqual([]);
    expect(await auditOf(id)).toEqual(['callback.resend']);
    await host.close();
  });

  it('that were taken can be sent again under the same id, for a host that lost them', async () => {
    const host = await startCallbackHost();
    await ask('POST', '/v1/callbacks', endpoint({ url: host.url }));
    await outcome('EVT');
    await deliver();
    const [row] = itemsOf(await ask('GET', '/v1/callbacks/deliveries'));
    await ask('POST', `/v1/callbacks/deliveries/${textOf(row!['id'])}/resend`, {});
    await deliver();
    expect(host.received.map(({ headers }) => headers['webhook-id'])).toEqual([row!['id'], row!['id']]);
    expect(host.received[0]!.body).toBe(host.received[1]!.body);
    await host.close();
  });

  it('that are not there cannot be sent again', async () => {
    const answer = await ask('POST', `/v1/callbacks/deliveries/${newId('callbackDelivery')}/resend`, {});
    expect([answer.status, answer.body['code']]).toEqual([404, 'not_found']);
  });
});
