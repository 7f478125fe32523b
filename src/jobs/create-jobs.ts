import { setTimeout } from 'node:timers/promises';
import { Worker, type Job } from 'bullmq';
import type { ProcessorSweepPort } from '../domain/counter/processor-port.ts';
import type { AccountSweeps } from '../entities/account-sweeps.ts';
import type { Inbox } from '../entities/events/provider-event-inbox.ts';
import type { ProviderEventRows } from '../entities/events/provider-event-rows.ts';
import type { CallbackDeliveries } from '../entities/events/callback-deliveries.ts';
import type { SavedCards } from '../entities/cards/saved-cards.ts';
import type { UnbegunSales } from '../entities/counter/unbegun-sales.read.ts';
import type { CallbackSender } from './events/callback-sender.ts';
import { deliverCallbacks } from './events/deliver-callbacks.job.ts';
import { deliverCallbacksQueue } from './events/deliver-callbacks.queue.ts';
import { dispatchProviderEvents, type DispatchDependencies } from './events/dispatch-provider-events.job.ts';
import {
  createDispatchProducer,
  dispatchProviderEventsPayload,
  dispatchProviderEventsQueue,
  type DispatchProducer,
} from './events/dispatch-provider-events.queue.ts';
import type { WorkflowMessenger } from './job-ports.ts';
import { startReports, type ReportWork } from './reports/make-reports.job.ts';
import { startRecurringJob, watch, type QueueSurroundings, type RecurringJob } from './recurring-job.ts';
import { keepSchedulesUp, type KeepSchedulesDependencies } from './keep-schedules.job.ts';
import { keepSchedulesQueue } from './keep-schedules.queue.ts';
import { sealBook, type Sealer } from './seal-book.job.ts';
import { sealBookQueue } from './seal-book.queue.ts';
import { sendLetters, type SendLettersDependencies } from './organisations/send-letters.job.ts';
import { sendNotices, type SendNoticesDependencies } from './members/send-notices.job.ts';
import { sendNoticesQueue } from './members/send-notices.queue.ts';
import { sweepInbox } from './events/sweep-inbox.job.ts';
import { sweepInboxQueue } from './events/sweep-inbox.queue.ts';
import { sweepProcessorFees } from './counter/sweep-processor-fees.job.ts';
import { sweepProcessorFeesPayload, sweepProcessorFeesQueue } from './counter/sweep-processor-fees.queue.ts';
import { sweepProviderEvents } from './events/sweep-provider-events.job.ts';
import { sweepProviderEventsQueue } from './events/sweep-provider-events.queue.ts';
import { sweepSavedCards } from './cards/sweep-saved-cards.job.ts';
import { sweepSavedCardsQueue } from './cards/sweep-saved-cards.queue.ts';
import { sweepUnbegunSales } from './counter/sweep-unbegun-sales.job.ts';
import { sweepUnbegunSalesQueue } from './counter/sweep-unbegun-sales.queue.ts';

/** Everything the jobs stand on, handed in by the process that runs them. */
export interface JobsDependencies
  extends
    QueueSurroundings,
    Omit<SendNoticesDependencies & SendLettersDependencies, 'log' | 'now'>,
    KeepSchedulesDependencies {
  readonly rows: ProviderEventRows;
  readonly accounts: AccountSweeps;
  readonly unbegun: UnbegunSales;
  readonly savedCards: SavedCards;
  readonly callbacks: CallbackDeliveries;
  readonly sendCallback: CallbackSender;
  readonly secretOf: (reference: string) => string;
  readonly messenger: WorkflowMessenger;
  /** The inbox that the event sweep fills. */
  readonly openInbox: (onStored: (eventRowIds: readonly string[]) => void) => Inbox;
  readonly sweepFor: (processorAccountId: string) => Promise<ProcessorSweepPort>;
  readonly sealer: Sealer;
  readonly reports: ReportWork;
  readonly now: () => Date;
  readonly every: {
    readonly inboxSweepMs: number;
    readonly eventSweepMs: number;
    readonly quietSweepMs: number;
    readonly feeSweepMs: number;
    readonly unbegunSweepMs: number;
    readonly cardSweepMs: number;
    readonly sealMs: number;
    readonly callbackMs: number;
    readonly noticeMs: number;
    readonly scheduleMs: number;
    readonly reportSweepMs: number;
  };
}

export interface Jobs {
  start(): Promise<void>;
  /** Finishes what is under way, within its patience, then lets go of Redis. */
  close(): Promise<void>;
}

/** Rows are dispatched at once, many at a time: a webhook's way to its sale is what a cashier waits for. */
const dispatchConcurrency = 20;
/** Fees that become known together are asked for together, in ms. */
const feePauseMs = 1_000;

/** The jobs of one process; more processes share the work. */
export function createJobs(deps: JobsDependencies): Jobs {
  const closing: (() => Promise<void>)[] = [];
  return {
    async start() {
      const producer = createDispatchProducer({
        connection: deps.connection,
        prefix: deps.prefix,
        onFailure: (error) => {
          deps.log.warn({ err: error }, 'events could not be queued; the inbox sweep will');
        },
      });
      const inbox = deps.openInbox((eventRowIds) => {
        producer.offer(eventRowIds);
      });
      const recurring = await startRecurring(deps, { producer, inbox });
      const worker = startDispatch(deps, producer, recurring.fees);
      closing.push(
        ...(await startReports(deps)),
        () => worker.close(),
        ...recurring.all.map((job) => () => job.close()),
        () => inbox.close(),
        () => producer.close(),
      );
    },
    async close() {
      const closed = closeInOrder(closing.splice(0));
      const late = await Promise.race([closed, setTimeout(patienceMs(deps), 'late' as const, { ref: false })]);
      if (late === 'late') deps.log.warn({}, 'the jobs did not end in time; what they left open will be done again');
    },
  };
}

async function closeInOrder(closing: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closing) await close();
}

/** Without Redis a worker cannot say goodbye; every row it held is taken again by the inbox sweep. */
function patienceMs({ connection }: JobsDependencies): number {
  return connection.status === 'ready' ? 15_000 : 1_000;
}

function startDispatch(deps: JobsDependencies, producer: DispatchProducer, fees: RecurringJob): Worker {
  const dispatch: DispatchDependencies = {
    ...deps,
    queueLater: (eventRowIds, delayMs) => producer.add(eventRowIds, delayMs),
    askForFees: async (processorAccountId) => {
      const once = { id: processorAccountId, ttl: feePauseMs };
      const opts = { delay: feePauseMs, deduplication: once, removeOnComplete: true, removeOnFail: { count: 100 } };
      await fees.queue.add(sweepProcessorFeesQueue, { processorAccountId }, opts);
    },
  };
  const worker = new Worker(
    dispatchProviderEventsQueue,
    (job: Job<unknown>) => dispatchProviderEvents(dispatch, dispatchProviderEventsPayload.parse(job.data)),
    { connection: deps.connection, prefix: deps.prefix, concurrency: dispatchConcurrency },
  );
  watch(worker, deps);
  return worker;
}

async function startRecurring(
  deps: JobsDependencies,
  { producer, inbox }: { readonly producer: DispatchProducer; readonly inbox: Inbox },
): Promise<{ readonly all: readonly RecurringJob[]; readonly fees: RecurringJob }> {
  const inboxSweep = await startRecurringJob(deps, {
    name: sweepInboxQueue,
    everyMs: deps.every.inboxSweepMs,
    run: () => sweepInbox({ ...deps, queueAgain: (eventRowIds) => producer.add(eventRowIds, 0) }),
  });
  const eventSweep = await startRecurringJob(deps, {
    name: sweepProviderEventsQueue,
    everyMs: deps.every.eventSweepMs,
    run: () => sweepProviderEvents({ ...deps, inbox, quietSweepMs: deps.every.quietSweepMs }),
  });
  const fees = await startRecurringJob(deps, {
    name: sweepProcessorFeesQueue,
    everyMs: deps.every.feeSweepMs,
    run: (payload) => sweepProcessorFees(deps, sweepProcessorFeesPayload.parse(payload)),
  });
  const seal = await startRecurringJob(deps, {
    name: sealBookQueue,
    everyMs: deps.every.sealMs,
    run: () => sealBook(deps.sealer),
  });
  const unbegun = await startRecurringJob(deps, {
    name: sweepUnbegunSalesQueue,
    everyMs: deps.every.unbegunSweepMs,
    run: () => sweepUnbegunSales(deps),
  });
  const callbacks = await startRecurringJob(deps, {
    name: deliverCallbacksQueue,
    everyMs: deps.every.callbackMs,
    run: () => deliverCallbacks(deps),
  });
  const notices = await startRecurringJob(deps, {
    name: sendNoticesQueue,
    everyMs: deps.every.noticeMs,
    run: async () => (await sendNotices(deps)) + (await sendLetters(deps)),
  });
  const savedCards = await startRecurringJob(deps, {
    name: sweepSavedCardsQueue,
    everyMs: deps.every.cardSweepMs,
    run: () => sweepSavedCards(deps),
  });
  return {
    all: [inboxSweep, eventSweep, fees, unbegun, seal, callbacks, notices, savedCards, await startSchedules(deps)],
    fees,
  };
}

function startSchedules(deps: JobsDependencies): Promise<RecurringJob> {
  return startRecurringJob(deps, {
    name: keepSchedulesQueue,
    everyMs: deps.every.scheduleMs,
    run: () => keepSchedulesUp(deps),
  });
}
