import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import type { TerminalSaleActivities } from '../../src/activities/counter/terminal-sale.activities.ts';
import type { SaleAnswer, SaleSnapshot } from '../../src/domain/counter/sale-snapshot.ts';
import type { SaleTiming } from '../../src/domain/counter/sale-timing.ts';
import * as messages from '../../src/workflows/counter/terminal-sale.messages.ts';
import type { terminalSale } from '../../src/workflows/counter/terminal-sale.workflow.ts';
import { startTestTemporal, type TestTemporal } from '../support/temporal.ts';
import { scripted, snapshot, type Call } from './scripted.ts';

const patient: SaleTiming = {
  beginMs: 60_000,
  cardWaitMs: 60_000,
  retryMs: 60_000,
  ladderMs: [60_000],
  captureMs: 60_000,
  attentionMs: 60_000,
};
const hint = { eventRowId: 'pev_1', type: 'payment_intent.succeeded', objectId: 'pi_1' };
const staff = { actor: 'demo key' };

let script: Partial<TerminalSaleActivities> = {};
let calls: Call[] = [];
let temporal: TestTemporal;
let sales = 0;

beforeAll(async () => {
  const recorder = scripted(() => script);
  calls = recorder.calls;
  temporal = await startTestTemporal(recorder.activities);
});
afterAll(() => temporal.close());
beforeEach(() => {
  script = { dispatchSale: async () => done({ state: 'awaiting_card' }) };
  calls.length = 0;
});

describe('terminalSale', () => {
  it('tells the caller that the reader acknowledged, then settles on the first hint', async () => {
    script.advanceSale = async () => snapshot({ state: 'posted', capturedMinor: 2500 });
    const sale = await start(patient);
    expect(sale.answer).toMatchObject({ kind: 'done', sale: { state: 'awaiting_card' } });
    await sale.handle.signal(messages.providerEvent, hint);
    expect(await sale.handle.result()).toMatchObject({ state: 'posted', capturedMinor: 2500 });
    expect(names()).toEqual(['dispatchSale', 'advanceSale']);
  });

  it('takes at most 25 history events from begin to posted', async () => {
    script.advanceSale = async () => snapshot({ state: 'posted' });
    const sale = await start(patient);
    await sale.handle.signal(messages.providerEvent, hint);
    await sale.handle.result();
    const history = await sale.handle.fetchHistory();
    expect(history.events?.length).toBeLessThanOrEqual(25);
  });

  it('answers the same begin from its first outcome, also after the sale is over', async () => {
    script.advanceSale = async () => snapshot({ state: 'posted' });
    const sale = await start(patient);
    await sale.handle.signal(messages.providerEvent, hint);
    await sale.handle.result();
    const again = await begin(sale.id, patient);
    expect(again.answer).toEqual(sale.answer);
    expect(names()).toEqual(['dispatchSale', 'advanceSale']);
  });

  it('keeps a declined sale open for a retry on another reader under the next attempt', async () => {
    script.advanceSale = async () => snapshot({ state: 'declined', declineCode: 'insufficient_funds' });
    const sale = await start(patient);
    await sale.handle.signal(messages.providerEvent, hint);
    await until(sale.handle, 'declined');
    script.dispatchSale = async () => done({ state: 'awaiting_card', attempt: 2, readerId: 'rdr_2' });
    const retried = await sale.handle.executeUpdate(messages.retry, { args: [{ readerId: 'rdr_2' }] });
    expect(retried).toMatchObject({ kind: 'done', sale: { state: 'awaiting_card', attempt: 2 } });
    expect(calls.at(-1)?.request).toEqual({ saleId: sale.id, attempt: 2, readerId: 'rdr_2' });
    await cancelFor(sale.handle);
  });

  it('refuses a retry while a card is awaited, so that no second push meets a living first one', async () => {
    const sale = await start(patient);
    const refused = await sale.handle.executeUpdate(messages.retry, { args: [{}] });
    expect(refused).toMatchObject({ kind: 'refused', code: 'sale_state_conflict' });
    expect(names()).toEqual(['dispatchSale']);
    await cancelFor(sale.handle);
  });

  it('waits for staff once authorized and captures the amount they name', async () => {
    script.advanceSale = async () => snapshot({ state: 'authorized', authorizedMinor: 2500 });
    script.takeSale = async () => done({ state: 'posted', capturedMinor: 2000 });
    const sale = await start(patient);
    await sale.handle.signal(messages.providerEvent, hint);
    await until(sale.handle, 'authorized');
    const answer = await sale.handle.executeUpdate(messages.capture, { args: [{ amountMinor: 2000, ...staff }] });
    expect(answer).toMatchObject({ kind: 'done', sale: { capturedMinor: 2000 } });
    expect(await sale.handle.result()).toMatchObject({ state: 'posted' });
  });

  it('lets staff capture before it has heard of the tap', async () => {
    script.takeSale = async () => done({ state: 'posted', capturedMinor: 2500 });
    const sale = await start(patient);
    const answer = await sale.handle.executeUpdate(messages.capture, { args: [staff] });
    expect(answer.sale.state).toBe('posted');
    expect(names()).toEqual(['dispatchSale', 'takeSale']);
  });

  it('says that a cancel came too late and ends posted', async () => {
    script.cancelSale = async () => refused('sale_state_conflict', { state: 'posted', capturedMinor: 2500 });
    const sale = await start(patient);
    const answer = await sale.handle.executeUpdate(messages.cancel, { args: [{ reason: 'changed mind', ...staff }] });
    expect(answer).toMatchObject({ kind: 'refused', sale: { state: 'posted' } });
    expect(await sale.handle.result()).toMatchObject({ state: 'posted' });
  });

  it('looks along the ladder when nothing is heard, then gives the card wait up', async () => {
    script.advanceSale = async () => snapshot({ state: 'awaiting_card' });
    script.cancelSale = async () => done({ state: 'expired' });
    const sale = await start({ ...patient, ladderMs: [40], cardWaitMs: 200 });
    expect(await sale.handle.result()).toMatchObject({ state: 'expired' });
    expect(names().filter((name) => name === 'advanceSale').length).toBeGreaterThanOrEqual(1);
    expect(calls.at(-1)).toMatchObject({ name: 'cancelSale', request: { ending: 'expired' } });
  });

  it('ends never_begun when nobody begins it', async () => {
    script.lapseSale = async () => snapshot({ state: 'never_begun', attempt: 0 });
    const id = nextId();
    const handle = await temporal.client.workflow.start<typeof terminalSale>(
      'terminalSale',
      options(id, { ...patient, beginMs: 20 }),
    );
    expect(await handle.result()).toMatchObject({ state: 'never_begun' });
    expect(names()).toEqual(['lapseSale']);
  });

  it('releases authorized money that nobody captures in time', async () => {
    script.advanceSale = async () => snapshot({ state: 'authorized', authorizedMinor: 2500 });
    script.cancelSale = async () => done({ state: 'expired' });
    const sale = await start({ ...patient, captureMs: 50 });
    await sale.handle.signal(messages.providerEvent, hint);
    expect(await sale.handle.result()).toMatchObject({ state: 'expired' });
    expect(calls.at(-1)?.request).toMatchObject({ reason: 'nobody captured the authorized money in time' });
  });

  it('never treats an unknown outcome as failed: it answers unknown, looks, and asks a person at last', async () => {
    script.dispatchSale = fatally;
    script.loseSale = async () => snapshot({ state: 'unresolved' });
    script.advanceSale = async () => snapshot({ state: 'unresolved' });
    script.askForDecision = async () => snapshot({ state: 'unresolved', attentionReason: 'unknown' });
    const sale = await start({ ...patient, ladderMs: [20], attentionMs: 60 });
    expect(sale.answer).toMatchObject({ kind: 'unknown', sale: { state: 'unresolved' } });
    await eventually(sale.handle, (now) => now.attentionReason === 'unknown');
    script.advanceSale = async () => snapshot({ state: 'posted' });
    expect(await sale.handle.result()).toMatchObject({ state: 'posted' });
  });

  it('obeys one command at a time, in the order they came', async () => {
    const order: string[] = [];
    script.takeSale = async () => (order.push('take'), refused('processor_refused', { state: 'awaiting_card' }));
    script.cancelSale = async () => (order.push('cancel'), done({ state: 'canceled' }));
    const sale = await start(patient);
    const [first, second] = await Promise.all([
      sale.handle.executeUpdate(messages.capture, { args: [staff] }),
      sale.handle
        .startUpdate(messages.capture, { args: [staff], waitForStage: 'ACCEPTED' })
        .then((update) => update.result()),
    ]);
    expect([first.kind, second.kind]).toEqual(['refused', 'refused']);
    await cancelFor(sale.handle);
    expect(order).toEqual(['take', 'take', 'cancel']);
  });
});

type Handle = WorkflowHandle<typeof terminalSale>;

function done(given: Partial<SaleSnapshot>): SaleAnswer {
  return { kind: 'done', sale: snapshot(given) };
}

function refused(code: 'sale_state_conflict' | 'processor_refused', given: Partial<SaleSnapshot>): SaleAnswer {
  return { kind: 'refused', code, message: 'no', sale: snapshot(given) };
}

async function fatally(): Promise<never> {
  const { ApplicationFailure } = await import('@temporalio/common');
  throw ApplicationFailure.nonRetryable('silence');
}

function names(): string[] {
  return calls.map((call) => call.name);
}

function nextId(): string {
  sales += 1;
  return `${temporal.taskQueue}-${sales}`;
}

function options(id: string, timing: SaleTiming) {
  const args: [messages.TerminalSaleInput] = [{ schema: 1, saleId: id, timing }];
  return { workflowId: messages.terminalSaleWorkflowId(id), taskQueue: temporal.taskQueue, args };
}

async function start(timing: SaleTiming): Promise<{ id: string; handle: Handle; answer: SaleAnswer }> {
  return begin(nextId(), timing);
}

async function begin(id: string, timing: SaleTiming): Promise<{ id: string; handle: Handle; answer: SaleAnswer }> {
  const operation = new WithStartWorkflowOperation<typeof terminalSale>('terminalSale', {
    ...options(id, timing),
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
  });
  const answer = await temporal.client.workflow.executeUpdateWithStart(messages.begin, {
    updateId: `begin-${id}`,
    startWorkflowOperation: operation,
  });
  return {
    id,
    handle: temporal.client.workflow.getHandle<typeof terminalSale>(messages.terminalSaleWorkflowId(id)),
    answer,
  };
}

/** The query answers only when the loop has come to rest, so asking again is waiting, not guessing. */
async function eventually(handle: Handle, holds: (sale: SaleSnapshot) => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds(await handle.query(messages.status))) {
    if (Date.now() > deadline) throw new Error('The sale did not get there in 10 s.');
  }
}

function until(handle: Handle, state: SaleSnapshot['state']): Promise<void> {
  return eventually(handle, (sale) => sale.state === state);
}

async function cancelFor(handle: Handle): Promise<void> {
  script.cancelSale ??= async () => done({ state: 'canceled' });
  await handle.executeUpdate(messages.cancel, { args: [{ reason: 'test over', ...staff }] });
  await handle.result();
}
