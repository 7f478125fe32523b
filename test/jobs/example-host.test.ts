import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createCallbackSender } from '../../src/jobs/events/callback-sender.ts';
import { standardWebhookHeaders } from '../../src/jobs/events/standard-webhook.ts';
import { until } from '../support/until.ts';

const [old, current, foreign] = [1, 2, 3].map((byte) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`) as [
  string,
  string,
  string,
];
const root = resolve(import.meta.dirname, '../..');
const send = createCallbackSender({ allowPrivate: true });
let host: ChildProcess;
let printed = '';
let url = '';

beforeAll(async () => {
  host = spawn(resolve(root, 'node_modules/.bin/node'), [resolve(root, 'examples/host/host.mjs')], {
    env: { ...process.env, PORT: '0', CALLBACK_SECRET: `${old},${current}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  host.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await until(() => printed.includes('listens'));
  url = /http:\S+/.exec(printed)![0];
});
afterAll(async () => {
  const exited = once(host, 'exit');
  host.kill();
  await exited;
});

const data = { code: 'EVT', payload: 'batch-7', payment: 'pay_1', amount: { amount: 1250, currency: 'AUD' } };
const bodyOf = (status: string): string => JSON.stringify({ type: 'x', data: { ...data, status } });
const deliver = (id: string, secrets: readonly string[], body = bodyOf('Success'), at = new Date()) =>
  send({ url, headers: standardWebhookHeaders({ id, at, body }, secrets), body });
const lines = (): string[] => printed.trim().split('\n').slice(1);

describe('the example host', () => {
  it('takes what is signed with any of its secrets, once, and prints what became of the payment', async () => {
    expect(await deliver('cbd_1', [foreign, current])).toEqual({ kind: 'taken' });
    expect(await deliver('cbd_1', [current])).toEqual({ kind: 'taken' });
    expect(await deliver('cbd_2', [old], bodyOf('Failure'))).toEqual({ kind: 'taken' });
    await until(() => lines().length === 3);
    expect(lines()).toEqual([
      'EVT batch-7: 1250 minor units AUD paid by pay_1',
      'cbd_1 came before; nothing is done twice',
      'EVT batch-7: pay_1 failed, nothing was paid',
    ]);
  });

  it('refuses a foreign signature, a changed body and an old time', async () => {
    const before = lines();
    const refused = { kind: 'not_taken', reason: 'answered 401' };
    expect(await deliver('cbd_3', [foreign])).toEqual(refused);
    expect(await deliver('cbd_4', [current], bodyOf('Success'), new Date(Date.now() - 600_000))).toEqual(refused);
    const headers = standardWebhookHeaders({ id: 'cbd_5', at: new Date(), body: bodyOf('Failure') }, [current]);
    expect(await send({ url, headers, body: bodyOf('Success') })).toEqual(refused);
    expect(lines()).toEqual(before);
  });
});
