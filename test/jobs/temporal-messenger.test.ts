import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTemporalMessenger } from '../../src/jobs/temporal-messenger.ts';
import { lateEventWorkflowId } from '../../src/workflows/payments/late-event.messages.ts';
import { processorFeesWorkflowId } from '../../src/workflows/counter/processor-fees.messages.ts';
import { terminalSaleWorkflowId } from '../../src/workflows/counter/terminal-sale.messages.ts';
import { checkoutTiming } from '../../src/domain/payments/payment-snapshot.ts';
import { refundTiming } from '../../src/domain/payments/refund-snapshot.ts';
import { productionSaleTiming } from '../../src/domain/counter/sale-timing.ts';
import { startTestTemporal, type TestTemporal } from '../support/temporal.ts';
import { until } from '../support/until.ts';

let temporal: TestTemporal;
const calls: string[] = [];
let finishFees: () => void = () => undefined;

beforeAll(async () => {
  temporal = await startTestTemporal({
    settleLateEvent: async ({ eventRowId }: { eventRowId: string }) => {
      calls.push(`late ${eventRowId}`);
      return { kind: 'settled', reason: 'the book agrees' };
    },
    postProcessorFees: async () => {
      calls.push('fees');
      await new Promise<void>((finish) => (finishFees = finish));
      return { posted: 0, more: false };
    },
    lapseSale: async ({ saleId }: { saleId: string }) => {
      calls.push(`lapse ${saleId}`);
      return { state: 'never_begun', attempt: 0, attentionReason: null };
    },
    advanceSale: async () => {
      calls.push('advance');
      return { state: 'canceled', attempt: 1, attentionReason: null };
    },
  });
});
afterAll(() => temporal.close());

const saleTiming = { ...productionSaleTiming, beginMs: 20 };
const timings = { saleTiming, checkoutTiming, refundTiming };
const messenger = () =>
  createTemporalMessenger({
    client: temporal.client,
    taskQueue: temporal.taskQueue,
    bulkTaskQueue: temporal.taskQueue,
    ...timings,
  });
const pointer = { eventRowId: 'pev_1', type: 'payment_intent.succeeded', objectId: 'pi_1' };

describe('the way from the jobs to the workflows', () => {
  it('wakes a sale that runs, and says when it is over', async () => {
    const saleId = randomUUID();
    expect(await messenger().signalSale(saleId, pointer)).toBe('over');
    const handle = await temporal.client.workflow.start('terminalSale', {
      args: [{ schema: 1, saleId, timing: productionSaleTiming }],
      taskQueue: temporal.taskQueue,
      workflowId: terminalSaleWorkflowId(saleId),
    });
    expect(await messenger().signalSale(saleId, pointer)).toBe('signaled');
    expect(await handle.result()).toMatchObject({ state: 'canceled' });
    expect(await messenger().signalSale(saleId, pointer)).toBe('over');
  });

  it('ends a sale that nobody began by its own clock, and leaves one that has run alone', async () => {
    const saleId = randomUUID();
    await Promise.all([messenger().startSale(saleId), messenger().startSale(saleId)]);
    const handle = temporal.client.workflow.getHandle(terminalSaleWorkflowId(saleId));
    expect(await handle.result()).toMatchObject({ state: 'never_begun' });
    await messenger().startSale(saleId);
    expect(calls.filter((call) => call === `lapse ${saleId}`)).toHaveLength(1);
  });

  it('starts one workflow for a late event, however often it is asked', async () => {
    const late = { eventRowId: randomUUID(), saleId: 'sal_1' };
    await Promise.all([messenger().startLateEvent(late), messenger().startLateEvent(late)]);
    await temporal.client.workflow.getHandle(lateEventWorkflowId(late.eventRowId)).result();
    await messenger().startLateEvent(late);
    expect(calls.filter((call) => call === `late ${late.eventRowId}`)).toHaveLength(1);
  });

  it('starts the posting of fees once at a time, and again when it has ended', async () => {
    const account = randomUUID();
    await messenger().startProcessorFees(account);
    await messenger().startProcessorFees(account);
    await until(() => calls.includes('fees'));
    finishFees();
    await temporal.client.workflow.getHandle(processorFeesWorkflowId(account)).result();
    expect(calls.filter((call) => call === 'fees')).toHaveLength(1);
    await messenger().startProcessorFees(account);
    await until(() => calls.filter((call) => call === 'fees').length === 2);
    finishFees();
  });
});

describe('every message of a workflow', () => {
  const folder = resolve(__dirname, '../../src/workflows');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  const defined = sources
    .filter(({ name }) => name.endsWith('.messages.ts'))
    .flatMap(({ text }) =>
      [...text.matchAll(/export const (\w+) = define(?:Signal|Update|Query)\b/g)].map(([, message]) => message!),
    );

  it('has a handler in a workflow [F11]', () => {
    const workflows = sources.filter(({ name }) => name.endsWith('.workflow.ts')).map(({ text }) => text);
    const unhandled = defined.filter(
      (message) => !workflows.some((text) => new RegExp(`setHandler\\(\\s*${message},`).test(text)),
    );
    expect(defined).toContain('providerEvent');
    expect(unhandled).toEqual([]);
  });
});
