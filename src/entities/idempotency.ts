import type { SqlEntityManager } from '@mikro-orm/sql';
import { idempotencyRequestId, type IdempotencyRequestId } from '../domain/ids.ts';
import { invariant } from '../domain/invariant.ts';
import { newId } from './new-id.ts';
import type { IdempotencyState } from './idempotency-request.entity.ts';
import { isDuplicate, sqlTime, textOf, type SqlPool, type SqlRow, type Statement } from './sql-pool.ts';

/** A caller's write: whose key it is, the key itself, and a digest of method, path and body. */
export interface WriteRequest {
  readonly tenant: string;
  readonly key: string;
  readonly hash: string;
}

/** A request that was seen before, with its answer once there is one. */
export interface SeenRequest {
  readonly id: IdempotencyRequestId;
  readonly hash: string;
  readonly resourceId: string;
  readonly state: IdempotencyState;
  readonly answer: StoredAnswer | null;
}

/** The bytes that are given again (decisions D46). */
export interface StoredAnswer {
  readonly status: number;
  readonly body: string;
}

const columns = 'id, request_hash, resource_id, state, status, body';

/** Finds what is known under a caller's key; for a packet with other queries. */
export function seenStatement(request: WriteRequest): Statement {
  return {
    sql: `SELECT ${columns} FROM idempotency_request WHERE tenant = ? AND idempotency_key = ?`,
    values: [request.tenant, request.key],
  };
}

/** The row that `seenStatement` found. */
export function seenRequest(rows: readonly SqlRow[] | undefined): SeenRequest | null {
  const row = rows?.[0];
  if (row === undefined) return null;
  const status = row['status'];
  return {
    id: idempotencyRequestId(textOf(row, 'id')),
    hash: textOf(row, 'request_hash'),
    resourceId: textOf(row, 'resource_id'),
    state: row['state'] === 'done' ? 'done' : 'running',
    answer: typeof status === 'number' ? { status, body: textOf(row, 'body') } : null,
  };
}

/** Writes the claim; a duplicate key error says that another request was faster. */
export function claimStatement(id: IdempotencyRequestId, request: WriteRequest, claim: Claim): Statement {
  return {
    sql: `INSERT INTO idempotency_request (id, tenant, idempotency_key, request_hash, resource_id, state, created_at)
      VALUES (?, ?, ?, ?, ?, 'running', ?)`,
    values: [id, request.tenant, request.key, request.hash, claim.resourceId, sqlTime(claim.createdAt)],
  };
}
export interface Claim {
  readonly resourceId: string;
  readonly createdAt: string;
  /** Written with the claim or not at all, such as a line of the audit. */
  readonly with?: readonly Statement[];
}

/** A fresh identifier of a request; a sale's or command's update has the same one, so that it can be attached to. */
export function newRequestId(): IdempotencyRequestId {
  return idempotencyRequestId(newId('idempotencyRequest'));
}

/**
 * Claims a key for work that lives outside the database. Answers the request as it stands: ours if `fresh`, else
 * another's, perhaps with its answer.
 */
export async function claimRequest(
  pool: SqlPool,
  request: WriteRequest,
  claim: Claim,
): Promise<{ readonly fresh: boolean; readonly seen: SeenRequest }> {
  const id = newRequestId();
  try {
    await pool.transact([claimStatement(id, request, claim), ...(claim.with ?? [])]);
    return { fresh: true, seen: { id, ...request, resourceId: claim.resourceId, state: 'running', answer: null } };
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const { sql, values } = seenStatement(request);
    const seen = seenRequest(await pool.rows(sql, values));
    if (seen === null) throw error;
    return { fresh: false, seen };
  }
}

/** Keeps the answer. The first one stands: it is a function of the outcome, so a second writer has the same. */
export async function storeAnswer(pool: SqlPool, id: IdempotencyRequestId, answer: StoredAnswer): Promise<void> {
  await pool.run(
    `UPDATE idempotency_request SET state = 'done', status = ?, body = ?, finished_at = UTC_TIMESTAMP(6)
      WHERE id = ? AND state = 'running'`,
    [answer.status, answer.body, id],
  );
}

/** What a piece of work made, and what is said about it. */
export interface Done {
  readonly resourceId: string;
  readonly answer: StoredAnswer;
}

/**
 * Does `work` once under the caller's key, both in the open transaction of `em`: a second caller with the same key
 * waits for the first one's commit. Answers what was done, or what had been seen under the key before.
 */
export async function onceInTransaction(
  em: SqlEntityManager,
  request: WriteRequest,
  work: () => Promise<Done>,
): Promise<{ readonly done: Done } | { readonly seen: SeenRequest }> {
  const id = newRequestId();
  const { sql, values } = claimStatement(id, request, { resourceId: '', createdAt: new Date().toISOString() });
  const inserted: { affectedRows: number } = await em.execute(
    sql.replace('INSERT', 'INSERT IGNORE'),
    [...values],
    'run',
  );
  if (inserted.affectedRows === 0) {
    const found = seenStatement(request);
    // Locking, because a snapshot may be older than the commit that was waited for.
    const seen = seenRequest(await em.execute<SqlRow[]>(`${found.sql} LOCK IN SHARE MODE`, [...found.values]));
    invariant(seen !== null, 'An idempotency key was neither free nor taken');
    return { seen };
  }
  const done = await work();
  await em.execute(
    `UPDATE idempotency_request SET resource_id = ?, state = 'done', status = ?, body = ?, finished_at = UTC_TIMESTAMP(6)
      WHERE id = ?`,
    [done.resourceId, done.answer.status, done.answer.body, id],
    'run',
  );
  return { done };
}
