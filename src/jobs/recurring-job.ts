import { Queue, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobLog, JobMetrics } from './job-ports.ts';

/** How jobs reach Redis, and whom they tell. */
export interface QueueSurroundings {
  readonly connection: Redis;
  readonly prefix: string;
  readonly log: JobLog;
  readonly metrics: JobMetrics;
}

export interface RecurringJobOptions {
  readonly name: string;
  readonly everyMs: number;
  /** One run; its payload is empty unless somebody asked for a run of their own. */
  readonly run: (payload: unknown) => Promise<unknown>;
}

export interface RecurringJob {
  readonly queue: Queue;
  close(): Promise<void>;
}

/** Kept to look at; a recurring job's value is in its running. */
const kept = { removeOnComplete: { count: 20 }, removeOnFail: { count: 200 } };

/**
 * Runs something again and again, in one process at a time. The schedule itself lives in Redis, so it is looked after:
 * when Redis was emptied, it is written anew.
 */
export async function startRecurringJob(
  surroundings: QueueSurroundings,
  options: RecurringJobOptions,
): Promise<RecurringJob> {
  const { connection, prefix, log } = surroundings;
  const queue = new Queue(options.name, { connection, prefix });
  queue.on('error', (error) => {
    log.warn({ err: error, queue: options.name }, 'a queue has lost Redis');
  });
  const worker = new Worker(options.name, async (job: Job) => options.run(job.data), { connection, prefix });
  watch(worker, surroundings);
  await schedule(queue, options);
  const care = setInterval(
    () => {
      reschedule(queue, options).catch((error: unknown) => {
        log.warn({ err: error, queue: options.name }, 'a schedule could not be looked after');
      });
    },
    Math.max(options.everyMs, 1_000),
  );
  return {
    queue,
    close: async () => {
      clearInterval(care);
      await worker.close();
      await queue.close();
    },
  };
}

/** Says what goes wrong in a worker: without a listener an error would end the process. */
export function watch(worker: Worker, surroundings: Pick<QueueSurroundings, 'log' | 'metrics'>): void {
  worker.on('error', (error) => {
    surroundings.log.warn({ err: error, queue: worker.name }, 'a worker has lost Redis');
  });
  worker.on('failed', (job, error) => {
    surroundings.metrics.jobFailed(worker.name);
    surroundings.log.warn(
      { err: error, queue: worker.name, jobId: job?.id, attempts: job?.attemptsMade },
      'a job failed',
    );
  });
}

async function reschedule(queue: Queue, options: RecurringJobOptions): Promise<void> {
  if ((await queue.getJobScheduler(options.name)) === undefined) await schedule(queue, options);
}

async function schedule(queue: Queue, options: RecurringJobOptions): Promise<void> {
  await queue.upsertJobScheduler(
    options.name,
    { every: options.everyMs },
    { name: options.name, data: {}, opts: kept },
  );
}
