import { Worker, type Job } from 'bullmq';
import { createReportProducer, makeReportsPayload, makeReportsQueue, sweepReportsQueue } from './make-reports.queue.ts';
import { startRecurringJob, watch, type QueueSurroundings } from '../recurring-job.ts';

/** How reports are made; handed in, since a job knows nothing of what is in them. */
export interface ReportWork {
  /** Makes the report from its row; does nothing about one that is made, or that somebody makes. */
  readonly make: (reportJobId: string) => Promise<void>;
  readonly forgotten: () => Promise<readonly string[]>;
  readonly expire: () => Promise<number>;
}

export interface MakeReportsDependencies extends QueueSurroundings {
  readonly reports: ReportWork;
  readonly every: { readonly reportSweepMs: number };
}

/** Reports of one process at a time: each reads much, and the counter comes first. */
const reportConcurrency = 2;

/**
 * Makes reports as they are asked for, and looks for those that were forgotten: Redis may have been away when they were
 * asked for, or a process killed while it made one. Answers how to end.
 */
export async function startReports(deps: MakeReportsDependencies): Promise<readonly (() => Promise<void>)[]> {
  const { connection, prefix, reports, log } = deps;
  const producer = createReportProducer({
    ...{ connection, prefix },
    onFailure: (error) => {
      log.warn({ err: error }, 'a report could not be queued; the sweep will');
    },
  });
  const worker = new Worker(
    makeReportsQueue,
    async (job: Job<unknown>) => reports.make(makeReportsPayload.parse(job.data).reportJobId),
    { connection, prefix, concurrency: reportConcurrency },
  );
  watch(worker, deps);
  const sweep = await startRecurringJob(deps, {
    name: sweepReportsQueue,
    everyMs: deps.every.reportSweepMs,
    run: async () => {
      for (const id of await reports.forgotten()) await producer.add(id);
      return reports.expire();
    },
  });
  return [() => worker.close(), () => sweep.close(), () => producer.close()];
}
