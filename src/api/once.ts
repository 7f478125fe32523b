import { DomainError } from '../domain/errors.ts';
import { retryDeadlock } from '../entities/deadlock.ts';
import {
  onceInTransaction,
  type Done,
  type SeenRequest,
  type StoredAnswer,
  type WriteRequest,
} from '../entities/idempotency.ts';
import { unitOfWork, type Orm } from '../entities/orm.ts';
import { isDuplicate } from '../entities/sql-pool.ts';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Answer } from './route.ts';

/**
 * Does a write in one transaction, once per idempotency key if there is one, and again if it met another one's locks or
 * made what another one made at the same moment: the second time it finds that, and says what it has to say about it. So
 * `work` does everything by `em`: what it did elsewhere would stay when the transaction is given up, and happen twice.
 */
export async function once(
  orm: Orm,
  write: WriteRequest | null,
  work: (em: SqlEntityManager) => Promise<Done>,
): Promise<Answer> {
  const tried = () =>
    unitOfWork(orm).transactional(async (em) => {
      return write === null ? { done: await work(em) } : onceInTransaction(em, write, () => work(em));
    });
  const result = await retryDeadlock(() => lookingAgain(tried));
  if ('done' in result) return freshAnswer(result.done.answer, result.done.resourceId);
  return replayOf(result.seen, write);
}

/** What is a duplicate when it is looked at again is one. */
async function lookingAgain<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return work();
  }
}

/** The first answer to a request; `location` is where what it made, or is making, can be found. */
export function freshAnswer(answer: StoredAnswer, location: string): Answer {
  const somewhere = answer.status === 201 || answer.status === 202;
  return { ...answer, ...(somewhere ? { headers: { Location: location } } : {}) };
}

/**
 * The answer to a request that was seen before: the same bytes again, `idempotency_key_reused` for another request under
 * the key, `idempotency_key_in_progress` while the first one is still at work and cannot be joined.
 */
export function replayOf(seen: SeenRequest, write: WriteRequest | null, location: string = seen.resourceId): Answer {
  requireSameRequest(seen, write);
  if (seen.answer === null) {
    throw new DomainError('idempotency_key_in_progress', 'The first request with this key is still under way.');
  }
  return replayed(freshAnswer(seen.answer, location));
}

/** Refuses a key that came with another request before. */
export function requireSameRequest(seen: SeenRequest, write: WriteRequest | null): void {
  if (seen.hash === write?.hash) return;
  throw new DomainError('idempotency_key_reused', 'This key was used for another request; take a new one.');
}

/** Marks an answer as given before. */
export function replayed(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, 'Idempotent-Replayed': 'true' } };
}

/** Whether an answer was given before: what came of `work` this time, if anything, did not happen. */
export function isReplayed({ headers }: Answer): boolean {
  return headers?.['Idempotent-Replayed'] === 'true';
}

/** What was made and the answer about it, rendered now so that its bytes can be given again. */
export function made(status: number, resourceId: string, body: unknown): Done {
  return { resourceId, answer: { status, body: JSON.stringify(body) } };
}
