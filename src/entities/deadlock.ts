import { isDeadlock } from './sql-pool.ts';

const triesMax = 5;
/** Waiting for locks costs a caller time; after this they hear of it, and may ask again. */
const patienceMs = 5_000;

/**
 * Does `work`, which is one transaction, again when the database gave it up for the sake of another: nothing of it was
 * done, and the winner's rows are there the next time. Not for what does more than its transaction.
 */
export async function retryDeadlock<T>(work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isLate = performance.now() - began > patienceMs;
      if (!isDeadlock(error) || isLate || attempt === triesMax) throw error;
    }
  }
}
