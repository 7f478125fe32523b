import type { FeeTaxes } from '../organisations/fee-tax.ts';
import type { PayoutMethod } from './payout.ts';
import { settlementFigures, type SettlementItemState } from './settlement.ts';

/** What the plan reads of an organisation's account: its newest entry before the period's end, and what it is settled by. */
export interface SettlementSource {
  readonly organisationId: string;
  readonly currency: string;
  readonly isClosed: boolean;
  /** The sequence of that entry, and the balance after it in minor units. */
  readonly ledgerSeq: number;
  readonly balanceMinor: number;
  /** What the organisation wants left; 0 in currencies that are not its own. */
  readonly floatMinor: number;
  readonly feeBp: number;
  readonly feeVersion: string;
  readonly method: PayoutMethod;
  readonly hasConnectedAccount: boolean;
  readonly bankDetailId: string | null;
  /** The run that has settled it for this period, or means to. */
  readonly claimedBy: string | null;
}

/** Settings of the deployment that a plan goes by. */
export interface SettlementRules {
  readonly feeTaxes: FeeTaxes;
  /** Payouts below this wait for the next month; by currency, in minor units. */
  readonly minimums: Readonly<Record<string, number>>;
}

/** An organisation's part of a plan; see `SettlementItem`. */
export interface SettlementPlanItem {
  readonly organisationId: string;
  readonly currency: string;
  readonly state: SettlementItemState;
  readonly outcome: string | null;
  readonly ledgerSeq: number;
  readonly balanceMinor: number;
  readonly floatMinor: number;
  readonly settledMinor: number;
  readonly overrideMinor: number | null;
  readonly overrideBy: string | null;
  readonly overrideReason: string | null;
  readonly feeBp: number;
  readonly feeVersion: string;
  readonly feeMinor: number;
  readonly taxMinor: number;
  readonly payoutMinor: number;
  readonly method: PayoutMethod;
  readonly bankDetailId: string | null;
}

/** Somebody with money above the float who is not in the plan. */
export interface SettlementLeftOut {
  readonly organisationId: string;
  readonly currency: string;
  readonly balanceMinor: number;
  readonly reason: 'claimed_by_another_run' | 'below_minimum';
}

export interface SettlementPlan {
  readonly items: readonly SettlementPlanItem[];
  readonly leftOut: readonly SettlementLeftOut[];
}

/** What is settled of each account, or why it is not; who has nothing above the float is not named (cobalt.md 2.14). */
export function planSettlement(sources: readonly SettlementSource[], rules: SettlementRules): SettlementPlan {
  const items: SettlementPlanItem[] = [];
  const leftOut: SettlementLeftOut[] = [];
  for (const source of sources) {
    const item = planned(source, rules);
    const reason = item === null ? null : reasonToLeaveOut(source, item, rules);
    if (item === null) continue;
    if (reason === null) items.push(item);
    else leftOut.push({ ...named(source), balanceMinor: source.balanceMinor, reason });
  }
  return { items, leftOut };
}

/** The tax in fees of `currency`, in hundredths of a percent. */
export function taxBpOf({ feeTaxes }: Pick<SettlementRules, 'feeTaxes'>, currency: string): number {
  return feeTaxes[currency]?.rateBp ?? 0;
}

function planned(source: SettlementSource, rules: SettlementRules): SettlementPlanItem | null {
  const { balanceMinor, feeBp, method, bankDetailId } = source;
  // A closed organisation is settled for good: nothing stays behind (decisions D31).
  const floatMinor = source.isClosed ? 0 : source.floatMinor;
  const taxBp = taxBpOf(rules, source.currency);
  const figures = settlementFigures({ balanceMinor, floatMinor, overrideMinor: null, feeBp, taxBp });
  if (figures === null) return null;
  const outcome = obstacleOf(source);
  return {
    ...named(source),
    ...{ state: outcome === null ? 'planned' : 'blocked', outcome },
    ...{ ledgerSeq: source.ledgerSeq, balanceMinor, floatMinor, ...figures },
    ...{ overrideMinor: null, overrideBy: null, overrideReason: null },
    ...{ feeBp, feeVersion: source.feeVersion, method, bankDetailId },
  };
}

/** Why somebody cannot be paid as things stand. */
function obstacleOf({ method, hasConnectedAccount, bankDetailId }: SettlementSource): string | null {
  if (method === 'transfer') return hasConnectedAccount ? null : 'no_connected_account';
  return bankDetailId === null ? 'no_bank_details' : null;
}

function reasonToLeaveOut(
  source: SettlementSource,
  item: SettlementPlanItem,
  { minimums }: SettlementRules,
): SettlementLeftOut['reason'] | null {
  if (source.claimedBy !== null) return 'claimed_by_another_run';
  // What is left of a closed organisation will not grow.
  return !source.isClosed && item.payoutMinor < (minimums[source.currency] ?? 0) ? 'below_minimum' : null;
}

function named({ organisationId, currency }: SettlementSource) {
  return { organisationId, currency };
}

/** What an approval is bound to beside the items. */
export interface SettlementPlanHead {
  readonly zone: string;
  readonly period: string;
  /** ISO 8601 UTC. */
  readonly referenceAt: string;
  readonly capsShort: boolean;
  /** How often people have changed the plan: a change undone is still another plan. */
  readonly revision: number;
}

/** A plan as text, the same for the same plan: names in order, organisations in order. Approvals are bound to its hash. */
export function canonicalPlan(head: SettlementPlanHead, items: readonly SettlementPlanItem[]): string {
  const { capsShort, period, referenceAt, revision, zone } = head;
  const sorted = items.toSorted((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1)).map(canonicalItem);
  return JSON.stringify({ capsShort, items: sorted, period, referenceAt, revision, schema: 1, zone });
}

function orderOf({ organisationId, currency }: SettlementPlanItem): string {
  return `${organisationId} ${currency}`;
}

function canonicalItem(item: SettlementPlanItem) {
  return {
    balance: item.balanceMinor,
    bankDetail: item.bankDetailId,
    currency: item.currency,
    fee: item.feeMinor,
    feeBp: item.feeBp,
    feeVersion: item.feeVersion,
    float: item.floatMinor,
    ledgerSeq: item.ledgerSeq,
    method: item.method,
    organisation: item.organisationId,
    outcome: item.outcome,
    override: item.overrideMinor,
    overrideBy: item.overrideBy,
    overrideReason: item.overrideReason,
    payout: item.payoutMinor,
    settled: item.settledMinor,
    state: item.state,
    tax: item.taxMinor,
  };
}

/** What can be settled of an organisation now: all, a part, or nothing (decisions D27). Amounts are minor units. */
export interface SettlementCover {
  readonly settledMinor: number;
  /** Balance without holds, now. */
  readonly availableMinor: number;
  readonly floatMinor: number;
  readonly capsShort: boolean;
}

/** How much is settled: what was approved, or with `capsShort` what is above the float now; null when that is not enough. */
export function coveredMinor({ settledMinor, availableMinor, floatMinor, capsShort }: SettlementCover): number | null {
  const above = availableMinor - floatMinor;
  if (above >= settledMinor) return settledMinor;
  return capsShort && above > 0 ? above : null;
}
