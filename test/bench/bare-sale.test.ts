import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NativeConnection, Worker } from '@temporalio/worker';
import { Belongings } from '../../bench/support/belongings.ts';
import { sellBare } from '../../bench/support/bare-sales.ts';
import type { BareActivities } from '../../bench/support/bare-sale.messages.ts';
import { countHistory, type HistoryCounts } from '../../bench/support/history-counts.ts';
import { makeBundle } from '../../bench/support/workflow-bundle.ts';
import { terminalSaleWorkflowId } from '../../src/workflows/counter/terminal-sale.messages.ts';
import { openCounter, type Counter } from '../support/counter.ts';
import { runningStack } from '../support/stack.ts';

let counter: Counter;
const belongings = new Belongings();
let bundle: string;

beforeAll(async () => {
  counter = await openCounter();
  const workflowsPath = resolve(import.meta.dirname, '../../bench/support/bare-sale.workflow.ts');
  bundle = await makeBundle(belongings, { name: 'bare-sale-test', workflowsPath });
}, 60_000);
afterAll(async () => {
  expect(await belongings.giveBack()).toEqual([]);
  await counter.close();
});

describe('bareSale', () => {
  it('takes as many updates, activities, signals and timers as a real sale whose card was tapped and approved', async () => {
    const real = await recordRealSale();
    const bare = await recordBareSale();
    expect(hopsOf(bare)).toEqual(hopsOf(real));
    expect(hopsOf(bare)).toEqual({ updates: 1, activities: 2, signals: 1, timers: 1 });
  });
});

async function recordRealSale(): Promise<HistoryCounts> {
  const { till, control, shop, temporal } = counter;
  const sold = await till.sell(1_250);
  await control.reader(shop.reader.providerRef).tap();
  await till.until(sold.body.id, 'posted');
  const handle = temporal.workflow.getHandle(terminalSaleWorkflowId(sold.body.id));
  await handle.result();
  return countHistory(await handle.fetchHistory());
}

async function recordBareSale(): Promise<HistoryCounts> {
  const connection = await NativeConnection.connect({ address: runningStack().temporalAddress });
  const taskQueue = `bare-test-${randomUUID()}`;
  const activities: BareActivities = {
    dispatchNothing: async () => 'awaiting_card',
    settleNothing: async () => 'posted',
  };
  const worker = await Worker.create({ connection, taskQueue, activities, workflowBundle: { codePath: bundle } });
  const history = await worker.runUntil(async () => {
    const handle = await sellBare(counter.temporal, taskQueue);
    expect(await handle.result()).toBe('posted');
    return countHistory(await handle.fetchHistory());
  });
  await connection.close();
  return history;
}

function hopsOf({
  updates,
  activities,
  signals,
  timers,
}: HistoryCounts): Omit<HistoryCounts, 'events' | 'workflowTasks'> {
  return { updates, activities, signals, timers };
}
