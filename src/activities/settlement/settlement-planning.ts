import { nextState } from '../../domain/transition.ts';
import type {
  SettlementLeftOut,
  SettlementPlanItem,
  SettlementRules,
} from '../../domain/settlement/settlement-plan.ts';
import { planPauseMs, type SettlementSnapshot } from '../../domain/settlement/settlement-run.ts';
import { settlementRunTransitions } from '../../domain/settlement/settlement.ts';
import { DomainError } from '../../domain/errors.ts';
import { insertItems } from '../../entities/settlement/settlement-items.ts';
import {
  insertRun,
  loadRun,
  runStatement,
  runOf,
  runUpdate,
  snapshotOf,
  type SettlementRunRow,
} from '../../entities/settlement/settlement-runs.ts';
import { readBookTime } from '../../entities/settlement/settlement-plan.read.ts';
import { isDuplicate, rowsOf, sqlTime, type SqlPool } from '../../entities/sql-pool.ts';
import { endOfPeriod, periodAt, periodSettledAt } from '../../reports/settlement/settlement-period.ts';
import { makePlan, planHashOf } from '../../reports/settlement/settlement-plan.ts';

/** What a settlement's activities stand on. */
export interface SettlementPlanning {
  readonly pool: SqlPool;
  readonly now: () => Date;
  readonly settlementRules: SettlementRules;
  /** How runs of the schedule are made. */
  readonly scheduled: { readonly approvalsWanted: number; readonly capsShort: boolean };
}

/** A run that the schedule has started; `nominalAt` is when it was meant to start, ISO 8601 UTC. */
export interface ScheduledRun {
  readonly runId: string;
  readonly workflowId: string;
  readonly zone: string;
  readonly nominalAt: string;
}

/** Writes the row of a scheduled run: its month is the one before the nominal time, in the zone (decisions D24). */
export async function openScheduledRun(deps: SettlementPlanning, scheduled: ScheduledRun): Promise<SettlementSnapshot> {
  const { runId: id, workflowId, zone, nominalAt } = scheduled;
  const period = periodSettledAt(nominalAt, zone);
  const referenceAt = endOfPeriod(period, zone);
  const run = { id, workflowId, zone, period, referenceAt, cause: 'schedule', startedBy: 'schedule' } as const;
  await deps.pool.transact([insertRun({ ...run, ...deps.scheduled }, deps.now())]);
  return snapshotOf(deps.pool, id);
}

/** What came of an attempt to plan. */
export interface PlanTry {
  readonly run: SettlementSnapshot;
  /** It is too early: try again in so many ms. */
  readonly waitMs: number;
}

/** Plans that met another run's claims are made anew; each time there is less to claim. */
const triesMax = 10;

/**
 * Freezes the plan of a run, once: items with their claims, the hash, and until when it can be approved, in one
 * transaction. Nothing to settle: the run is done. A concurrent run that claims the same organisation first leaves it
 * out of this one.
 */
export async function planRun(deps: SettlementPlanning, { runId }: { runId: string }): Promise<PlanTry> {
  const run = await loadRun(deps.pool, runId);
  // By the book's clock, which says when each entry was recorded: this machine's may be ahead of it.
  const waitMs = Date.parse(run.referenceAt) + planPauseMs - (await readBookTime(deps.pool));
  if (run.state === 'planned' && waitMs <= 0) await freeze(deps, run);
  return { run: await snapshotOf(deps.pool, runId), waitMs: Math.max(0, waitMs) };
}

async function freeze(deps: SettlementPlanning, run: SettlementRunRow): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const plan = await makePlan(deps.pool, run, deps.settlementRules);
    try {
      await write(deps, run, plan);
      return;
    } catch (error) {
      if (!isDuplicate(error) || tries === triesMax) throw error;
    }
  }
}

async function write(
  { pool, now }: SettlementPlanning,
  run: SettlementRunRow,
  plan: { readonly items: readonly SettlementPlanItem[]; readonly leftOut: readonly SettlementLeftOut[] },
): Promise<void> {
  const at = now();
  const isEmpty = plan.items.length === 0;
  const set = {
    state: nextState(settlementRunTransitions, run.state, isEmpty ? 'finish' : 'propose'),
    plan_hash: planHashOf({ ...run, revision: 0 }, plan.items),
    left_out_json: JSON.stringify(plan.leftOut),
    // A run that waits when the next month is over is too late for its own.
    expires_at: sqlTime(endOfPeriod(periodAt(at.toISOString(), run.zone), run.zone)),
  };
  await pool.transaction(async (transaction) => {
    const [rows] = await transaction.send([runStatement(run.id, ' FOR UPDATE')]);
    const found = runOf(rowsOf(rows)[0]);
    if (found.state !== 'planned') return;
    if (found.version !== run.version) throw new DomainError('conflict', 'The run was changed while it was planned.');
    for (const insert of insertItems(run, plan.items, at)) await transaction.send([insert]);
    await transaction.send([runUpdate(run, set, at)]);
  });
}
