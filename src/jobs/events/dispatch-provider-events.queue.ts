import { clearTimeout, setTimeout as startTimer } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';

export const dispatchProviderEventsQueue = 'dispatch-provider-events';

/** Rows of the inbox to be dispatched; a pointer, so that losing the job loses nothing. */
export const dispatchProviderEventsPayload = z.strictObject({
  eventRowIds: z.array(z.string()).min(1),
});
export type DispatchProviderEventsPayload = z.infer<typeof dispatchProviderEventsPayload>;

/** Rows of one job: few enough that an urgent event does not wait for many others, enough to share their reads. */
const rowsPerJob = 25;
/** More than this waiting for Redis is left to the inbox sweep. */
const waitingAtMost = 5_000;
const addAtMostMs = 2_000;
const stormRows = 8;
const gatherMs = 5;

export interface DispatchProducerOptions {
  readonly connection: Redis;
  readonly prefix: string;
  /** Told when jobs could not be queued; the inbox sweep then does it. */
  readonly onFailure: (error: unknown) => void;
}

export interface DispatchProducer {
  /** Queues rows for dispatch, best effort and without making the caller wait; many calls share one round trip. */
  offer(eventRowIds: readonly string[]): void;
  /** Queues rows for dispatch after `delayMs`, and says when that is done. */
  add(eventRowIds: readonly string[], delayMs: number): Promise<void>;
  close(): Promise<void>;
}

/** The queue's way in, for whoever stores events. */
export function createDispatchProducer(options: DispatchProducerOptions): DispatchProducer {
  const queue = new Queue<DispatchProviderEventsPayload>(dispatchProviderEventsQueue, {
    connection: options.connection,
    prefix: options.prefix,
    defaultJobOptions: jobOptions,
  });
  queue.on('error', options.onFailure);
  return new GroupedProducer(queue, options.onFailure);
}

// A failed job is tried again at once, for a blip; what stays broken longer is the inbox sweep's.
const jobOptions = {
  attempts: 4,
  backoff: { type: 'exponential', delay: 200 },
  removeOnComplete: { count: 200 },
  removeOnFail: { count: 1_000 },
};

class GroupedProducer implements DispatchProducer {
  readonly #queue: Queue<DispatchProviderEventsPayload>;
  readonly #onFailure: (error: unknown) => void;
  #waiting: string[] = [];
  #adding: Promise<void> | null = null;

  constructor(queue: Queue<DispatchProviderEventsPayload>, onFailure: (error: unknown) => void) {
    this.#queue = queue;
    this.#onFailure = onFailure;
  }

  offer(eventRowIds: readonly string[]): void {
    if (this.#waiting.length < waitingAtMost) this.#waiting.push(...eventRowIds);
    this.#adding ??= this.#addWaiting();
  }

  async add(eventRowIds: readonly string[], delayMs: number): Promise<void> {
    const jobs = chunks(eventRowIds).map((rows) => ({
      name: dispatchProviderEventsQueue,
      data: { eventRowIds: rows },
      opts: delayMs > 0 ? { delay: delayMs } : {},
    }));
    if (jobs.length > 0) await this.#queue.addBulk(jobs);
  }

  async close(): Promise<void> {
    await this.#adding;
    await this.#queue.close();
  }

  async #addWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const rows = this.#waiting;
      this.#waiting = [];
      await withinTime(this.add(rows, 0)).catch(this.#onFailure);
      // The events of one sale go at once; in a storm those of some milliseconds go together, which costs all less.
      if (rows.length >= stormRows) await setTimeout(gatherMs);
    }
    this.#adding = null;
  }
}

/** While Redis is away an addition waits for it; nobody should wait with it, least of all a shutdown. */
async function withinTime(adding: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = startTimer(() => {
    late.reject(new Error(`Redis did not take events within ${addAtMostMs} ms.`));
  }, addAtMostMs);
  try {
    await Promise.race([adding, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function chunks(ids: readonly string[]): string[][] {
  const jobs: string[][] = [];
  for (let at = 0; at < ids.length; at += rowsPerJob) jobs.push(ids.slice(at, at + rowsPerJob));
  return jobs;
}
