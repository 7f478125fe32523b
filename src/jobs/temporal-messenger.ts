import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { autoTopUpWorkflowId, cardSaved } from '../workflows/auto-top-up.messages.ts';
import type { CheckoutTiming } from '../domain/payment-snapshot.ts';
import type { UnbegunMoney } from '../entities/unbegun-sales.read.ts';
import { cardNews, interactivePaymentWorkflowId } from '../workflows/interactive-payment.messages.ts';
import { manualTopUpWorkflowId } from '../workflows/manual-top-up.messages.ts';
import { paymentBatchWorkflowId } from '../workflows/payment-batch.messages.ts';
import { lateEventWorkflowId } from '../workflows/late-event.messages.ts';
import type { lateEvent } from '../workflows/late-event.workflow.ts';
import { processorFeesWorkflowId } from '../workflows/processor-fees.messages.ts';
import type { processorFees } from '../workflows/processor-fees.workflow.ts';
import { providerEvent, terminalSaleWorkflowId } from '../workflows/terminal-sale.messages.ts';
import type { SaleTiming } from '../domain/sale-timing.ts';
import type { terminalSale } from '../workflows/terminal-sale.workflow.ts';
import type { WorkflowMessenger } from './job-ports.ts';

export interface TemporalMessengerOptions {
  readonly client: Client;
  /** Where late events and fees are worked on. */
  readonly taskQueue: string;
  /** The patience of a sale that nobody began. */
  readonly saleTiming: SaleTiming;
  /** The same of a member's payment or top-up. */
  readonly checkoutTiming: CheckoutTiming;
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
  return {
    signalSale: (saleId, pointer) =>
      signal(terminalSaleWorkflowId(saleId), (handle) => handle.signal(providerEvent, pointer)),
    signalCardNews: (workflowId) => signal(workflowId, (handle) => handle.signal(cardNews)),
    async tellCardSaved(memberId) {
      const start = { workflowId: autoTopUpWorkflowId(memberId), taskQueue, args: [{ schema: 1, memberId }] };
      await within(() => client.workflow.signalWithStart('autoTopUp', { ...start, signal: cardSaved }));
    },
    async startLateEvent(late) {
      const start = {
        args: [{ schema: 1, ...late }] as Parameters<typeof lateEvent>,
        taskQueue,
        workflowId: lateEventWorkflowId(late.eventRowId),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: `late event of sale ${late.saleId}`,
      } as const;
      await orIf(WorkflowExecutionAlreadyStartedError, null, () =>
        within(() => client.workflow.start<typeof lateEvent>('lateEvent', start)),
      );
    },
    async startSale(saleId) {
      const start = {
        args: [{ schema: 1, saleId, timing: options.saleTiming }] as Parameters<typeof terminalSale>,
        taskQueue,
        workflowId: terminalSaleWorkflowId(saleId),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      } as const;
      await orIf(WorkflowExecutionAlreadyStartedError, null, () =>
        within(() => client.workflow.start<typeof terminalSale>('terminalSale', start)),
      );
    },
    startMemberMoney: (money) => startMemberMoney(options, within, money),
    startProcessorFees: (processorAccountId) => within(() => startFees(options, processorAccountId)),
  };
}

type Within = <T>(call: () => Promise<T>) => Promise<T>;

async function startMemberMoney(
  { client, taskQueue, checkoutTiming: timing }: TemporalMessengerOptions,
  within: Within,
  { payments, batches, topUps }: UnbegunMoney,
): Promise<void> {
  const start = (type: string, workflowId: string, input: object): Promise<unknown> =>
    orIf(WorkflowExecutionAlreadyStartedError, null, () =>
      within(() =>
        client.workflow.start(type, {
          workflowId,
          taskQueue,
          args: [{ schema: 1, timing, ...input }],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        }),
      ),
    );
  for (const paymentId of payments)
    await start('interactivePayment', interactivePaymentWorkflowId(paymentId), { paymentId });
  for (const batchId of batches) await start('paymentBatch', paymentBatchWorkflowId(batchId), { batchId });
  for (const topUpId of topUps) await start('manualTopUp', manualTopUpWorkflowId(topUpId), { topUpId });
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
