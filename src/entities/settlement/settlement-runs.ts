import { DomainError } from '../../domain/errors.ts';
import { isSettlementOver, type SettlementSnapshot } from '../../domain/settlement/settlement-run.ts';
import type { SettlementItemState, SettlementRunState } from '../../domain/settlement/settlement.ts';
import type { SettlementScope } from './settlement-plan.read.ts';
import { isoTime, numberOf, optionalText, optionalTime, sqlTime, textOf } from '../sql-pool.ts';
import type { SqlPool, SqlRow, Statement } from '../sql-pool.ts';

/** A run as its row has it. Times are ISO 8601 UTC. */
export interface SettlementRunRow extends SettlementScope {
  readonly id: string;
  readonly no: number;
  readonly workflowId: string;
  readonly cause: 'schedule' | 'manual';
  readonly state: SettlementRunState;
  readonly capsShort: boolean;
  readonly approvalsWanted: number;
  readonly planHash: string | null;
  readonly attentionReason: string | null;
  readonly leftOutJson: string | null;
  readonly expiresAt: string | null;
  readonly startedBy: string;
  readonly createdAt: string;
  readonly version: number;
}

export type NewSettlementRun = Pick<
  SettlementRunRow,
  'id' | 'workflowId' | 'zone' | 'period' | 'referenceAt' | 'cause' | 'capsShort' | 'approvalsWanted' | 'startedBy'
>;

/** Writes a run that is still to be planned; once, however often it is sent. */
export function insertRun(run: NewSettlementRun, at: Date): Statement {
  const now = sqlTime(at.toISOString());
  return {
    sql: `INSERT INTO settlement_run (id, workflow_id, zone, period, reference_at, cause, state, caps_short, approvals_wanted,
      started_by, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, 'planned', ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE id = VALUES(id)`,
    values: [
      ...[run.id, run.workflowId, run.zone, run.period, sqlTime(run.referenceAt), run.cause],
      ...[run.capsShort ? 1 : 0, run.approvalsWanted, run.startedBy, now, now],
    ],
  };
}

/** Reads a run; with `FOR UPDATE` in a transaction. */
export function runStatement(id: string, lock: '' | ' FOR UPDATE' = ''): Statement {
  return { sql: `SELECT * FROM settlement_run WHERE id = ?${lock}`, values: [id] };
}

/** Reads a run. Throws `not_found`. */
export async function loadRun(pool: Pick<SqlPool, 'rows'>, id: string): Promise<SettlementRunRow> {
  const { sql, values } = runStatement(id);
  return runOf((await pool.rows(sql, values))[0]);
}

/** The run in `row`. Throws `not_found` for none. */
export function runOf(row: SqlRow | undefined): SettlementRunRow {
  if (row === undefined) throw new DomainError('not_found', 'There is no such settlement.');
  return {
    id: textOf(row, 'id'),
    no: numberOf(row, 'no'),
    workflowId: textOf(row, 'workflow_id'),
    zone: textOf(row, 'zone'),
    period: textOf(row, 'period'),
    referenceAt: isoTime(textOf(row, 'reference_at')),
    cause: textOf(row, 'cause') as SettlementRunRow['cause'],
    state: textOf(row, 'state') as SettlementRunState,
    capsShort: row['caps_short'] === 1,
    approvalsWanted: numberOf(row, 'approvals_wanted'),
    planHash: optionalText(row, 'plan_hash'),
    attentionReason: optionalText(row, 'attention_reason'),
    leftOutJson: optionalText(row, 'left_out_json'),
    expiresAt: optionalTime(row, 'expires_at'),
    startedBy: textOf(row, 'started_by'),
    createdAt: isoTime(textOf(row, 'created_at')),
    version: numberOf(row, 'version'),
  };
}

/** A change of a run's row, guarded by its version: 0 rows touched means that somebody else moved first. */
export function runUpdate(
  run: Pick<SettlementRunRow, 'id' | 'version'>,
  set: Readonly<
    Partial<Record<'state' | 'plan_hash' | 'attention_reason' | 'left_out_json' | 'expires_at', string | null>>
  >,
  at: Date,
): Statement {
  const columns = Object.keys(set).map((column) => `${column} = ?, `);
  return {
    sql: `UPDATE settlement_run SET ${columns.join('')}updated_at = ?, version = version + 1 WHERE id = ? AND version = ?`,
    values: [...Object.values(set), sqlTime(at.toISOString()), run.id, run.version],
  };
}

/** How many organisations an operator sees in Temporal at once. */
const linesShown = 50;

/** A run with how far it is, as its workflow carries it. */
export async function snapshotOf(pool: Pick<SqlPool, 'rowSets'>, id: string): Promise<SettlementSnapshot> {
  const [runs = [], counts = [], lines = []] = await pool.rowSets([
    runStatement(id),
    { sql: 'SELECT state, COUNT(*) AS count FROM settlement_item WHERE run_id = ? GROUP BY state', values: [id] },
    { sql: linesSql, values: shownStates.map(() => id) },
  ]);
  const run = runOf(runs[0]);
  return {
    ...{ runId: run.id, state: run.state, version: run.version, zone: run.zone, period: run.period },
    ...{ planHash: run.planHash, attentionReason: run.attentionReason, expiresAt: run.expiresAt },
    counts: Object.fromEntries(
      counts.map((row) => [textOf(row, 'state') as SettlementItemState, numberOf(row, 'count')]),
    ),
    // Whoever looks later finds all of them in the API.
    lines: lines.map((row) => lineOf(row, isSettlementOver(run.state))),
  };
}

/** Those that need a person first. */
const shownStates: readonly SettlementItemState[] = ['short', 'blocked', 'held_back', 'planned', 'posted', 'released'];
// A few of each state by the index: sorting all of them after every page would grow with the square of their number.
const someOfEach = shownStates.map(
  (state, place) =>
    `(SELECT id, ${place} AS place FROM settlement_item WHERE run_id = ? AND state = '${state}' ORDER BY id LIMIT ${linesShown})`,
);
const linesSql = `SELECT o.no, o.name, i.state, i.outcome, i.currency, i.payout_minor
  FROM (${someOfEach.join(' UNION ALL ')}) few JOIN settlement_item i ON i.id = few.id
  JOIN organisation o ON o.id = i.organisation_id ORDER BY few.place, i.id LIMIT ${linesShown}`;

function lineOf(row: SqlRow, isOver: boolean): string {
  const outcome = optionalText(row, 'outcome');
  const amount = `${numberOf(row, 'payout_minor')} ${textOf(row, 'currency')} (minor units)`;
  const state = `${textOf(row, 'state')}${outcome === null ? '' : `: ${outcome}`}`;
  return `#${numberOf(row, 'no')} ${textOf(row, 'name')} - ${state}${isOver ? '' : `, ${amount}`}`;
}
