import { DomainError } from '../../domain/errors.ts';
import { settlementRunId } from '../../domain/ids.ts';
import { parsePeriod } from '../../domain/settlement/settlement-period.ts';
import type { SettlementRules } from '../../domain/settlement/settlement-plan.ts';
import { planPauseMs } from '../../domain/settlement/settlement-run.ts';
import type { StoredAnswer } from '../../entities/idempotency.ts';
import { hasOrganisations } from '../../entities/settlement/settlement-plan.read.ts';
import { loadRun } from '../../entities/settlement/settlement-runs.ts';
import {
  listItems,
  listRuns,
  readSettlement,
  type RunsAsked,
} from '../../entities/settlement/settlement-views.read.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import { endOfPeriod, periodAt, periodSettledAt } from '../../reports/settlement/settlement-period.ts';
import { makePlan, planHashOf, readShortfalls } from '../../reports/settlement/settlement-plan.ts';
import { refusedField } from '../refused-field.ts';
import { itemView, leftOutView, planItemView, runView, settlementView, warningView } from './settlement-view.ts';

export interface SettlementReading {
  readonly pool: SqlPool;
  readonly rules: SettlementRules;
}

/** A run as it stands. Throws `not_found`. */
export async function showSettlement({ pool }: Pick<SettlementReading, 'pool'>, id: string): Promise<StoredAnswer> {
  const view = await readSettlement(pool, settlementRunId(id));
  const isWaiting = view.run.state === 'awaiting_approval';
  const due = isWaiting ? view.totals.map((total) => ({ ...total, state: 'planned' as const })) : [];
  const warnings = await readShortfalls(pool, due);
  return { status: 200, body: JSON.stringify(settlementView(view, warnings)) };
}

/** A page of runs, the newest first. */
export async function showRuns({ pool }: SettlementReading, asked: RunsAsked) {
  const rows = await listRuns(pool, { ...asked, limit: asked.limit + 1 });
  const kept = rows.slice(0, asked.limit);
  return { items: kept.map(runView), next_cursor: rows.length > asked.limit ? (kept.at(-1)?.id ?? null) : null };
}

/** A page of a run's organisations. Throws `not_found`. */
export async function showItems(
  { pool }: SettlementReading,
  runId: string,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
) {
  await loadRun(pool, settlementRunId(runId));
  const rows = await listItems(pool, runId, { cursor, limit: limit + 1 });
  const kept = rows.slice(0, limit);
  return { items: kept.map(itemView), next_cursor: rows.length > limit ? (kept.at(-1)?.item.id ?? null) : null };
}

/** What a run would plan now, with nothing written. A month that has not begun is refused with `period_not_over`. */
export async function previewSettlement(
  { pool, rules }: SettlementReading,
  asked: { readonly period?: string | undefined; readonly zone: string; readonly capsShort: boolean },
) {
  const { zone, capsShort } = asked;
  const now = new Date().toISOString();
  const period = asked.period === undefined ? periodSettledAt(now, zone) : parsePeriod(asked.period);
  if (period > periodAt(now, zone)) throw new DomainError('period_not_over', `${period} has not begun.`);
  if (!(await hasOrganisations(pool, zone))) throw refusedField('zone_unknown', 'zone', 'has no organisation');
  const referenceAt = endOfPeriod(period, zone);
  const scope = { zone, period, referenceAt };
  const plan = await makePlan(pool, scope, rules);
  return {
    ...scope,
    isOver: Date.parse(now) >= Date.parse(referenceAt) + planPauseMs,
    planHash: planHashOf({ ...scope, capsShort, revision: 0 }, plan.items),
    items: plan.items.map(planItemView),
    leftOut: plan.leftOut.map(leftOutView),
    warnings: (await readShortfalls(pool, plan.items)).map(warningView),
  };
}
