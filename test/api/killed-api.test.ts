import { asyncLocalStorage } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { runningStack } from '../support/stack.ts';
import { idOf, send, startTestApi, type TestApi } from './test-api.ts';

/** The API as a process of its own, which can be killed; its workflows run in this one. */
interface ApiProcess {
  readonly url: string;
  readonly child: ChildProcess;
}

let world: TestApi;
let running: ApiProcess;
beforeAll(async () => {
  world = await startTestApi();
  running = await startProcess();
});
afterAll(async () => {
  running.child.kill('SIGTERM');
  await once(running.child, 'exit');
  await world.close();
});

async function startProcess(): Promise<ApiProcess> {
  const { redisUrl, temporalAddress } = runningStack();
  const child = fork(resolve(__dirname, '../../workers/api.ts'), {
    execArgv: [],
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: world.databaseUrl,
      REDIS_URL: redisUrl,
      TEMPORAL_ADDRESS: temporalAddress,
      TASK_QUEUE_PAYMENTS: world.dependencies.settings.taskQueue,
      QUEUE_PREFIX: `test-${randomUUID()}`,
      STRIPE_API_KEY: 'sk_test_unused',
      API_PORT: '0',
      ADMIN_PORT: '0',
      LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [facts] = (await once(child, 'message')) as [{ api: number }];
  return { url: `http://127.0.0.1:${facts.api}`, child };
}

const sell = (key: string) => {
  const { site, reader, key: as } = world.shops.ours;
  const body = { site, reader, amount: { amount: 2500, currency: 'AUD' } };
  return send(`${running.url}/v1/sales`, 'POST', { as, key, body });
};

async function kill(): Promise<void> {
  running.child.kill('SIGKILL');
  await once(running.child, 'exit');
  running = await startProcess();
}

/** Says that it works while it waits, as real activities do: however long a busy machine starts the next process. */
async function beating<T>(work: Promise<T>): Promise<T> {
  const context = asyncLocalStorage.getStore();
  const pulse = setInterval(() => context?.heartbeat(), 1_000);
  try {
    return await work;
  } finally {
    clearInterval(pulse);
  }
}

describe('a process of the API that is killed', () => {
  it('before its answer leaves one sale behind, and the next process gives the same key its answer [F2]', async () => {
    const dispatched = Promise.withResolvers<undefined>();
    const gate = Promise.withResolvers<undefined>();
    world.story.script.dispatchSale = async ({ saleId }) => {
      dispatched.resolve(undefined);
      await beating(gate.promise);
      return { kind: 'done', sale: await world.story.become(saleId, { state: 'awaiting_card', attempt: 1 }) };
    };
    const key = randomUUID();
    const lost = sell(key).then(
      () => 'answered',
      () => 'lost',
    );
    await dispatched.promise;
    await kill();
    expect(await lost).toBe('lost');
    gate.resolve(undefined);
    const answer = await sell(key);
    expect([answer.status, answer.body['state']]).toEqual([201, 'awaiting_card']);
    expect(answer.headers.get('idempotent-replayed')).toBe('true');
    const sales = await world.pool.rows('SELECT id FROM sale');
    expect(sales).toEqual([{ id: idOf(answer) }]);
    expect(world.story.calls).toHaveLength(1);
  });

  it('right after its answer gives the same bytes from the next process, kept or not [F2]', async () => {
    world.story.reset();
    const keys = Array.from({ length: 8 }, () => randomUUID());
    const before = await Promise.all(keys.map(sell));
    await kill();
    const after = await Promise.all(keys.map(sell));
    expect(after.map((answer) => [answer.status, answer.text])).toEqual(before.map((answer) => [201, answer.text]));
    expect(world.story.calls).toHaveLength(8);
  });

  it('finishes what it has begun when it is asked to stop, and takes nothing new', async () => {
    const dispatched = Promise.withResolvers<undefined>();
    const gate = Promise.withResolvers<undefined>();
    world.story.script.dispatchSale = async ({ saleId }) => {
      dispatched.resolve(undefined);
      await gate.promise;
      return { kind: 'done', sale: await world.story.become(saleId, { state: 'awaiting_card', attempt: 1 }) };
    };
    const underWay = sell(randomUUID());
    await dispatched.promise;
    const exited = once(running.child, 'exit');
    running.child.kill('SIGTERM');
    const isOpen = () =>
      fetch(`${running.url}/healthz`).then(
        () => true,
        () => false,
      );
    while (await isOpen());
    gate.resolve(undefined);
    expect((await underWay).status).toBe(201);
    expect(await exited).toEqual([0, null]);
    running = await startProcess();
  });
});
