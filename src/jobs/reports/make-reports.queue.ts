import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';

export const makeReportsQueue = 'make-reports';
export const sweepReportsQueue = 'sweep-reports';

/** A pointer to the row, which has all that is needed: losing the job loses nothing. */
export const makeReportsPayload = z.strictObject({ reportJobId: z.string() });
export type MakeReportsPayload = z.infer<typeof makeReportsPayload>;

export interface ReportProducer {
  /** Queues a report, best effort and without making the caller wait. */
  offer(reportJobId: string): void;
  /** Queues it, and says when that is done. */
  add(reportJobId: string): Promise<void>;
  close(): Promise<void>;
}

/** The queue's way in, for whoever writes down that a report is wanted. `onFailure` is told; the sweep then does it. */
export function createReportProducer(options: {
  readonly connection: Redis;
  readonly prefix: string;
  readonly onFailure: (error: unknown) => void;
}): ReportProducer {
  const queue = new Queue<MakeReportsPayload>(makeReportsQueue, {
    connection: options.connection,
    prefix: options.prefix,
    // One job per report at a time; how often it is tried is counted in its row.
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  queue.on('error', options.onFailure);
  const add = async (reportJobId: string): Promise<void> => {
    await queue.add(makeReportsQueue, { reportJobId }, { jobId: reportJobId });
  };
  return {
    add,
    offer: (reportJobId) => {
      add(reportJobId).catch(options.onFailure);
    },
    close: () => queue.close(),
  };
}
