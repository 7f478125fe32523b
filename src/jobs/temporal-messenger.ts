import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { autoTopUpWorkflowId, cardSaved } from '../workflows/cards/auto-top-up.messages.ts';
import { cardReviewNeeded, cardReviewWorkflowId } from '../workflows/cards/card-review.messages.ts';
import { correctionTiming } from '../domain/reconciliation/correction.ts';
import { correctionWorkflowId } from '../workflows/reconciliation/correction.messages.ts';
import { internalRefundWorkflowId } from '../workflows/organisations/internal-refund.messages.ts';
import { strayMoneyWorkflowId } from '../workflows/payments/stray-money.messages.ts';
import type { strayMoney } from '../workflows/payments/stray-money.workflow.ts';
import { refundNews, refundWorkflowId } from '../workflows/payments/refund.messages.ts';
import type { CheckoutTiming } from '../domain/payments/payment-snapshot.ts';
import type { RefundTiming } from '../domain/payments/refund-snapshot.ts';
import type { UnbegunMoney } from '../entities/counter/unbegun-sales.read.ts';
import { cardNews, interactivePaymentWorkflowId } from '../workflows/payments/interactive-payment.messages.ts';
import { manualTopUpWorkflowId } from '../workflows/cards/manual-top-up.messages.ts';
import { paymentBatchWorkflowId } from '../workflows/payments/payment-batch.messages.ts';
import { payoutNews, payoutWorkflowId } from '../workflows/settlement/payout.messages.ts';
import { lateEventWorkflowId } from '../workflows/payments/late-event.messages.ts';
import type { lateEvent } from '../workflows/payments/late-event.workflow.ts';
import { processorFeesWorkflowId } from '../workflows/counter/processor-fees.messages.ts';
import type { processorFees } from '../workflows/counter/processor-fees.workflow.ts';
import { providerEvent, terminalSaleWorkflowId } from '../workflows/counter/terminal-sale.messages.ts';
import type { SaleTiming } from '../domain/counter/sale-timing.ts';
import type { terminalSale } from '../workflows/counter/terminal-sale.workflow.ts';
import type { WorkflowMessenger } from './job-ports.ts';

export interface TemporalMessengerOptions {
  readonly client: Client;
  /** Where late events and fees are worked on. */
  readonly taskQueue: string;
  /** Where payouts are worked on. */
  readonly bulkTaskQueue: string;
  /** The patience of a sale that nobody began. */
  readonly saleTiming: SaleTiming;
  /** The same of a member's payment or top-up. */
  readonly checkoutTiming: CheckoutTiming;
  readonly refundTiming: RefundTiming;
  /** A call that takes longer is given up and made again by the job, in ms. */
  readonly deadlineMs?: number;
}

const feesPerPage = 50;

/** Speaks to the workflows by Temporal's client. A server that is away throws, so that the job is tried again. */
export function createTemporalMessenger(options: TemporalMessengerOptions): WorkflowMessenger {
  const { client, taskQueue } = options;
  const within = <T>(call: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + (options.deadlineMs ?? 5_000), call);
  const signal = (workflowId: string, send: (handle: WorkflowHandle) => Promise<void>): Promise<'signaled' | 'over'> =>
    orIf(WorkflowNotFoundError, 'over', () =>
      within(async () => {
        await send(client.workflow.getHandle(workflowId));
        return 'signaled' as const;
      }),
    );
  const wake = async (type: string, workflowId: string, call: Waking): Promise<void> => {
    await within(() => client.workflow.signalWithStart(type, { taskQueue, ...call, workflowId }));
  };
  const startOnce: StartOnce = async (type, workflowId, call) => {
    const start = { ...call, workflowId, taskQueue, workflowIdReusePolicy: 'REJECT_DUPLICATE' } as const;
    await orIf(WorkflowExecutionAlreadyStartedError, null, () => within(() => client.workflow.start(type, start)));
  };
  return {
    signalSale: (saleId, pointer) =>
      signal(terminalSaleWorkflowId(saleId), (handle) => handle.signal(providerEvent, pointer)),
    signalCardNews: (workflowId) => signal(workflowId, (handle) => handle.signal(cardNews)),
    signalRefundNews: (workflowId) => signal(workflowId, (handle) => handle.signal(refundNews)),
    reviewCard: (cardTransactionId) =>
      wake('cardReview', cardReviewWorkflowId(cardTransactionId), {
        args: [{ schema: 1, cardTransactionId }],
        signal: cardReviewNeeded,
      }),
    keepStrayMoney: (processorAccountId, paymentRef) =>
      startOnce('strayMoney', strayMoneyWorkflowId(paymentRef), {
        args: [{ schema: 1, processorAccountId, paymentRef }] satisfies Parameters<typeof strayMoney>,
      }),
    tellCardSaved: (memberId) =>
      wake('autoTopUp', autoTopUpWorkflowId(memberId), { args: [{ schema: 1, memberId }], signal: cardSaved }),
    tellPayout: (payoutId) => wake('payout', payoutWorkflowId(payoutId), payoutWaking(options, payoutId)),
    startLateEvent: (late) =>
      startOnce('lateEvent', lateEventWorkflowId(late.eventRowId), {
        args: [{ schema: 1, ...late }] satisfies Parameters<typeof lateEvent>,
        staticSummary: `late event of sale ${late.saleId}`,
      }),
    startSale: (saleId) =>
      startOnce('terminalSale', terminalSaleWorkflowId(saleId), {
        args: [{ schema: 1, saleId, timing: options.saleTiming }] satisfies Parameters<typeof terminalSale>,
      }),
    startMemberMoney: (money) => startMemberMoney(options, startOnce, money),
    startProcessorFees: (processorAccountId) => within(() => startFees(options, processorAccountId)),
  };
}

interface Waking {
  readonly args: unknown[];
  readonly signal: SignalDefinition;
  readonly taskQueue?: string;
}

function payoutWaking({ bulkTaskQueue: taskQueue }: TemporalMessengerOptions, payoutId: string): Waking {
  return { args: [{ schema: 1, payoutId }], signal: payoutNews, taskQueue };
}

/** One that runs, or has run, is left alone. */
type StartOnce = (
  type: string,
  workflowId: string,
  call: { readonly args: unknown[]; readonly staticSummary?: string },
) => Promise<void>;

async function startMemberMoney(
  { checkoutTiming: timing, refundTiming }: TemporalMessengerOptions,
  startOnce: StartOnce,
  { payments, batches, topUps, refunds, internalRefunds, corrections }: UnbegunMoney,
): Promise<void> {
  const start = (type: string, workflowId: string, input: object): Promise<void> =>
    startOnce(type, workflowId, { args: [{ schema: 1, ...input }] });
  for (const paymentId of payments)
    await start('interactivePayment', interactivePaymentWorkflowId(paymentId), { timing, paymentId });
  for (const batchId of batches) await start('paymentBatch', paymentBatchWorkflowId(batchId), { timing, batchId });
  for (const topUpId of topUps) await start('manualTopUp', manualTopUpWorkflowId(topUpId), { timing, topUpId });
  for (const refundId of refunds) await start('refund', refundWorkflowId(refundId), { timing: refundTiming, refundId });
  for (const internalRefundId of internalRefunds) {
    const input = { beginMs: refundTiming.beginMs, internalRefundId };
    await start('internalRefund', internalRefundWorkflowId(internalRefundId), input);
  }
  for (const correctionId of corrections)
    await start('correction', correctionWorkflowId(correctionId), { ...correctionTiming, correctionId });
}

async function startFees({ client, taskQueue }: TemporalMessengerOptions, processorAccountId: string): Promise<void> {
  const start = {
    args: [{ schema: 1, processorAccountId, pageSize: feesPerPage }] as Parameters<typeof processorFees>,
    taskQueue,
    workflowId: processorFeesWorkflowId(processorAccountId),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
  } as const;
  await client.workflow.start<typeof processorFees>('processorFees', start);
}

/** `value` where the answer is that kind of error; any other error is thrown. */
async function orIf<T, V>(
  kind: abstract new (...args: never[]) => Error,
  value: V,
  call: () => Promise<T>,
): Promise<T | V> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof kind) return value;
    throw error;
  }
}
