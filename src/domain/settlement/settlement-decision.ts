import type { SettlementPlanItem } from './settlement-plan.ts';
import type { DecisionRefusal, PlanDecision, SettlementDecision } from './settlement-run.ts';
import { invariant } from '../invariant.ts';
import { settlementFigures } from './settlement.ts';

/** A change of one organisation's part of a plan. */
export interface PlanChange<Item extends SettlementPlanItem> {
  readonly item: Item;
}

/** What is decided, by whom, and the tax in fees of a currency in hundredths of a percent. */
export interface PlanAmendment {
  readonly decision: PlanDecision;
  readonly by: string;
  readonly taxBp: (currency: string) => number;
}

/** The item that `decision` makes of an organisation's, or why it may not (decisions D26, D34). */
export function planWith<Item extends SettlementPlanItem>(
  items: readonly Item[],
  amendment: PlanAmendment,
): PlanChange<Item> | DecisionRefusal {
  const { decision } = amendment;
  const own = items.filter(
    ({ organisationId, currency }) =>
      organisationId === decision.organisationId && (decision.currency ?? currency) === currency,
  );
  const [item, another] = own;
  if (item === undefined) return refuse('not_found', 'The organisation is not in this plan.');
  if (another !== undefined) return refuse('not_found', 'The organisation has several currencies: name one.');
  switch (decision.kind) {
    case 'hold_back':
      return heldBack(item, decision.reason);
    case 'release':
      return released(item, amendment);
    case 'override':
      return overridden(item, amendment, decision);
  }
}

function heldBack<Item extends SettlementPlanItem>(item: Item, reason: string): PlanChange<Item> | DecisionRefusal {
  if (item.state === 'held_back') return refuse('settlement_state_conflict', 'The organisation is held back already.');
  // What stands in the way of paying it is remembered, for when it is released.
  const outcome = item.outcome ?? 'held_back';
  return { item: { ...item, state: 'held_back', outcome, overrideReason: item.overrideReason ?? reason } };
}

/** As it was before it was held back; an amount of nothing, which holds back too, is taken back with it. */
function released<Item extends SettlementPlanItem>(
  item: Item,
  { taxBp }: PlanAmendment,
): PlanChange<Item> | DecisionRefusal {
  if (item.state !== 'held_back') {
    return refuse('not_held_back', `The organisation is ${item.state}: it is in the settlement as it stands.`);
  }
  const { outcome, overrideMinor } = item;
  if (outcome === 'nothing_to_settle') return { item: withoutOverride(item, taxBp(item.currency)) };
  const overrideReason = overrideMinor === null ? null : item.overrideReason;
  if (outcome === 'held_back') return { item: { ...item, state: 'planned', outcome: null, overrideReason } };
  return { item: { ...item, state: 'blocked', overrideReason } };
}

function withoutOverride<Item extends SettlementPlanItem>(item: Item, taxBp: number): Item {
  const none = { overrideMinor: null, overrideBy: null, overrideReason: null };
  const figures = settlementFigures({ ...item, ...none, taxBp });
  invariant(figures !== null, 'Nobody is in a plan who has nothing above the float');
  return { ...item, ...none, ...figures, state: 'planned', outcome: null };
}

/** From nothing up to all that is above the float; nothing means that the organisation waits for a later run. */
function overridden<Item extends SettlementPlanItem>(
  item: Item,
  { by, taxBp }: PlanAmendment,
  { amountMinor, reason }: Extract<SettlementDecision, { kind: 'override' }>,
): PlanChange<Item> | DecisionRefusal {
  const mostMinor = item.balanceMinor - item.floatMinor;
  if (amountMinor < 0 || amountMinor > mostMinor) {
    return refuse('override_out_of_bounds', `Between 0 and ${mostMinor} can be settled.`);
  }
  if (item.state !== 'planned') {
    return refuse('settlement_state_conflict', `The organisation is ${item.state}: there is no amount to change.`);
  }
  const override = { overrideMinor: amountMinor, overrideBy: by, overrideReason: reason };
  const figures = settlementFigures({ ...item, ...override, taxBp: taxBp(item.currency) });
  if (figures !== null) return { item: { ...item, ...override, ...figures } };
  const nothing = { settledMinor: 0, feeMinor: 0, taxMinor: 0, payoutMinor: 0 };
  return { item: { ...item, ...override, ...nothing, state: 'held_back', outcome: 'nothing_to_settle' } };
}

function refuse(code: DecisionRefusal['code'], message: string): DecisionRefusal {
  return { code, message };
}
