import {
  correctionTransitions,
  type CorrectionChange,
  type CorrectionDecision,
  type CorrectionSnapshot,
} from '../../domain/reconciliation/correction.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CorrectionId } from '../../domain/ids.ts';
import { nextState } from '../../domain/transition.ts';
import type { Rider, SqlValue } from '../../ledger/riders.ts';
import { Correction } from './correction.entity.ts';
import { unitOfWork } from '../orm.ts';
import type { Shelf } from '../shelf.ts';

/** Reads it afresh. Throws `not_found`. */
export async function loadCorrection({ orm }: Pick<Shelf, 'orm'>, id: CorrectionId): Promise<Correction> {
  const correction = await unitOfWork(orm).findOne(Correction, { id });
  if (correction === null) throw new DomainError('not_found', `There is no correction ${id}.`);
  return correction;
}

/** The correction as its row has it. */
export function correctionSnapshotOf({ state, outcome }: Correction): CorrectionSnapshot {
  return { state, outcome: outcome ?? null };
}

/** Moves the row, guarded by its version. */
export function correctionRider(
  correction: Correction,
  change: CorrectionChange,
  columns: Readonly<Record<string, SqlValue>> & { readonly outcome: string | null; readonly updated_at: Date },
): Rider {
  const state = nextState(correctionTransitions, correction.state, change);
  return {
    update: 'correction',
    key: { id: correction.id },
    expectedVersion: correction.version,
    set: { ...columns, ...(change === 'propose' ? {} : { open_for: null }), state },
  };
}

/** What the row remembers of a decision. */
export function decisionColumns({ by, reason }: CorrectionDecision): Readonly<Record<string, SqlValue>> {
  return { decided_by: by, decision_reason: reason };
}

/** The decision in the audit, written with the change that it makes. */
export function decisionAuditRider(correction: Correction, decision: CorrectionDecision, at: Date): Rider {
  return {
    insert: 'audit_event',
    row: {
      occurred_at: at,
      actor: decision.by,
      action: `${correction.kind}.${decision.verdict}`,
      organisation_id: correction.organisationId ?? null,
      target: correction.id,
      after_values: JSON.stringify({ amountMinor: correction.amountMinor, currency: correction.currency }),
      reason: decision.reason,
    },
  };
}

/** The payout of a settlement that was paid outside: it is never in a bank file (decisions 1, D29). */
export function outsidePayoutRider(
  correction: Correction,
  { at, period, opKey }: { readonly at: Date; readonly period: string; readonly opKey: string },
): Rider {
  const { payoutId, organisationId, currency, amountMinor, payoutMinor, feeMinor, taxMinor } = correction;
  return {
    insert: 'payout',
    row: {
      ...{ id: payoutId ?? null, run_id: null, organisation_id: organisationId ?? null, period, currency },
      ...{ amount_minor: payoutMinor ?? null, settled_minor: amountMinor },
      ...{ fee_minor: feeMinor ?? null, tax_minor: taxMinor ?? null, method: 'bank', state: 'paid_outside' },
      ...{ attempt_no: 1, bank_detail_id: null, settlement_op_key: opKey, outcome: correction.reason.slice(0, 255) },
      ...{ attention_reason: null, created_at: at, updated_at: at },
    },
  };
}
