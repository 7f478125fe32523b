import type { CallbackStatus } from '../../domain/route-code.ts';
import { numberOf, sqlTime, textOf, type SqlPool, type SqlRow } from '../sql-pool.ts';

/** A delivery that this process took: nobody else sends it until its lease is over. */
export interface TakenDelivery {
  readonly id: string;
  readonly routeCode: string;
  readonly paymentId: string;
  readonly status: CallbackStatus;
  readonly payload: string;
  /** This one included. */
  readonly attempts: number;
}

/** Where a route code is delivered. */
export interface CallbackTarget {
  readonly url: string;
  /** Names of secrets, never secrets; several while they are exchanged. */
  readonly secretRefs: readonly string[];
}

/** How an attempt ended; `dueAt` is when the next one is made. */
export type AttemptEnd =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'again'; readonly reason: string; readonly dueAt: Date }
  | { readonly kind: 'dead'; readonly reason: string };

const reasonLength = 255;

/** Deliveries on their way out; a row is taken by compare-and-set, so two processes never hold the same one. */
export class CallbackDeliveries {
  readonly #pool: SqlPool;

  constructor(pool: SqlPool) {
    this.#pool = pool;
  }

  /** Route codes that have something due. */
  async dueCodes(now: Date): Promise<readonly string[]> {
    const rows = await this.#pool.rows(
      "SELECT DISTINCT route_code FROM callback_delivery WHERE state = 'pending' AND due_at <= ?",
      [sqlTime(now.toISOString())],
    );
    return rows.map((row) => textOf(row, 'route_code'));
  }

  /** Takes up to `limit` due deliveries of a code; a taker that dies leaves them due again after `leaseMs`. */
  async take(
    routeCode: string,
    { now, limit, leaseMs }: { readonly now: Date; readonly limit: number; readonly leaseMs: number },
  ): Promise<readonly TakenDelivery[]> {
    const rows = await this.#pool.rows(
      `SELECT id, route_code, payment_id, status, payload, attempts FROM callback_delivery
       WHERE state = 'pending' AND due_at <= ? AND route_code = ? ORDER BY due_at, id LIMIT ${limit}`,
      [sqlTime(now.toISOString()), routeCode],
    );
    const leasedUntil = new Date(now.getTime() + leaseMs).toISOString();
    const taken: TakenDelivery[] = [];
    for (const row of rows) {
      const hit = await this.#pool.run(
        `UPDATE callback_delivery SET attempts = attempts + 1, due_at = ?
         WHERE id = ? AND state = 'pending' AND attempts = ? AND due_at <= ?`,
        [sqlTime(leasedUntil), textOf(row, 'id'), numberOf(row, 'attempts'), sqlTime(now.toISOString())],
      );
      if (hit === 1) taken.push(takenOf(row));
    }
    return taken;
  }

  /** Writes down how the attempt ended, unless a person had it sent again meanwhile. */
  async end({ id, attempts }: TakenDelivery, end: AttemptEnd, at: Date): Promise<void> {
    const state = end.kind === 'again' ? 'pending' : end.kind;
    const due = end.kind === 'again' ? sqlTime(end.dueAt.toISOString()) : null;
    const settled = end.kind === 'again' ? null : sqlTime(at.toISOString());
    const reason = end.kind === 'delivered' ? null : end.reason.slice(0, reasonLength);
    await this.#pool.run(
      `UPDATE callback_delivery SET state = ?, due_at = ?, settled_at = ?, last_error = ?
       WHERE id = ? AND state = 'pending' AND attempts = ?`,
      [state, due, settled, reason, id, attempts],
    );
  }

  /** The endpoint registered for a route code. */
  async target(routeCode: string): Promise<CallbackTarget | null> {
    const [row] = await this.#pool.rows('SELECT url, secret_refs FROM callback_endpoint WHERE route_code = ?', [
      routeCode,
    ]);
    if (row === undefined) return null;
    return { url: textOf(row, 'url'), secretRefs: textOf(row, 'secret_refs').split(',') };
  }
}

function takenOf(row: SqlRow): TakenDelivery {
  return {
    id: textOf(row, 'id'),
    routeCode: textOf(row, 'route_code'),
    paymentId: textOf(row, 'payment_id'),
    status: row['status'] === 'Success' ? 'Success' : 'Failure',
    payload: textOf(row, 'payload'),
    attempts: numberOf(row, 'attempts') + 1,
  };
}
