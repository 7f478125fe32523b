import type { SettlementPlanItem } from './settlement-plan.ts';
import type { DecisionRefusal, SettlementDecision } from './settlement-run.ts';
import { settlementFigures } from './settlement.ts';

/** A change of one organisation's part of a plan. */
export interface PlanChange<Item extends SettlementPlanItem> {
  readonly item: Item;
}

/** What is decided, by whom, and the tax in fees of a currency in hundredths of a percent. */
export interface PlanAmendment {
  readonly decision: Extract<SettlementDecision, { kind: 'hold_back' | 'override' }>;
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
  return decision.kind === 'override' ? overridden(item, amendment, decision) : heldBack(item, decision.reason);
}

function heldBack<Item extends SettlementPlanItem>(item: Item, reason: string): PlanChange<Item> | DecisionRefusal {
  if (item.state === 'held_back') return refuse('settlement_state_conflict', 'The organisation is held back already.');
  return { item: { ...item, state: 'held_back', outcome: 'held_back', overrideReason: item.overrideReason ?? reason } };
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
