import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { checkoutTiming, type PaymentSnapshot } from '../../src/domain/payments/payment-snapshot.ts';
import * as messages from '../../src/workflows/payments/interactive-payment.messages.ts';
import type { interactivePayment } from '../../src/workflows/payments/interactive-payment.workflow.ts';
import { startTestTemporal, type TestTemporal } from '../support/temporal.ts';

const released = snapshot({ state: 'released', outcome: 'released_by_host' });
const judging = Promise.withResolvers<undefined>();
const judged = Promise.withResolvers<undefined>();
let temporal: TestTemporal;

beforeAll(async () => {
  let judgements = 0;
  temporal = await startTestTemporal({
    payFromBalance: () => Promise.resolve({ kind: 'settled', payment: snapshot({ state: 'funded' }) }),
    releaseFunds: () => Promise.resolve(released),
    checkBalanceAfter: async () => {
      judgements += 1;
      // The first one is of what was held; the second one of what the payment left in the end.
      if (judgements === 1) return;
      judging.resolve(undefined);
      await judged.promise;
    },
  });
});
afterAll(() => temporal.close());

function snapshot(given: Partial<PaymentSnapshot>): PaymentSnapshot {
  return {
    state: 'created',
    outcome: null,
    attentionReason: null,
    topUp: null,
    asOf: '2026-11-21T00:00:00Z',
    ...given,
  };
}

describe('interactivePayment', () => {
  it('[F19] answers a booking that comes while what a released payment left is judged, and ends', async () => {
    const start = new WithStartWorkflowOperation<typeof interactivePayment>('interactivePayment', {
      workflowId: messages.interactivePaymentWorkflowId(randomUUID()),
      taskQueue: temporal.taskQueue,
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{ schema: 1, paymentId: 'pay_1', timing: checkoutTiming }],
    });
    const begun = { startWorkflowOperation: start };
    await temporal.client.workflow.executeUpdateWithStart(messages.beginPayment, begun);
    const handle = await start.workflowHandle();
    expect((await handle.executeUpdate(messages.cancelPayment)).state).toBe('released');
    await judging.promise;
    const late = { args: [{ bookingId: 'bkg_1' }] as [{ bookingId: string }], waitForStage: 'ACCEPTED' as const };
    const booking = await handle.startUpdate(messages.bookPayment, late);
    judged.resolve(undefined);
    expect(await booking.result()).toEqual(released);
    expect(await handle.result()).toEqual(released);
  });
});
