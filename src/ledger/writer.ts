import { commitOneByOne, commitTogether, JudgeAnew, type Attempt } from './batch.ts';
import { troubleOf } from './connection.ts';
import { PosterUnavailable, type PosterResult } from './poster-contract.ts';
import { ridersOf, type PreparedItem } from './prepared-item.ts';
import { isUpdate, mayOverlap } from './rider-rows.ts';
import { pause, type Session, type Sessions } from './session.ts';

/** The items of one call, which commit together and are answered together. */
export interface Job {
  readonly items: readonly PreparedItem[];
  readonly resolve: (results: readonly PosterResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Attempts after a deadlock, a lock wait or a race of names, beyond the first (quality.md F21). */
export const retriesMax = 3;

/** Connections in a row that may be lost under the same work. */
const lossesMax = 3;

/** Carries out jobs, many in one commit where that works, each by itself where it does not. Never throws. */
export class Writer {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  async write(jobs: readonly Job[]): Promise<void> {
    const items = jobs.flatMap((job) => job.items);
    const attempt: Attempt = { pending: undefined };
    if (!mayOverlap(items.flatMap(ridersOf).filter(isUpdate))) {
      try {
        answer(jobs, await this.#persist((session) => commitTogether(session, items, attempt)));
        return;
      } catch (error) {
        // Whoever caused it is found by doing each job by itself; only a server that is away is everybody's trouble.
        if (error instanceof PosterUnavailable) {
          for (const job of jobs) job.reject(error);
          return;
        }
      }
    }
    for (const job of jobs) await this.#writeAlone(job, { pending: undefined });
  }

  async #writeAlone(job: Job, attempt: Attempt): Promise<void> {
    try {
      job.resolve(await this.#persist((session) => commitOneByOne(session, job.items, attempt)));
    } catch (error) {
      job.reject(isRepeatable(error) ? new PosterUnavailable('The rows stayed busy', { cause: error }) : error);
    }
  }

  /**
   * Does `work` until it is done or known not to be. A lost reply leaves open whether it was: the same work on a new
   * connection waits for the locks that the lost session may still hold, and then looks its names up in the book.
   */
  async #persist<T>(work: (session: Session) => Promise<T>): Promise<T> {
    let losses = 0;
    let retries = 0;
    for (;;) {
      const session = await this.#sessions.current();
      try {
        return await work(session);
      } catch (error) {
        if (troubleOf(error) === 'connection') {
          this.#sessions.drop();
          losses += 1;
          if (losses > lossesMax) throw new PosterUnavailable('The database keeps going away', { cause: error });
        } else {
          await this.#rollBack(session);
          retries += 1;
          if (!isRepeatable(error) || retries > retriesMax) throw error;
          await pause(Math.random() * 5 * retries);
        }
      }
    }
  }

  /** Always explicit: a failed statement alone does not end the database's transaction. */
  async #rollBack(session: Session): Promise<void> {
    try {
      await session.connection.send(['ROLLBACK']);
    } catch {
      // Dropping the session rolls back just as well.
      this.#sessions.drop();
    }
  }
}

function isRepeatable(error: unknown): boolean {
  return error instanceof JudgeAnew || troubleOf(error) === 'contention';
}

function answer(jobs: readonly Job[], results: readonly PosterResult[]): void {
  let next = 0;
  for (const job of jobs) {
    job.resolve(results.slice(next, next + job.items.length));
    next += job.items.length;
  }
}
