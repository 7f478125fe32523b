import {
  type CorrectionChange,
  type CorrectionDecision,
  type CorrectionSnapshot,
} from '../../domain/reconciliation/correction.ts';
import { DomainError } from '../../domain/errors.ts';
import { correctionId } from '../../domain/ids.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import {
  correctionRider,
  correctionSnapshotOf,
  decisionAuditRider,
  decisionColumns,
  loadCorrection,
} from '../../entities/reconciliation/correction-rows.ts';
import type { Correction } from '../../entities/reconciliation/correction.entity.ts';
import { activityEdge } from '../activity-edge.ts';
import { correctionPosting, obstacleTo, type CorrectionDependencies } from './correction-posting.ts';

export type CorrectionActivities = ReturnType<typeof createCorrectionActivities>;

interface Request {
  readonly correctionId: string;
}

/** What administrators book by hand. Each is idempotent: what is over is not touched again. */
export function createCorrectionActivities(deps: CorrectionDependencies) {
  return {
    beginCorrection: (request: Request): Promise<CorrectionSnapshot> => activityEdge(() => begin(deps, request)),
    decideCorrection: (request: Request & { decision: CorrectionDecision }): Promise<CorrectionSnapshot> =>
      activityEdge(() => decide(deps, request)),
    closeCorrection: (request: Request & { as: 'refuse' | 'expire'; outcome: string }): Promise<CorrectionSnapshot> =>
      activityEdge(() => close(deps, request)),
  };
}

/** Books it, or lets it wait for its second person. */
async function begin(deps: CorrectionDependencies, request: Request): Promise<CorrectionSnapshot> {
  const correction = await loadCorrection(deps, correctionId(request.correctionId));
  if (correction.state !== 'created') return correctionSnapshotOf(correction);
  if (!correction.approveBy) return post(deps, correction, null);
  return move(deps, correction, { change: 'propose', outcome: null });
}

async function decide(
  deps: CorrectionDependencies,
  { correctionId: id, decision }: Request & { decision: CorrectionDecision },
): Promise<CorrectionSnapshot> {
  const correction = await loadCorrection(deps, correctionId(id));
  if (correction.state !== 'awaiting_approval') return correctionSnapshotOf(correction);
  if (decision.verdict === 'approve') return post(deps, correction, decision);
  return move(deps, correction, { change: 'reject', outcome: 'rejected', decision });
}

async function close(
  deps: CorrectionDependencies,
  { correctionId: id, as, outcome }: Request & { as: 'refuse' | 'expire'; outcome: string },
): Promise<CorrectionSnapshot> {
  const correction = await loadCorrection(deps, correctionId(id));
  const isOpen = correction.state === 'created' || correction.state === 'awaiting_approval';
  if (!isOpen) return correctionSnapshotOf(correction);
  return move(deps, correction, { change: as, outcome });
}

async function post(
  deps: CorrectionDependencies,
  correction: Correction,
  decision: CorrectionDecision | null,
): Promise<CorrectionSnapshot> {
  const obstacle = await obstacleTo(deps, correction);
  if (obstacle !== null) return move(deps, correction, { change: 'refuse', outcome: obstacle, decision });
  const at = deps.now();
  const { transaction, riders } = await correctionPosting(deps, correction, at);
  const moved = correctionRider(correction, 'post', { ...changed(decision), outcome: null, updated_at: at });
  const onSuccess = [moved, ...riders, ...audited(correction, decision, at)];
  const result = await deps.poster.post(transaction, { onSuccess });
  if (result.kind === 'posted') return { state: 'posted', outcome: null };
  if (result.code === 'conflict') throw new DomainError('conflict', `Correction ${correction.id} met another change.`);
  return move(deps, correction, { change: 'refuse', outcome: result.code, decision });
}

interface Move {
  readonly change: CorrectionChange;
  readonly outcome: string | null;
  readonly decision?: CorrectionDecision | null;
}

async function move(
  deps: CorrectionDependencies,
  correction: Correction,
  { change, outcome, decision = null }: Move,
): Promise<CorrectionSnapshot> {
  const at = deps.now();
  await commitRiders(deps.pool, [
    correctionRider(correction, change, { ...changed(decision), outcome, updated_at: at }),
    ...audited(correction, decision, at),
  ]);
  return correctionSnapshotOf(await loadCorrection(deps, correction.id));
}

function changed(decision: CorrectionDecision | null) {
  return decision === null ? {} : decisionColumns(decision);
}

function audited(correction: Correction, decision: CorrectionDecision | null, at: Date) {
  return decision === null ? [] : [decisionAuditRider(correction, decision, at)];
}
