import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openCounter, type Counter } from '../support/counter.ts';
import { Host, linesOf, type ShownPayment } from '../support/members.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { until } from '../support/until.ts';

const root = resolve(import.meta.dirname, '../..');
const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
let counter: Counter;
let example: ChildProcess;

beforeAll(async () => {
  counter = await openCounter({
    env: { CALLBACK_ALLOW_PRIVATE: 'true', CALLBACK_MS: '200', HOST_SECRET: secret },
  });
  let printed = '';
  example = spawn(resolve(root, 'node_modules/.bin/node'), [resolve(root, 'examples/host/host.mjs')], {
    env: {
      ...process.env,
      ...{ PORT: '0', CALLBACK_SECRET: secret, TILLFLOW_URL: counter.apiUrl },
      ...{ TILLFLOW_KEY: counter.shop.secret, ORGANISATION: counter.shop.site.organisationId },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  example.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await until(() => printed.includes('listens'));
  const body = { routeCode: 'EVT', url: /http:\S+/.exec(printed)![0], secretRefs: ['HOST_SECRET'] };
  await counter.till.post('/v1/callbacks', body, randomUUID());
}, 60_000);
afterAll(async () => {
  const exited = once(example, 'exit');
  example.kill();
  await exited;
  await expectBooksInOrder(counter.databaseUrl);
  await counter.close();
});

describe('the example host', () => {
  it('books an event entry within the funds, when the callback says that they are there [C14]', async () => {
    const host = new Host(counter);
    const member = await host.member(5_000);
    const asked = {
      member,
      booking: 'host',
      amount: { amount: 4_200, currency: 'AUD' },
      description: 'Pairs event',
      route: { code: 'EVT', payload: 'event-9' },
    };
    const { body } = await counter.till.post<ShownPayment>('/v1/payments', asked, randomUUID());
    expect(body.status).toBe('funded');
    await until(async () => (await host.show(body.id)).state === 'paid');
    expect(await linesOf(counter, `member/${member}`)).toEqual([
      { type: 'Entry to an event', amount: -4_200, balance: 800 },
    ]);
  });
});
