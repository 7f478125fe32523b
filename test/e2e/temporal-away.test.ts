import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { rowsOf } from '../faults/harness/query.ts';
import { PayoutScene } from '../support/payout-scene.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { runningStack } from '../support/stack.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';

let scene: PayoutScene;
/** Between everything of ours and Temporal. */
let proxy: TcpProxy;
beforeAll(async () => {
  proxy = await startTcpProxy(runningStack().temporalAddress);
  const address = `${proxy.host}:${proxy.port}`;
  scene = await PayoutScene.open({ env: { TEMPORAL_ADDRESS: address, API_DEADLINE_MS: '1000' } });
}, 60_000);
afterEach(async () => {
  proxy.thaw();
  await expectBooksInOrder(scene.counter.databaseUrl);
});
afterAll(async () => {
  await scene.counter.close();
  await proxy.close();
});

describe('while Temporal does not answer', () => {
  it('a reconciliation that is asked for is told to come again, and begun once with the same key', async () => {
    const { till, shop, databaseUrl } = scene.counter;
    const body = { processorAccount: shop.site.processorAccountId };
    const key = randomUUID();
    proxy.freeze();
    const asked = await till.post<{ code: string }>('/v1/reconciliations', body, key);
    expect([asked.status, asked.body.code]).toEqual([503, 'temporarily_unavailable']);
    proxy.thaw();
    const again = await till.post<{ id: string }>('/v1/reconciliations', body, key);
    expect(again.status).toBe(202);
    const state = async () => (await till.get<{ state: string }>(`/v1/reconciliations/${again.body.id}`)).body.state;
    await until(async () => (await state()) === 'done', { withinMs: 30_000, everyMs: 100 });
    expect(await rowsOf(databaseUrl, 'SELECT id FROM reconciliation_run')).toHaveLength(1);
  }, 60_000);

  it('a bank’s file is kept, the caller is told to come again, and its lines are booked when the file comes again', async () => {
    const payout = await scene.planned();
    await scene.file(payout.run);
    const body = { results: [{ reference: `PO-${payout.no}-1`, result: 'paid' }] };
    proxy.freeze();
    const sent = await scene.counter.till.post<{ code: string }>('/v1/bank-results', body, randomUUID());
    expect([sent.status, sent.body.code]).toEqual([503, 'temporarily_unavailable']);
    proxy.thaw();
    const again = await scene.counter.till.post<{ code: string }>('/v1/bank-results', body, randomUUID());
    expect([again.status, again.body.code]).toEqual([409, 'bank_result_duplicate']);
    expect(await scene.become(payout.id, 'confirmed')).toMatchObject({ needsAttention: false });
  }, 60_000);
});
