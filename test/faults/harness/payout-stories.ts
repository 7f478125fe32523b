import Stripe from 'stripe';
import type { PayoutScene } from '../../support/payout-scene.ts';
import type { MadePayout } from '../../support/payouts.ts';
import { plannedTransfer, startPayout } from '../../support/transfer-scene.ts';
import { until } from '../../support/until.ts';
import { rowsOf } from './query.ts';
import type { Outcome, Round } from '../f24-payout-races.ts';

const amountMinor = 76_000;
const settledMinor = 80_000;
const partMinor = 1_000;
const patience = { withinMs: 120_000, everyMs: 50 };

/**
 * A transfer is taken back in the console while the answer to it is held: before the book has it as paid, after, or as
 * they are let go. All of it or a part; what is back whole is paid again, given up, or left.
 */
export async function raceTransfer({ scene, head, random }: Round): Promise<Outcome> {
  const payout = await plannedTransfer(scene);
  const isWhole = random.below(2) === 0;
  const next = random.pick(['retry', 'reversal', null] as const);
  const { control } = scene.counter;
  const match = { method: 'POST', path: '/v1/transfers', idempotency_key: `payout-${payout.id}-transfer-1` };
  const gate = await control.holdResponse(match, { stage: 'after', times: 1 });
  const runId = await startPayout(scene, payout);
  await gate.held('120s');
  const takeBack = async () => {
    const [sent] = await transfersOf(scene, payout);
    await control.transfer(sent?.id ?? '').reverse(isWhole ? undefined : partMinor);
  };
  if (head === 'one') {
    await gate.release();
    await become(scene, payout, 'confirmed');
    await takeBack();
  } else {
    await takeBack();
    if (head === 'other') await until(() => isTold(scene, payout, runId), patience);
    await gate.release();
  }
  await settled(scene, payout, isWhole);
  const first = (await isToldFirst(scene, payout, runId)) ? 'taken back' : 'paid';
  if (isWhole && next !== null) await goOn(scene, payout, next);
  return { payout, first, backMinor: isWhole ? 0 : partMinor };
}

/** Resolves when the book has what was taken back. */
async function settled(scene: PayoutScene, { id }: MadePayout, isWhole: boolean): Promise<void> {
  const wanted = isWhole
    ? 'returned 1 transfer_reversed'
    : `confirmed 1 transfer_partly_reversed: ${partMinor} of ${amountMinor}`;
  const read = async () => {
    const { state, attempt, attentionReason } = await scene.show(id);
    return `${state} ${attempt} ${attentionReason ?? ''}`;
  };
  await until(async () => (await read()) === wanted, patience);
}

/** What a person does about money that is back. */
async function goOn(scene: PayoutScene, payout: MadePayout, act: 'retry' | 'reversal'): Promise<void> {
  const { status, text } = await scene.act(payout.id, act);
  if (status !== 200) throw new Error(text);
  await become(scene, payout, act === 'retry' ? 'confirmed' : 'reversed');
}

function become(scene: PayoutScene, { id }: MadePayout, state: string): Promise<void> {
  return until(async () => (await scene.show(id)).state === state, patience);
}

async function historyOf({ counter }: PayoutScene, { id }: MadePayout, runId: string) {
  const { events } = await counter.temporal.workflow.getHandle(`payout-${id}`, runId).fetchHistory();
  return events ?? [];
}

async function isTold(scene: PayoutScene, payout: MadePayout, runId: string): Promise<boolean> {
  return (await historyOf(scene, payout, runId)).some((event) =>
    Boolean(event.workflowExecutionSignaledEventAttributes),
  );
}

/** Whether the run was told of the reversal before the sending had come to its end. */
async function isToldFirst(scene: PayoutScene, payout: MadePayout, runId: string): Promise<boolean> {
  const events = await historyOf(scene, payout, runId);
  const asked = events.find(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'sendTransfer',
  );
  const sent = events.findIndex(
    ({ activityTaskCompletedEventAttributes: done }) =>
      Boolean(done) && String(done?.scheduledEventId) === String(asked?.eventId),
  );
  const told = events.findIndex((event) => Boolean(event.workflowExecutionSignaledEventAttributes));
  return told !== -1 && told < sent;
}

async function transfersOf({ counter }: PayoutScene, { id }: MadePayout): Promise<Stripe.Transfer[]> {
  const { hostname, port } = new URL(counter.env['STRIPE_API_BASE'] ?? '');
  const stripe = new Stripe('sk_test_demo', { host: hostname, port, protocol: 'http' });
  return (await stripe.transfers.list({ transfer_group: id })).data;
}

/**
 * Where the money must be, by what the payout says of itself: gone from the bank or the processor, in flight, or back with
 * the organisation; and the processor's own transfers add up to what the book has sent through it.
 */
export async function proveCents(scene: PayoutScene, { payout, backMinor = 0 }: Outcome): Promise<void> {
  const { state } = await scene.show(payout.id);
  const moved = await rowsOf<{ code: string; moved: string }>(
    scene.counter.databaseUrl,
    `SELECT a.code, SUM(IF(e.side = 'credit', e.amount_minor, -e.amount_minor)) AS moved FROM ledger_entry e
     JOIN ledger_account a ON a.id = e.account_id JOIN ledger_transaction t ON t.id = e.transaction_id
     WHERE t.payout_id = ? GROUP BY a.code`,
    [payout.id],
  );
  const at = (prefix: string) => Number(moved.find(({ code }) => code.startsWith(prefix))?.moved ?? 0);
  const gone = at('bank/') + at('processor/');
  const found = [at('organisation/'), at('payouts-in-flight/'), gone, at('income/') + at('tax/')];
  const paid = state === 'confirmed' ? amountMinor - backMinor : 0;
  const expected =
    state === 'reversed' ? [0, 0, 0, 0] : [-settledMinor, amountMinor - paid, paid, settledMinor - amountMinor];
  if (found.join() !== expected.join()) throw new Error(`${state}: ${found.join()} and not ${expected.join()}`);
  const transfers = await transfersOf(scene, payout);
  const sent = transfers.reduce((sum, { amount, amount_reversed: back }) => sum + amount - back, 0);
  if (sent !== at('processor/')) throw new Error(`The processor sent ${sent}, the book has ${at('processor/')}.`);
}
