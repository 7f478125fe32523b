import { admits, nextState } from '../../domain/transition.ts';
import { planWith, type PlanChange } from '../../domain/settlement/settlement-decision.ts';
import type {
  DecisionOutcome,
  DecisionRefusal,
  DecisionRequest,
  SettlementSnapshot,
} from '../../domain/settlement/settlement-run.ts';
import { settlementRunTransitions, type SettlementRunChange } from '../../domain/settlement/settlement.ts';
import { actStatement } from '../../entities/audit.ts';
import {
  itemOf,
  itemsStatement,
  releaseItems,
  type SettlementItemRow,
} from '../../entities/settlement/settlement-items.ts';
import {
  runOf,
  runStatement,
  runUpdate,
  snapshotOf,
  type SettlementRunRow,
} from '../../entities/settlement/settlement-runs.ts';
import { rowsOf, sqlTime, textOf, type SqlTransaction, type Statement } from '../../entities/sql-pool.ts';
import { organisationId } from '../../domain/ids.ts';
import { planHashOf } from '../../reports/settlement/settlement-plan.ts';
import { taxBpOf } from '../../domain/settlement/settlement-plan.ts';
import type { SettlementPlanning } from './settlement-planning.ts';

/** What a decision is judged by: all of it read under the run's lock. */
interface Desk {
  readonly run: SettlementRunRow;
  readonly items: readonly SettlementItemRow[];
  /** Who has approved the plan as it is. */
  readonly approvers: readonly string[];
  /** Who wrote bank details that the plan pays to. */
  readonly bankAuthors: readonly string[];
  /** How often people have changed the plan. */
  readonly revision: number;
  readonly isDone: boolean;
}

/** What is written for a decision, or why it is refused. */
type Verdict = { readonly refusal: DecisionRefusal } | { readonly statements: readonly Statement[] };

/**
 * Decides about a run that waits: all of it in one transaction under the run's lock, once per request however often it
 * is tried. A decision that may not be taken is a refusal with a code, and nothing is written.
 */
export async function decide(
  deps: SettlementPlanning,
  { runId, request }: { runId: string; request: DecisionRequest },
): Promise<DecisionOutcome> {
  const refusal = await deps.pool.transaction(async (transaction) => {
    const desk = await readDesk(transaction, runId, request);
    if (desk.isDone) return null;
    const verdict = judge(deps, desk, request);
    if ('refusal' in verdict) return verdict.refusal;
    await transaction.send([...verdict.statements, ...recordOf(desk, request, deps.now())]);
    return null;
  });
  const run = await snapshotOf(deps.pool, runId);
  return { state: run.state, refusal, run };
}

async function readDesk(transaction: SqlTransaction, runId: string, request: DecisionRequest): Promise<Desk> {
  const [runs] = await transaction.send([runStatement(runId, ' FOR UPDATE')]);
  const run = runOf(rowsOf(runs)[0]);
  const [items, approvals, authors, decisions] = await transaction.send([
    itemsStatement(runId),
    {
      sql: 'SELECT person FROM settlement_approval WHERE run_id = ? AND plan_hash = ?',
      values: [runId, run.planHash],
    },
    {
      sql: `SELECT DISTINCT b.actor, b.asserted_actor FROM settlement_item i JOIN bank_detail b ON b.id = i.bank_detail_id
        WHERE i.run_id = ? AND i.state <> 'held_back'`,
      values: [runId],
    },
    { sql: 'SELECT id, kind FROM settlement_decision WHERE run_id = ?', values: [runId] },
  ]);
  const decided = rowsOf(decisions);
  return {
    run,
    items: rowsOf(items).map(itemOf),
    approvers: rowsOf(approvals).map((row) => textOf(row, 'person')),
    bankAuthors: rowsOf(authors).flatMap((row) => [row['actor'], row['asserted_actor']].filter(isText)),
    revision: decided.filter((row) => row['kind'] !== 'approve' && row['kind'] !== 'reject').length,
    isDone: decided.some((row) => row['id'] === request.decisionId),
  };
}

function judge(deps: SettlementPlanning, desk: Desk, request: DecisionRequest): Verdict {
  const { decision, by } = request;
  const { state } = desk.run;
  if (state !== 'awaiting_approval') return refuse('settlement_state_conflict', `The settlement is ${state}.`);
  if (decision.kind === 'approve') return approve(deps, desk, { person: by.actor, planHash: decision.planHash });
  if (decision.kind === 'reject') {
    return { statements: [releaseItems(desk.run.id, deps.now()), moved(desk.run, 'reject', deps.now())] };
  }
  const taxBp = (currency: string): number => taxBpOf(deps.settlementRules, currency);
  const change = planWith(desk.items, { decision, by: by.assertedActor ?? by.actor, taxBp });
  return 'code' in change ? { refusal: change } : { statements: amended(desk, change, deps.now()) };
}

/** Somebody who had no hand in the plan, and has not approved it yet (decisions D28). */
function approve(
  { now }: SettlementPlanning,
  { run, items, approvers, bankAuthors }: Desk,
  { person, planHash }: { person: string; planHash: string },
): Verdict {
  if (planHash !== run.planHash) return refuse('plan_changed', 'The plan is no longer the one that was looked at.');
  if (approvers.includes(person)) return refuse('approval_repeated', 'Another person must approve as well.');
  const authors = [run.startedBy, ...items.map(({ overrideBy }) => overrideBy).filter(isText), ...bankAuthors];
  if (authors.some((author) => isSame(author, person))) {
    return refuse('approval_by_author', 'Who started it, changed an amount or bank details cannot approve it.');
  }
  const at = now();
  const approval = {
    sql: 'INSERT INTO settlement_approval (run_id, plan_hash, person, created_at) VALUES (?, ?, ?, ?)',
    values: [run.id, planHash, person, sqlTime(at.toISOString())],
  };
  const isEnough = approvers.length + 1 >= run.approvalsWanted;
  return { statements: [approval, isEnough ? moved(run, 'approve', at) : runUpdate(run, {}, at)] };
}

/** A host asserts the bare name of a person whose token says `person:` and that name. */
function isSame(author: string, person: string): boolean {
  return author === person || `person:${author}` === person;
}

/** The item as it is now, and the hash of the plan that it makes: approvals of the old one count no more. */
function amended({ run, items, revision }: Desk, { item }: PlanChange<SettlementItemRow>, at: Date): Statement[] {
  const changed = items.map((one) => (one.id === item.id ? item : one));
  const hash = planHashOf({ ...run, revision: revision + 1 }, changed);
  return [itemUpdate(item, at), runUpdate(run, { plan_hash: hash }, at)];
}

function itemUpdate(item: SettlementItemRow, at: Date): Statement {
  return {
    sql: `UPDATE settlement_item SET state = ?, outcome = ?, settled_minor = ?, override_minor = ?, override_by = ?, override_reason = ?,
      fee_minor = ?, tax_minor = ?, payout_minor = ?, updated_at = ?, version = version + 1 WHERE id = ?`,
    values: [
      ...[item.state, item.outcome, item.settledMinor, item.overrideMinor, item.overrideBy, item.overrideReason],
      ...[item.feeMinor, item.taxMinor, item.payoutMinor, sqlTime(at.toISOString()), item.id],
    ],
  };
}

function moved(run: SettlementRunRow, change: SettlementRunChange, at: Date): Statement {
  return runUpdate(run, { state: nextState(settlementRunTransitions, run.state, change), attention_reason: null }, at);
}

/** The request is remembered with what it did, and who did it and why is written down. */
function recordOf({ run }: Desk, { decisionId, decision, by }: DecisionRequest, at: Date): Statement[] {
  const remembered = {
    sql: 'INSERT INTO settlement_decision (id, run_id, kind, created_at) VALUES (?, ?, ?, ?)',
    values: [decisionId, run.id, decision.kind, sqlTime(at.toISOString())],
  };
  const { kind, ...what } = decision;
  const reason = 'reason' in decision ? { reason: decision.reason } : {};
  const organisation = 'organisationId' in decision ? organisationId(decision.organisationId) : null;
  const act = { ...by, action: `settlement.${kind}`, target: run.id, organisationId: organisation };
  return [remembered, actStatement({ ...act, after: { ...what, planHash: run.planHash }, ...reason })];
}

/** Tells people that a run waits for them. */
export async function remind(deps: SettlementPlanning, { runId }: { runId: string }): Promise<SettlementSnapshot> {
  return change(deps, runId, (run) =>
    run.state === 'awaiting_approval' ? [runUpdate(run, { attention_reason: 'waits for approval' }, deps.now())] : [],
  );
}

/** Ends a run that nobody has approved in time; its claims are released, its rows stay. */
export async function expire(deps: SettlementPlanning, { runId }: { runId: string }): Promise<SettlementSnapshot> {
  return change(deps, runId, (run) =>
    admits(settlementRunTransitions, run.state, 'expire')
      ? [releaseItems(run.id, deps.now()), moved(run, 'expire', deps.now())]
      : [],
  );
}

/** Changes a run under its lock; the same again changes nothing. */
export async function change(
  { pool }: SettlementPlanning,
  runId: string,
  changes: (run: SettlementRunRow) => readonly Statement[],
): Promise<SettlementSnapshot> {
  await pool.transaction(async (transaction) => {
    const [rows] = await transaction.send([runStatement(runId, ' FOR UPDATE')]);
    const statements = changes(runOf(rowsOf(rows)[0]));
    if (statements.length > 0) await transaction.send(statements);
  });
  return snapshotOf(pool, runId);
}

function refuse(code: DecisionRefusal['code'], message: string): Verdict {
  return { refusal: { code, message } };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
