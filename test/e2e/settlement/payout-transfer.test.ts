import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { demoNames } from '../../../workers/demo/seed.ts';
import { rowsOf } from '../../faults/harness/query.ts';
import type { PayoutScene } from '../../support/payout-scene.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { connect, connectedAccount, followTransfer, openTransferScene } from '../../support/transfer-scene.ts';
import { until } from '../../support/until.ts';

let scene: PayoutScene;
let stripe: Stripe;
beforeAll(async () => {
  scene = await openTransferScene();
  const { hostname, port } = new URL(scene.counter.env['STRIPE_API_BASE'] ?? '');
  stripe = new Stripe('sk_test_demo', { host: hostname, port, protocol: 'http' });
}, 60_000);
afterEach(async () => {
  await scene.counter.control.faults.removeAll();
  await expectBooksInOrder(scene.counter.databaseUrl);
});
afterAll(() => scene.counter.close());

const transfersOf = async (payoutId: string) => (await stripe.transfers.list({ transfer_group: payoutId })).data;

/** What the book has for a payout beside its settlement: kind, provider's object, and where the money went. */
async function moves(payoutId: string): Promise<string[]> {
  const rows = await rowsOf<{ kind: string; ref: string; code: string; minor: string }>(
    scene.counter.databaseUrl,
    `SELECT t.kind, t.provider_ref AS ref, a.code, IF(e.side = 'credit', e.amount_minor, -e.amount_minor) AS minor
     FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
     WHERE t.payout_id = ? AND t.kind <> 'settlement' ORDER BY t.recorded_at, t.id, a.code`,
    [payoutId],
  );
  return rows.map(({ kind, ref, code, minor }) => `${kind} ${ref.split('_')[0] ?? ''} ${code} ${minor}`);
}

async function balanceOf(organisation: string): Promise<number> {
  const sql = 'SELECT balance_minor AS balance FROM ledger_account WHERE code = ?';
  const [row] = await rowsOf<{ balance: string }>(scene.counter.databaseUrl, sql, [`organisation/${organisation}/AUD`]);
  return Number(row?.balance);
}

/** The transfer that has paid, in the processor's console. */
async function controlOf(payoutId: string) {
  const [sent] = await transfersOf(payoutId);
  return scene.counter.control.transfer(sent?.id ?? '');
}

function told(id: string, reason: string): Promise<void> {
  return until(async () => (await scene.show(id)).attentionReason === reason, { withinMs: 30_000, everyMs: 100 });
}

const processor = `processor/stripe/${demoNames.account}/AUD`;
const paid = [`payout-by-transfer tr payouts-in-flight/AUD -76000`, `payout-by-transfer tr ${processor} 76000`];
const backOf = (minor: number) => [
  `payout-transfer-reversed trr payouts-in-flight/AUD ${minor}`,
  `payout-transfer-reversed trr ${processor} ${-minor}`,
];
const takenBack = backOf(76_000);

describe('a payout by transfer', () => {
  it('sends SET-02’s 760.00 to the connected account once, and is paid from the platform’s account', async () => {
    const { id, run } = await followTransfer(scene);
    expect(await scene.become(id, 'confirmed')).toMatchObject({ outcome: 'transferred', needsAttention: false });
    const sent = await transfersOf(id);
    expect(sent.map(({ amount, currency, destination }) => [amount, currency, destination])).toEqual([
      [76_000, 'aud', connectedAccount],
    ]);
    expect(await moves(id)).toEqual(paid);
    const [row] = await rowsOf<{ ref: string }>(
      scene.counter.databaseUrl,
      'SELECT transfer_ref AS ref FROM payout WHERE id = ?',
      [id],
    );
    expect(row?.ref).toBe(sent[0]?.id);
    expect((await scene.file(run)).body.code).toBe('nothing_to_pay');
  });

  it('that is nothing, since the fee was all of it, is over without a transfer', async () => {
    const { id } = await followTransfer(scene, { feeBp: 10_000 });
    await scene.become(id, 'confirmed');
    expect([await transfersOf(id), await moves(id)]).toEqual([[], []]);
  });

  it('is sent once however the answer is lost: under the same key, or found again', async () => {
    for (const preset of ['reset_before', 'execute_then_reset', 'server_error_before', 'server_error_after'] as const) {
      await scene.counter.control.faults.add(preset, { method: 'POST', path: '/v1/transfers', times: 2 });
      const { id } = await followTransfer(scene);
      await scene.become(id, 'confirmed');
      expect([preset, (await transfersOf(id)).length, await moves(id)]).toEqual([preset, 1, paid]);
    }
  });

  it('whose processor stays silent is never failed: a person is told, and it is sent later', async () => {
    const rule = await scene.counter.control.faults.add('reset_before', { path: '/v1/transfers' });
    const { id } = await followTransfer(scene);
    await until(async () => (await scene.show(id)).needsAttention, { withinMs: 60_000, everyMs: 200 });
    expect(await scene.show(id)).toMatchObject({ state: 'planned', attentionReason: 'no_answer_from_the_processor' });
    expect((await scene.act(id, 'reversal')).body.code).toBe('payout_state_conflict');
    await scene.counter.control.faults.remove(rule);
    expect(await scene.become(id, 'confirmed')).toMatchObject({ needsAttention: false });
    expect((await transfersOf(id)).length).toBe(1);
  });

  it('that the processor refuses is returned with its reason, the money in flight, and is retried under a new key', async () => {
    const { id, organisation } = await followTransfer(scene, { to: 'acct_nowhere' });
    expect(await scene.become(id, 'returned')).toMatchObject({
      attempt: 1,
      outcome: "resource_missing: No such destination: 'acct_nowhere'",
      needsAttention: true,
    });
    expect(await moves(id)).toEqual([]);
    await connect(scene, organisation, connectedAccount);
    expect((await scene.act(id, 'retry')).body).toMatchObject({ state: 'planned', attempt: 2 });
    await scene.become(id, 'confirmed');
    expect((await transfersOf(id)).map(({ metadata }) => metadata['attempt'])).toEqual(['2']);
    expect(await moves(id)).toEqual(paid);
  });

  it('without a connected account, or without the money for it, is returned and can be given up to the cent', async () => {
    const nowhere = await followTransfer(scene, { to: null });
    expect((await scene.become(nowhere.id, 'returned')).outcome).toBe('no_connected_account');
    // 20,000.00 less 200.00, less 5 %: more than the processor has.
    const tooMuch = await followTransfer(scene, { balanceMinor: 2_000_000 });
    expect((await scene.become(tooMuch.id, 'returned')).outcome).toMatch(/^balance_insufficient: /);
    expect((await scene.act(nowhere.id, 'reversal')).body.state).toBe('reversed');
    expect(await balanceOf(nowhere.organisation)).toBe(100_000);
  });
});

describe('a transfer that was taken back', () => {
  it('brings the money back into flight once, however often it is told, and is paid again by a retry', async () => {
    const { id } = await followTransfer(scene);
    await scene.become(id, 'confirmed');
    await (await controlOf(id)).reverse();
    expect(await scene.become(id, 'returned')).toMatchObject({ attentionReason: 'transfer_reversed', attempt: 1 });
    expect(await moves(id)).toEqual([...paid, ...takenBack]);
    expect((await scene.act(id, 'retry')).body).toMatchObject({ attempt: 2 });
    await scene.become(id, 'confirmed');
    // What was said of the first attempt comes again, when the second is paid.
    const { temporal, env } = scene.counter;
    const workflow = await temporal.workflow.signalWithStart('payout', {
      ...{ workflowId: `payout-${id}`, taskQueue: env['TASK_QUEUE_BULK'] ?? '', args: [{ schema: 1, payoutId: id }] },
      signal: 'payoutNews',
    });
    await workflow.result();
    expect((await scene.show(id)).state).toBe('confirmed');
    expect(await moves(id)).toEqual([...paid, ...takenBack, ...paid]);
  });

  it('in part is in flight by that part and wants a person, who is told how much of how much', async () => {
    const { id } = await followTransfer(scene);
    await scene.become(id, 'confirmed');
    const transfer = await controlOf(id);
    await transfer.reverse(1_000);
    await told(id, 'transfer_partly_reversed: 1000 of 76000');
    expect((await scene.show(id)).state).toBe('confirmed');
    expect(await moves(id)).toEqual([...paid, ...backOf(1_000)]);
    await transfer.reverse(2_500);
    await told(id, 'transfer_partly_reversed: 3500 of 76000');
    expect(await moves(id)).toEqual([...paid, ...backOf(1_000), ...backOf(2_500)]);
    expect((await scene.act(id, 'retry')).body.code).toBe('payout_state_conflict');
  });

  it('part by part, to the last cent, is returned, and can be given up to the cent', async () => {
    const { id, organisation } = await followTransfer(scene);
    await scene.become(id, 'confirmed');
    const transfer = await controlOf(id);
    // More than the processor shows with the transfer itself.
    const parts = Array.from({ length: 11 }, (_, index) => 1_001 + index);
    for (const part of parts) await transfer.reverse(part);
    await told(id, 'transfer_partly_reversed: 11066 of 76000');
    await transfer.reverse();
    expect(await scene.become(id, 'returned')).toMatchObject({ attentionReason: 'transfer_reversed', attempt: 1 });
    expect(await moves(id)).toEqual([...paid, ...[...parts, 64_934].flatMap(backOf)]);
    expect((await scene.act(id, 'reversal')).body.state).toBe('reversed');
    expect(await balanceOf(organisation)).toBe(100_000);
  });
});
