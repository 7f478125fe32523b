import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../../domain/errors.ts';
import type { OrganisationId, PaymentId } from '../../domain/ids.ts';
import { iouTransitions, type IouChange } from '../../domain/members/iou.ts';
import { admits, nextState } from '../../domain/transition.ts';
import { Iou } from './iou.entity.ts';
import { sqlTime, type Statement } from '../sql-pool.ts';

/** Closes an open IOU, compare-and-set; one that is being paid, or is closed, refuses with `iou_state_conflict`. */
export async function closeIou(
  em: SqlEntityManager,
  iou: Iou,
  change: Extract<IouChange, 'cancel' | 'write_off'>,
): Promise<void> {
  if (!admits(iouTransitions, iou.state, change)) throw iouStateConflict(iou);
  const closed: { affectedRows: number } = await em.execute(
    'UPDATE iou SET state = ?, closed_at = ?, version = version + 1 WHERE id = ? AND state = ?',
    [nextState(iouTransitions, iou.state, change), sqlNow(), iou.id, iou.state],
    'run',
  );
  if (closed.affectedRows === 0) throw new DomainError('iou_state_conflict', 'The IOU was changed just now.');
  await em.refresh(iou);
}

/** Cancels what is open of a session; answers how many, and how many are being paid just now and stay. */
export async function cancelIousOfSession(
  em: SqlEntityManager,
  organisationId: OrganisationId,
  sessionRef: string,
): Promise<{ readonly cancelled: number; readonly paying: number }> {
  const cancelled: { affectedRows: number } = await em.execute(
    `UPDATE iou SET state = 'cancelled', closed_at = ?, version = version + 1
      WHERE organisation_id = ? AND session_ref = ? AND state = 'open'`,
    [sqlNow(), organisationId, sessionRef],
    'run',
  );
  const paying = await em.count(Iou, { organisationId, sessionRef, state: 'paying' });
  return { cancelled: cancelled.affectedRows, paying };
}

/**
 * Locks an IOU for the payment that is written in the same transaction. A state that is not open becomes NULL, which
 * the column refuses: so the whole transaction fails, and of two payers exactly one gets through (IOU-05).
 */
export function lockIouStatement(iouId: string, paymentId: PaymentId): Statement {
  return {
    sql: `UPDATE iou SET payment_id = ?, version = version + 1, state = IF(state = 'open', 'paying', NULL) WHERE id = ?`,
    values: [paymentId, iouId],
  };
}

/** Whether `error` says that `lockIouStatement` met an IOU that is not open. */
export function isIouLocked(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errno' in error && error.errno === 1048;
}

/** The refusal of an act that the state of an IOU does not allow. */
export function iouStateConflict(iou: Pick<Iou, 'state'>): DomainError {
  return new DomainError('iou_state_conflict', `The IOU is ${iou.state}.`, { state: iou.state });
}

function sqlNow(): string {
  return sqlTime(new Date().toISOString());
}
