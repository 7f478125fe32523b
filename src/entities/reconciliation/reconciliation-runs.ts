import { DomainError } from '../../domain/errors.ts';
import type { ReconciliationRunId } from '../../domain/ids.ts';
import { newId } from '../new-id.ts';
import type { Range } from './reconciliation-books.ts';
import {
  isoTime,
  numberOf,
  optionalTime,
  sqlTime,
  textOf,
  type SqlPool,
  type SqlRow,
  type Statement,
} from '../sql-pool.ts';

/** A run as it stands; times are ISO 8601 UTC, ranges half-open. */
export interface ReconciliationRunFacts extends Range {
  readonly id: string;
  readonly no: number;
  readonly processorAccountId: string;
  readonly cause: string;
  readonly state: string;
  readonly readUntil: string;
  readonly linesRead: number;
  readonly claimsSeen: number;
  readonly feesPosted: number;
  readonly payoutsPosted: number;
  readonly matched: number;
  readonly opened: number;
  readonly closed: number;
  readonly startedBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface NewRun extends Range {
  readonly id: ReconciliationRunId;
  readonly processorAccountId: string;
  readonly cause: 'schedule' | 'manual';
  readonly startedBy: string;
  readonly at: string;
}

/** What one day added to its run. */
export interface DayFigures {
  readonly lines: number;
  readonly fees: number;
  readonly payouts: number;
  readonly claims: number;
  readonly matched: number;
  readonly opened: number;
  readonly closed: number;
}

const columns = `id, no, processor_account_id, cause, state, from_at, until_at, read_until, lines_read, claims_seen,
  fees_posted, payouts_posted, matched, opened, closed, started_by, created_at, updated_at`;

/** The insert of a run that has read nothing yet. */
export function insertRun(run: NewRun): Statement {
  return {
    sql: `INSERT INTO reconciliation_run (id, processor_account_id, cause, state, from_at, until_at, read_until, started_by,
      created_at, updated_at) VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?)`,
    values: [
      ...[run.id, run.processorAccountId, run.cause, sqlTime(run.from), sqlTime(run.until), sqlTime(run.from)],
      ...[run.startedBy, sqlTime(run.at), sqlTime(run.at)],
    ],
  };
}

/** The run named `id`. Throws `not_found`. */
export async function loadRun(pool: Pick<SqlPool, 'rows'>, id: string): Promise<ReconciliationRunFacts> {
  const [row] = await pool.rows(`SELECT ${columns} FROM reconciliation_run WHERE id = ?`, [id]);
  if (row === undefined) throw new DomainError('not_found', 'There is no such reconciliation.');
  return runOf(row);
}

/** Runs, the newest first; `before` is the number of the last one of the page before. */
export async function listRuns(
  pool: SqlPool,
  page: { readonly limit: number; readonly before: number | null; readonly processorAccountId: string | null },
): Promise<readonly ReconciliationRunFacts[]> {
  const rows = await pool.rows(
    `SELECT ${columns} FROM reconciliation_run WHERE no < ? AND (? IS NULL OR processor_account_id = ?)
     ORDER BY no DESC LIMIT ?`,
    [page.before ?? 4_294_967_295, page.processorAccountId, page.processorAccountId, page.limit],
  );
  return rows.map(runOf);
}

/** The scheduled run that is under way, or a new one from where the last ended. Null when nothing is left to read. */
export async function openScheduledRun(
  pool: SqlPool,
  account: { readonly id: string; readonly since: string; readonly until: string; readonly at: string },
): Promise<string | null> {
  const [running] = await pool.rows(
    "SELECT id FROM reconciliation_run WHERE processor_account_id = ? AND cause = 'schedule' AND state = 'running' LIMIT 1",
    [account.id],
  );
  if (running !== undefined) return textOf(running, 'id');
  const from = (await readCheckpoint(pool, account.id)) ?? account.since;
  if (from >= account.until) return null;
  const id = newId('reconciliationRun') as ReconciliationRunId;
  const { until, at } = account;
  const { sql, values } = insertRun({
    ...{ id, processorAccountId: account.id, cause: 'schedule', startedBy: 'schedule' },
    ...{ from, until, at },
  });
  await pool.run(sql, values);
  return id;
}

/** The accounts whose books are compared by themselves, with the zone whose days they go by. */
export async function readReconciledAccounts(
  pool: Pick<SqlPool, 'rows'>,
  defaultZone: string,
): Promise<readonly { readonly id: string; readonly zone: string }[]> {
  const rows = await pool.rows(
    `SELECT a.id, COALESCE(o.zone, ?) AS zone FROM processor_account a
     LEFT JOIN organisation o ON o.id = a.organisation_id WHERE a.provider = 'stripe' ORDER BY a.id`,
    [defaultZone],
  );
  return rows.map((row) => ({ id: textOf(row, 'id'), zone: textOf(row, 'zone') }));
}

/** How far the account is compared; null when it never was. */
export async function readCheckpoint(pool: SqlPool, processorAccountId: string): Promise<string | null> {
  const [row] = await pool.rows('SELECT read_until FROM reconciliation_checkpoint WHERE processor_account_id = ?', [
    processorAccountId,
  ]);
  return row === undefined ? null : optionalTime(row, 'read_until');
}

/** A day is done: the run and the account go on from its end. Telling it twice counts it once. */
export function closeDay(
  day: Range & { readonly runId: string; readonly processorAccountId: string },
  { figures, at }: { readonly figures: DayFigures; readonly at: string },
): Statement[] {
  const [until, now] = [sqlTime(day.until), sqlTime(at)];
  return [
    {
      sql: `UPDATE reconciliation_run SET lines_read = lines_read + ?, fees_posted = fees_posted + ?,
          payouts_posted = payouts_posted + ?, claims_seen = claims_seen + ?, matched = matched + ?, opened = opened + ?,
          closed = closed + ?, read_until = ?, updated_at = ?, state = IF(until_at <= ?, 'done', state)
        WHERE id = ? AND read_until < ?`,
      values: [
        ...[figures.lines, figures.fees, figures.payouts, figures.claims, figures.matched, figures.opened],
        ...[figures.closed, until, now, until, day.runId, until],
      ],
    },
    {
      sql: `INSERT INTO reconciliation_checkpoint (processor_account_id, read_until, updated_at) VALUES (?, ?, ?)
        ON DUPLICATE KEY UPDATE updated_at = IF(read_until BETWEEN ? AND ?, VALUES(updated_at), updated_at),
          read_until = IF(read_until BETWEEN ? AND ?, VALUES(read_until), read_until)`,
      // Only what joins on to what is compared already moves it: a later day read by hand leaves no gap behind.
      values: [day.processorAccountId, until, now, sqlTime(day.from), until, sqlTime(day.from), until],
    },
  ];
}

function runOf(row: SqlRow): ReconciliationRunFacts {
  const time = (column: string) => isoTime(textOf(row, column));
  return {
    id: textOf(row, 'id'),
    no: numberOf(row, 'no'),
    processorAccountId: textOf(row, 'processor_account_id'),
    cause: textOf(row, 'cause'),
    state: textOf(row, 'state'),
    from: time('from_at'),
    until: time('until_at'),
    readUntil: time('read_until'),
    linesRead: numberOf(row, 'lines_read'),
    claimsSeen: numberOf(row, 'claims_seen'),
    feesPosted: numberOf(row, 'fees_posted'),
    payoutsPosted: numberOf(row, 'payouts_posted'),
    matched: numberOf(row, 'matched'),
    opened: numberOf(row, 'opened'),
    closed: numberOf(row, 'closed'),
    startedBy: textOf(row, 'started_by'),
    createdAt: time('created_at'),
    updatedAt: time('updated_at'),
  };
}
