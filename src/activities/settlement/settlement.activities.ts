import type { DecisionOutcome, DecisionRequest, SettlementSnapshot } from '../../domain/settlement/settlement-run.ts';
import { activityEdge } from '../activity-edge.ts';
import { decide, expire, remind } from './settlement-deciding.ts';
import { openScheduledRun, planRun, type PlanTry, type ScheduledRun } from './settlement-planning.ts';
import { finish, postPage, startPage, type SettlementPosting } from './settlement-posting.ts';

export type SettlementActivities = ReturnType<typeof createSettlementActivities>;
export type SettlementDependencies = SettlementPosting;

/** What a settlement run does in the world. Each is idempotent: what is over is not touched again. */
export function createSettlementActivities(deps: SettlementDependencies) {
  return {
    openSettlement: (scheduled: ScheduledRun): Promise<SettlementSnapshot> =>
      activityEdge(() => openScheduledRun(deps, scheduled)),
    planSettlement: (request: { runId: string }): Promise<PlanTry> => activityEdge(() => planRun(deps, request)),
    decideSettlement: (decision: { runId: string; request: DecisionRequest }): Promise<DecisionOutcome> =>
      activityEdge(() => decide(deps, decision)),
    remindOfSettlement: (request: { runId: string }): Promise<SettlementSnapshot> =>
      activityEdge(() => remind(deps, request)),
    expireSettlement: (request: { runId: string }): Promise<SettlementSnapshot> =>
      activityEdge(() => expire(deps, request)),
    postSettlements: (request: { runId: string }): Promise<SettlementSnapshot> =>
      activityEdge(() => postPage(deps, request)),
    startPayouts: (page: { runId: string; after: string | null }): Promise<{ next: string | null }> =>
      activityEdge(() => startPage(deps, page)),
    finishSettlement: (request: { runId: string }): Promise<SettlementSnapshot> =>
      activityEdge(() => finish(deps, request)),
  };
}
