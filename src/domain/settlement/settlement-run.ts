import type { SettlementItemState, SettlementRunState } from './settlement.ts';

/** Who decided, as the audit remembers it. */
export interface Decider {
  readonly actor: string;
  readonly assertedActor: string | null;
}

/** What a person decides about a run that waits for approval. Amounts are minor units. */
export type SettlementDecision =
  | { readonly kind: 'approve'; readonly planHash: string }
  | {
      readonly kind: 'hold_back';
      readonly organisationId: string;
      readonly currency: string | null;
      readonly reason: string;
    }
  | {
      readonly kind: 'release';
      readonly organisationId: string;
      readonly currency: string | null;
      readonly reason: string;
    }
  | {
      readonly kind: 'override';
      readonly organisationId: string;
      readonly currency: string | null;
      readonly amountMinor: number;
      readonly reason: string;
    }
  | { readonly kind: 'reject'; readonly reason: string };

/** A decision on its way to its run. */
export interface DecisionRequest {
  /** Once for ever: the request's own id. */
  readonly decisionId: string;
  readonly by: Decider;
  readonly decision: SettlementDecision;
}

/** Why nothing was decided: a stable code. */
export interface DecisionRefusal {
  readonly code: DecisionRefusalCode;
  readonly message: string;
}

/** Decisions that make another plan of it. */
export type PlanDecision = Extract<SettlementDecision, { kind: 'hold_back' | 'release' | 'override' }>;

export type DecisionRefusalCode =
  | 'approval_by_author'
  | 'approval_repeated'
  | 'not_found'
  | 'not_held_back'
  | 'override_out_of_bounds'
  | 'plan_changed'
  | 'settlement_state_conflict';

/** A run as its workflow and its callers see it; what changes of it. */
export interface SettlementSnapshot {
  readonly runId: string;
  readonly state: SettlementRunState;
  /** Counted up by every change: the later one is the truth. */
  readonly version: number;
  readonly zone: string;
  readonly period: string;
  readonly planHash: string | null;
  readonly attentionReason: string | null;
  /** ISO 8601 UTC. */
  readonly expiresAt: string | null;
  /** How many organisations are where. */
  readonly counts: Readonly<Partial<Record<SettlementItemState, number>>>;
  /** What operators read: the organisations that need them most first, cut. */
  readonly lines: readonly string[];
}

/** What a decision came to. */
export interface DecisionOutcome {
  readonly state: SettlementRunState;
  readonly refusal: DecisionRefusal | null;
  readonly run: SettlementSnapshot;
}

/** How long a run waits, in ms. */
export interface SettlementTiming {
  /** Between two reminders that it waits for approval. */
  readonly remindMs: number;
  /** At most for approval; null: until the month is over in which it was planned. */
  readonly expireMs: number | null;
}

export const settlementTiming: SettlementTiming = { remindMs: 24 * 3_600_000, expireMs: null };

/** No plan is made earlier than this after a period's end: what was recorded before is committed by then (D24). */
export const planPauseMs = 5 * 60_000;

const ends: ReadonlySet<SettlementRunState> = new Set(['done', 'done_with_errors', 'rejected', 'expired']);

/** Whether nothing more happens to a run in `state`. */
export function isSettlementOver(state: SettlementRunState): boolean {
  return ends.has(state);
}

/** How much of a run is done, in whole percent; organisations that were not paid are done too. */
export function settlementProgress({ state, counts }: Pick<SettlementSnapshot, 'state' | 'counts'>): number {
  if (isSettlementOver(state)) return 100;
  if (state !== 'posting' && state !== 'filing') return 0;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const done = 100 * (total - (counts.planned ?? 0));
  // 100 is said only when it is over.
  return total === 0 ? 99 : Math.min(99, (done - (done % total)) / total);
}
