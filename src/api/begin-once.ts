import { DomainError } from '../domain/errors.ts';
import {
  claimStatement,
  newRequestId,
  seenRequest,
  seenStatement,
  type SeenRequest,
  type StoredAnswer,
  type WriteRequest,
} from '../entities/idempotency.ts';
import type { AnswerKeeper } from '../entities/answer-keeper.ts';
import { isDuplicate, type SqlPool, type Statement } from '../entities/sql-pool.ts';
import { freshAnswer, replayed, replayOf, requireSameRequest } from './once.ts';
import type { Answer } from './route.ts';
import type { Silence } from './update-calls.ts';

export interface BeginParts {
  readonly pool: SqlPool;
  readonly answers: AnswerKeeper;
}

/** Something that is written down, begun by a workflow, and answered by what became of it. */
export interface Beginning<Snapshot extends { readonly state: string }> {
  readonly write: WriteRequest;
  readonly resourceId: string;
  readonly location: (resourceId: string) => string;
  /** The intention, written with the caller's claim or not at all. */
  readonly insert: readonly Statement[];
  begin(resourceId: string, updateId: string): Promise<Snapshot | Silence>;
  /** A pure function of what never changes and of the outcome, so that it can be given again (decisions D46). */
  render(resourceId: string, snapshot: Snapshot): Promise<StoredAnswer>;
  /** The resource as it stands now, for an outcome that is not known. */
  show(resourceId: string): Promise<StoredAnswer>;
}

/**
 * Does it once per key: a repeated request joins the first one's update and gets its outcome, wherever that one had
 * stopped. What is not known within the deadline is answered with 202 and where to look, and not kept.
 */
export async function beginOnce<Snapshot extends { readonly state: string }>(
  parts: BeginParts,
  work: Beginning<Snapshot>,
): Promise<Answer> {
  const seen = await seenUnder(parts.pool, work.write);
  if (seen !== null) return resume(parts, work, seen);
  const id = newRequestId();
  const claim = { resourceId: work.resourceId, createdAt: new Date().toISOString() };
  try {
    await parts.pool.transact([claimStatement(id, work.write, claim), ...work.insert]);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const other = await seenUnder(parts.pool, work.write);
    if (other === null) throw error;
    return resume(parts, work, other);
  }
  return conclude(parts, work, { id, resourceId: work.resourceId });
}

async function resume<Snapshot extends { readonly state: string }>(
  parts: BeginParts,
  work: Beginning<Snapshot>,
  seen: SeenRequest,
): Promise<Answer> {
  requireSameRequest(seen, work.write);
  if (seen.answer !== null) return replayOf(seen, work.write, work.location(seen.resourceId));
  return replayed(await conclude(parts, work, seen));
}

async function conclude<Snapshot extends { readonly state: string }>(
  parts: BeginParts,
  work: Beginning<Snapshot>,
  { id, resourceId }: Pick<SeenRequest, 'id' | 'resourceId'>,
): Promise<Answer> {
  const outcome = await work.begin(resourceId, id);
  const location = work.location(resourceId);
  if ('state' in outcome) {
    const answer = await work.render(resourceId, outcome);
    if (answer.status !== 202) parts.answers.keep(id, answer);
    return freshAnswer(answer, location);
  }
  if (outcome.kind === 'away')
    throw new DomainError('temporarily_unavailable', 'Nothing is lost: repeat with the same key.');
  const shown = await work.show(resourceId);
  return freshAnswer({ ...shown, status: outcome.kind === 'late' ? 202 : shown.status }, location);
}

async function seenUnder(pool: SqlPool, write: WriteRequest): Promise<SeenRequest | null> {
  const { sql, values } = seenStatement(write);
  return seenRequest(await pool.rows(sql, values));
}
