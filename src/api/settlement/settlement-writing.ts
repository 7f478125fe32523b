import { DomainError } from '../../domain/errors.ts';
import { isPerson, settlementRunId } from '../../domain/ids.ts';
import { signatureOf, type Principal } from '../../domain/principal.ts';
import { parsePeriod } from '../../domain/settlement/settlement-period.ts';
import { planPauseMs, type DecisionRefusal, type SettlementDecision } from '../../domain/settlement/settlement-run.ts';
import type { SettlementRules } from '../../domain/settlement/settlement-plan.ts';
import type { SettlementRunState } from '../../domain/settlement/settlement.ts';
import type { AnswerKeeper } from '../../entities/answer-keeper.ts';
import { actStatement } from '../../entities/audit.ts';
import type { StoredAnswer, WriteRequest } from '../../entities/idempotency.ts';
import { newId } from '../../entities/new-id.ts';
import type { SealKeys } from '../../entities/sealed-text.ts';
import { hasOrganisations } from '../../entities/settlement/settlement-plan.read.ts';
import { insertRun, loadRun } from '../../entities/settlement/settlement-runs.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import { endOfPeriod } from '../../reports/settlement/settlement-period.ts';
import { settlementWorkflowId } from '../../workflows/settlement/settlement-run.messages.ts';
import { beginOnce } from '../begin-once.ts';
import { problem } from '../problems.ts';
import { refusedField } from '../refused-field.ts';
import type { Answer } from '../route.ts';
import type { SettlementMessenger } from './settlement-messenger.ts';
import { showSettlement } from './settlement-reading.ts';

/** What the routes of settlements stand on. */
export interface SettlementParts {
  readonly pool: SqlPool;
  readonly answers: AnswerKeeper;
  readonly messenger: SettlementMessenger;
  readonly rules: SettlementRules;
  readonly approvalsWanted: number;
  readonly sealKeys: SealKeys;
}

export interface SettlementWish {
  readonly period: string;
  readonly zone: string;
  readonly capsShort: boolean;
}

/** Where a settlement is found. */
export function settlementAddress(id: string): string {
  return `/v1/settlements/${id}`;
}

/**
 * Starts a settlement of a month that is over, once per key, and answers with its plan. Throws `period_unknown`,
 * `period_not_over` and `zone_unknown`.
 */
export async function startSettlement(
  parts: SettlementParts,
  { principal, write, wish }: { principal: Principal; write: WriteRequest; wish: SettlementWish },
): Promise<Answer> {
  const run = await runFor(parts, principal, wish);
  const { id, period, zone, capsShort } = run;
  const signed = { ...signatureOf(principal), action: 'settlement.start', target: id, organisationId: null };
  return beginOnce(parts, {
    write,
    resourceId: id,
    location: settlementAddress,
    insert: [insertRun(run, new Date()), actStatement({ ...signed, after: { period, zone, capsShort } })],
    begin: async (resourceId, updateId) => parts.messenger.begin(await loadRun(parts.pool, resourceId), updateId),
    render: async (resourceId) => ({ ...(await showSettlement(parts, resourceId)), status: 201 }),
    show: (resourceId) => showSettlement(parts, resourceId),
  });
}

async function runFor(
  parts: SettlementParts,
  principal: Principal,
  { period: asked, zone, capsShort }: SettlementWish,
) {
  const period = parsePeriod(asked);
  const referenceAt = endOfPeriod(period, zone);
  if (Date.now() < Date.parse(referenceAt) + planPauseMs) {
    throw new DomainError('period_not_over', `${period} can be settled five minutes after ${referenceAt}.`);
  }
  if (!(await hasOrganisations(parts.pool, zone))) throw refusedField('zone_unknown', 'zone', 'has no organisation');
  const id = settlementRunId(newId('settlementRun'));
  return {
    ...{ id, workflowId: settlementWorkflowId(id), zone, period, referenceAt, capsShort, cause: 'manual' as const },
    ...{ approvalsWanted: parts.approvalsWanted, startedBy: principal.asserted ?? principal.keyId },
  };
}

/** What somebody decides about a run. */
export interface DecisionWish {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly runId: string;
  readonly decision: SettlementDecision;
}

interface Decided {
  readonly state: SettlementRunState;
  readonly refusal: DecisionRefusal | null;
}

/** Decides about a run, once per key. Approvals are of persons: machines are refused with `person_required` (D32). */
export async function decideSettlement(parts: SettlementParts, wish: DecisionWish): Promise<Answer> {
  const { principal, decision, write } = wish;
  if (decision.kind === 'approve' && !isPerson(principal.keyId)) {
    throw new DomainError('person_required', 'A person approves with their own token; a key cannot.');
  }
  const run = await loadRun(parts.pool, settlementRunId(wish.runId));
  return beginOnce<Decided>(parts, {
    write,
    resourceId: run.id,
    location: settlementAddress,
    insert: [],
    begin: async (_id, decisionId) => {
      const outcome = await parts.messenger.decide(run, { decisionId, by: signatureOf(principal), decision });
      if ('state' in outcome || outcome.kind === 'late' || outcome.kind === 'away') return outcome;
      return { state: run.state, refusal: notWaiting };
    },
    render: (id, { refusal }) => (refusal === null ? showSettlement(parts, id) : Promise.resolve(refused(refusal))),
    show: (id) => showSettlement(parts, id),
  });
}

const notWaiting: DecisionRefusal = {
  code: 'settlement_state_conflict',
  message: 'The settlement does not wait for approval.',
};

function refused({ code, message }: DecisionRefusal): StoredAnswer {
  const refusal = problem(code, message);
  return { status: refusal.status, body: JSON.stringify(refusal) };
}
