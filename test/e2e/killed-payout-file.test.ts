import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { rowsOf } from '../faults/harness/query.ts';
import { program, type Program } from '../faults/harness/program.ts';
import { freePort } from '../support/free-port.ts';
import { PayoutScene } from '../support/payout-scene.ts';
import type { MadePayout } from '../support/payouts.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { startTcpProxy, through, type TcpProxy } from '../support/tcp-proxy.ts';
import { Till } from '../support/till.ts';
import { until } from '../support/until.ts';

let scene: PayoutScene;
/** Between the API that is killed and the database. */
let proxy: TcpProxy;
let api: Program;
/** Of the API that is killed. */
let till: Till;

beforeAll(async () => {
  scene = await PayoutScene.open();
  const { databaseUrl, env, shop } = scene.counter;
  proxy = await startTcpProxy(databaseUrl);
  const port = await freePort();
  api = program('api', { ...env, DATABASE_URL: through(proxy, databaseUrl), API_PORT: String(port) });
  till = new Till(`http://127.0.0.1:${port}`, shop.secret, { site: '', reader: '' });
}, 60_000);
beforeEach(() => api.start(), 30_000);
afterEach(() => expectBooksInOrder(scene.counter.databaseUrl));
afterAll(async () => {
  await proxy.close();
  await scene.counter.close();
});

interface Filed {
  readonly id: string;
  readonly payouts: number;
  readonly digest: string;
}

function fileOf({ run }: MadePayout, key: string, at: Till) {
  return at.post<Filed>('/v1/payout-files', { currency: 'AUD', format: 'aba', run }, key);
}

/** The API dies; what it had sent and was kept back does not arrive. */
async function die(): Promise<void> {
  await api.kill();
  proxy.cut();
  proxy.thaw();
}

const files = (payout: MadePayout): Promise<Filed[]> =>
  rowsOf<Filed>(scene.counter.databaseUrl, 'SELECT id, payouts, digest FROM payout_file WHERE run_id = ?', [
    payout.run,
  ]);

describe('an API that is killed while it makes a bank’s payout file', () => {
  it('before it is committed leaves no file, and the next one makes it under the same key', async () => {
    const payout = await scene.planned();
    const key = randomUUID();
    const held = proxy.holdRequest('insert into `payout_file_line`');
    const lost = fileOf(payout, key, till).catch(() => 'lost');
    await held.struck();
    await die();
    expect(await lost).toBe('lost');
    expect([await files(payout), (await scene.show(payout.id)).state]).toEqual([[], 'planned']);
    const made = await fileOf(payout, key, scene.counter.till);
    expect([made.status, made.body.payouts]).toEqual([201, 1]);
    expect((await scene.become(payout.id, 'filed')).attempt).toBe(1);
    expect(await files(payout)).toHaveLength(1);
  }, 60_000);

  it('after it is committed leaves one file, and the next one answers with it', async () => {
    const payout = await scene.planned();
    const key = randomUUID();
    const lines = proxy.holdRequest('insert into `payout_file_line`');
    const lost = fileOf(payout, key, till).catch(() => 'lost');
    await lines.struck();
    const committing = proxy.holdRequest('commit');
    lines.release();
    await committing.struck();
    proxy.freezeReplies();
    committing.release();
    await until(async () => (await files(payout)).length === 1, { withinMs: 10_000 });
    await die();
    expect(await lost).toBe('lost');
    const again = await fileOf(payout, key, scene.counter.till);
    const [kept] = await files(payout);
    expect([again.status, again.body.id, again.body.digest]).toEqual([201, kept?.id, kept?.digest]);
    expect(await files(payout)).toHaveLength(1);
    expect((await scene.file(payout.run)).body.code).toBe('nothing_to_pay');
  }, 60_000);
});
