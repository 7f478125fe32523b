import {
  canonicalPlan,
  planSettlement,
  type SettlementPlan,
  type SettlementPlanHead,
  type SettlementPlanItem,
  type SettlementRules,
} from '../../domain/settlement/settlement-plan.ts';
import {
  readFunds,
  readSettlementSources,
  type SettlementScope,
} from '../../entities/settlement/settlement-plan.read.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import { sha256 } from '../../ledger/canonical.ts';

/** What would be settled in a zone for a period: the same for a preview and for a run (cobalt.md 2.14). */
export async function makePlan(pool: SqlPool, scope: SettlementScope, rules: SettlementRules): Promise<SettlementPlan> {
  return planSettlement(await readSettlementSources(pool, scope), rules);
}

/** What an approval is bound to: SHA-256 of the plan as canonical JSON, in hexadecimal (decisions D26). */
export function planHashOf(head: SettlementPlanHead, items: readonly SettlementPlanItem[]): string {
  return sha256(canonicalPlan(head, items));
}

/** Payouts of one currency that our own money does not cover. Amounts are minor units. */
export interface FundsShortfall {
  readonly currency: string;
  readonly payoutsMinor: number;
  /** At banks and processors, without what is on its way already. */
  readonly fundsMinor: number;
}

/** Currencies in which what is still to be paid is more than what we have at banks and processors. */
export async function readShortfalls(
  pool: Pick<SqlPool, 'rows'>,
  items: readonly Pick<SettlementPlanItem, 'currency' | 'payoutMinor' | 'state'>[],
): Promise<FundsShortfall[]> {
  const funds = await readFunds(pool);
  const payable = items.filter(({ state }) => state === 'planned');
  return [...Map.groupBy(payable, ({ currency }) => currency)]
    .map(([currency, own]) => ({
      currency,
      payoutsMinor: own.reduce((sum, { payoutMinor }) => sum + payoutMinor, 0),
      fundsMinor: funds.get(currency) ?? 0,
    }))
    .filter(({ payoutsMinor, fundsMinor }) => payoutsMinor > fundsMinor);
}
