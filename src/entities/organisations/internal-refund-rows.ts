import { DomainError } from '../../domain/errors.ts';
import {
  internalRefundTransitions,
  type InternalRefundLine,
  type InternalRefundSnapshot,
} from '../../domain/organisations/internal-refund.ts';
import type { InternalRefundId } from '../../domain/ids.ts';
import { nextState } from '../../domain/transition.ts';
import type { Rider } from '../../ledger/riders.ts';
import { InternalRefund } from './internal-refund.entity.ts';
import { Iou } from '../members/iou.entity.ts';
import { unitOfWork } from '../orm.ts';
import type { Shelf } from '../shelf.ts';

/** An internal refund with the IOUs that end with it. */
export interface InternalRefundFile {
  readonly refund: InternalRefund;
  readonly ious: readonly Iou[];
}

/** Reads it with what is still owed for its session, if that was cancelled. Throws `not_found`. */
export async function loadInternalRefund({ orm }: Shelf, id: InternalRefundId): Promise<InternalRefundFile> {
  const em = unitOfWork(orm);
  const refund = await em.findOne(InternalRefund, { id });
  if (refund === null) throw new DomainError('not_found', `There is no internal refund ${id}.`);
  if (!refund.cancelsIous) return { refund, ious: [] };
  const { organisationId, subjectRef: sessionRef } = refund;
  return { refund, ious: await em.find(Iou, { organisationId, sessionRef, state: 'open' }) };
}

/** Who gets what. */
export function internalRefundLines({ linesJson }: Pick<InternalRefund, 'linesJson'>): readonly InternalRefundLine[] {
  return JSON.parse(linesJson) as readonly InternalRefundLine[];
}

/** Moves the row, guarded by its version. */
export function internalRefundRider(
  refund: InternalRefund,
  change: 'post' | 'refuse',
  columns: { readonly outcome: string | null; readonly updated_at: Date },
): Rider {
  const state = nextState(internalRefundTransitions, refund.state, change);
  return {
    update: 'internal_refund',
    key: { id: refund.id },
    expectedVersion: refund.version,
    set: { ...columns, state },
  };
}

/** A cancelled session is owed no more (decisions D20). */
export function cancelIouRiders(ious: readonly Iou[], at: Date): readonly Rider[] {
  return ious.map((iou) => ({
    update: 'iou',
    key: { id: iou.id },
    expectedVersion: iou.version,
    set: { state: 'cancelled', closed_at: at },
  }));
}

/** The refund as its row has it. */
export function internalRefundSnapshotOf({ state, outcome }: InternalRefund): InternalRefundSnapshot {
  return { state, outcome: outcome ?? null };
}
