import { isAuthor, type CorrectionDecision, type CorrectionKind } from '../../domain/reconciliation/correction.ts';
import { DomainError } from '../../domain/errors.ts';
import { isPerson } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Correction } from '../../entities/reconciliation/correction.entity.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import { showCorrection, type CorrectionParts } from './correction-writing.ts';
import { correctionView } from './correction-view.ts';
import { definedOnly } from '../duplicates.ts';
import type { Answer } from '../route.ts';
import { correctionSnapshotOf } from '../../entities/reconciliation/correction-rows.ts';
import { pageView } from '../views.ts';

/** A second person's word about a correction that waits. */
export interface DecisionRequest {
  readonly principal: Principal;
  readonly kind: CorrectionKind;
  readonly id: string;
  readonly verdict: CorrectionDecision['verdict'];
  readonly reason: string | null;
}

/**
 * Approves or rejects. Only a person with their own token, and never who asked for it (decisions D28, D32). The same word
 * of the same person is answered again; another one finds `correction_state_conflict`.
 */
export async function decideOn(parts: CorrectionParts, asked: DecisionRequest): Promise<Answer> {
  const row = await ownCorrection(parts, asked);
  const decision = decisionOf(row, asked);
  if (isSame(row, decision)) return showCorrection(parts, row.id);
  if (row.state !== 'awaiting_approval') throw notWaiting(row);
  const outcome = await parts.corrections.decide(row.id, decision);
  if ('kind' in outcome) return undecided(parts, row, outcome.kind);
  return showCorrection(parts, row.id);
}

/** One of its kind, as it stands. Throws `not_found`. */
export async function getCorrection(
  parts: CorrectionParts,
  asked: Pick<DecisionRequest, 'principal' | 'kind' | 'id'>,
): Promise<Answer> {
  const row = await ownCorrection(parts, asked);
  return { status: 200, body: correctionView(row, correctionSnapshotOf(row)) };
}

export interface CorrectionList {
  readonly kind: CorrectionKind;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly state?: Correction['state'] | undefined;
  readonly member?: string | undefined;
  readonly organisation?: string | undefined;
}

/** A page of one kind, in the order in which they were asked for. */
export async function listCorrections(
  { orm }: Pick<CorrectionParts, 'orm'>,
  principal: Principal,
  { kind, limit, cursor, state, member, organisation }: CorrectionList,
): Promise<Answer> {
  const filter = definedOnly({ kind, state, holderId: member ?? organisation });
  const found = await scopedTo(unitOfWork(orm), principal).corrections({ limit, after: cursor ?? null }, filter);
  return { status: 200, body: pageView(found, (row) => correctionView(row, correctionSnapshotOf(row))) };
}

async function ownCorrection(
  { orm }: Pick<CorrectionParts, 'orm'>,
  { principal, kind, id }: Pick<DecisionRequest, 'principal' | 'kind' | 'id'>,
): Promise<Correction> {
  const row = await scopedTo(unitOfWork(orm), principal).correction({ id: id as Correction['id'], kind });
  if (row === null) throw new DomainError('not_found', 'There is nothing under this identifier.');
  return row;
}

function decisionOf(row: Correction, { principal, verdict, reason }: DecisionRequest): CorrectionDecision {
  if (!isPerson(principal.keyId)) {
    throw new DomainError('person_required', 'A key cannot decide: this needs a person with their own token.');
  }
  if (isAuthor(row, principal)) {
    throw new DomainError('approval_by_author', 'Who asked for it cannot decide about it.');
  }
  return { verdict, by: principal.keyId, reason };
}

function isSame({ decidedBy, state }: Correction, { by, verdict }: CorrectionDecision): boolean {
  if (decidedBy !== by) return false;
  return verdict === 'reject' ? state === 'rejected' : state !== 'rejected';
}

/** `late`: it may still be acted on; the caller looks again. */
async function undecided(parts: CorrectionParts, row: Correction, kind: string): Promise<Answer> {
  if (kind === 'away') throw new DomainError('temporarily_unavailable', 'Nothing is lost: decide again.');
  if (kind === 'late') return { ...(await showCorrection(parts, row.id)), status: 202 };
  throw notWaiting(row);
}

function notWaiting(row: Correction): DomainError {
  return new DomainError('correction_state_conflict', `${row.id} does not wait for a decision.`, { state: row.state });
}
