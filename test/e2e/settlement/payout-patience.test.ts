import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { seedKey } from '../../api/shops.ts';
import { PayoutScene } from '../../support/payout-scene.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

let scene: PayoutScene;
beforeAll(async () => {
  // No business day of patience: what is due after three or five of them is due at once.
  const timing = { confirmBusinessDays: 0, remindBusinessDays: 0, lookMs: 100 };
  scene = await PayoutScene.open({ env: { PAYOUT_TIMING: JSON.stringify(timing) } });
}, 60_000);
afterEach(async () => expectBooksInOrder(scene.counter.databaseUrl));
afterAll(() => scene.counter.close());

/** What a settlement run does for each of its payouts. */
const follow = (payoutId: string) =>
  scene.counter.temporal.workflow.start('payout', {
    workflowId: `payout-${payoutId}`,
    taskQueue: scene.counter.env['TASK_QUEUE_BULK'] ?? '',
    args: [{ schema: 1, payoutId }],
  });

describe('a payout that waits for its bank', () => {
  it('is taken for paid when its direct entry file was accepted and nothing came back in time', async () => {
    const payout = await scene.planned();
    await follow(payout.id);
    const { body: file } = await scene.file(payout.run);
    const path = `/v1/payout-files/${file.id}/acceptance`;
    expect((await scene.counter.till.post(path, { reason: 'the bank’s portal' }, randomUUID())).status).toBe(200);
    expect(await scene.become(payout.id, 'confirmed')).toMatchObject({ outcome: 'nothing came back in time' });
  });

  it('wants a person when the bank has said nothing for long, and is not taken for paid', async () => {
    const payout = await scene.planned();
    await follow(payout.id);
    await scene.file(payout.run, { format: 'csv' });
    await until(async () => (await scene.show(payout.id)).needsAttention, { withinMs: 30_000, everyMs: 100 });
    expect(await scene.show(payout.id)).toMatchObject({ state: 'filed', attentionReason: 'no_word_from_the_bank' });
  });

  it('that is nothing, since the fee was all of it, is over without a bank and without a posting', async () => {
    const payout = await scene.planned({ feeBp: 10_000 });
    await follow(payout.id);
    expect((await scene.become(payout.id, 'confirmed')).amount).toEqual({ amount: 0, currency: 'AUD' });
  });

  it('books what came back although its workflow is over, and goes on waiting', async () => {
    const payout = await scene.planned();
    const workflow = await follow(payout.id);
    await scene.file(payout.run);
    await scene.act(payout.id, 'confirmation');
    await workflow.result();
    expect((await scene.act(payout.id, 'return', 'account closed')).body.state).toBe('returned');
    expect((await scene.act(payout.id, 'retry')).body).toMatchObject({ state: 'planned', attempt: 2 });
  });
});

interface Line {
  readonly organisation: { readonly id: string; readonly name: string };
  readonly bank: string | null;
  readonly debit: object;
  readonly bankTransfer: object;
  readonly state: string;
}

describe('the settlement history', () => {
  it('[C67] shows date, organisation, masked bank, debit, bank transfer and state: SET-02 is -800.00 and 760.00', async () => {
    const payout = await scene.planned();
    const path = `/v1/settlement-history?organisation=${payout.organisation}`;
    const { body } = await scene.counter.till.get<{ items: (Line & { date: string })[] }>(path);
    const [{ date, ...line }] = body.items as [Line & { date: string }];
    expect(Math.abs(Date.now() - Date.parse(date))).toBeLessThan(60_000);
    expect(line).toEqual({
      ...{ payout: payout.id, no: payout.no, period: '2026-10' },
      organisation: { id: payout.organisation, name: 'Rival Club' },
      bank: '062001 …567',
      debit: { amount: -80_000, currency: 'AUD' },
      bankTransfer: { amount: 76_000, currency: 'AUD' },
      state: 'planned',
    });
  });

  it('goes by local days, and pages without losing a line', async () => {
    const organisation = await scene.organisation();
    const made = [
      await scene.planned({ organisation, period: '2026-08' }),
      await scene.planned({ organisation, period: '2026-09' }),
    ];
    const path = `/v1/settlement-history?organisation=${organisation}`;
    const get = (more: string) =>
      scene.counter.till.get<{ items: { payout: string }[]; next_cursor: string | null }>(`${path}${more}`);
    const first = (await get('&limit=1')).body;
    const second = (await get(`&limit=1&cursor=${first.next_cursor ?? ''}`)).body;
    expect([...first.items, ...second.items].map((line) => line.payout)).toEqual([made[1]?.id, made[0]?.id]);
    expect(second.next_cursor).toBeNull();
    expect((await get('&to=2026-01-01')).body.items).toEqual([]);
    expect((await get('&from=2026-02-01&to=2026-01-01')).status).toBe(422);
  });
});

describe('an organisation’s own key', () => {
  it('sees its own payouts, and nobody else’s', async () => {
    const [mine, other] = [await scene.planned(), await scene.planned()];
    const scope = { organisationId: mine.organisation as never, siteId: null };
    const key = await seedKey(scene.counter.orm, scope, ['payments.manage.view']);
    const get = (path: string) =>
      fetch(`${scene.counter.apiUrl}${path}`, { headers: { authorization: `Bearer ${key}` } });
    const list = (await (await get('/v1/payouts')).json()) as { items: { id: string }[] };
    expect(list.items.map(({ id }) => id)).toEqual([mine.id]);
    expect((await get(`/v1/payouts/${mine.id}`)).status).toBe(200);
    expect((await get(`/v1/payouts/${other.id}`)).status).toBe(404);
    expect((await get('/v1/payout-files')).status).toBe(403);
    expect((await get('/v1/settlement-history')).status).toBe(403);
  });
});
