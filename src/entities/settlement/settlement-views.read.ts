import type { SettlementItemState } from '../../domain/settlement/settlement.ts';
import { itemColumns, itemOf, type SettlementItemRow } from './settlement-items.ts';
import { runOf, runStatement, type SettlementRunRow } from './settlement-runs.ts';
import { isoTime, numberOf, optionalText, textOf, type SqlPool, type SqlRow, type SqlValue } from '../sql-pool.ts';

/** Sums of a run in one currency, of those who are or will be paid; minor units. */
export interface SettlementTotal {
  readonly currency: string;
  readonly settledMinor: number;
  readonly feeMinor: number;
  readonly taxMinor: number;
  readonly payoutMinor: number;
}

/** A run with all that a person looks at. */
export interface SettlementView {
  readonly run: SettlementRunRow;
  readonly counts: Readonly<Partial<Record<SettlementItemState, number>>>;
  readonly totals: readonly SettlementTotal[];
  /** Of the plan as it is. */
  readonly approvals: readonly { readonly person: string; readonly at: string }[];
  /** Who was not paid and why; cut. */
  readonly toActOn: readonly {
    readonly organisationId: string;
    readonly currency: string;
    readonly outcome: string | null;
  }[];
}

const actsShown = 100;
/** What was posted counts, not what was planned: a capped settlement is smaller. */
const totalsSql = `SELECT i.currency, ${['settled', 'fee', 'tax'].map((part) => sumOf(part, part)).join(', ')}, ${sumOf('payout', 'amount')}
  FROM settlement_item i LEFT JOIN payout p ON p.id = i.payout_id WHERE i.run_id = ? AND i.state IN ('planned', 'posted') GROUP BY i.currency`;

function sumOf(part: string, posted: string): string {
  return `CAST(SUM(COALESCE(p.${posted}_minor, i.${part}_minor)) AS SIGNED) AS ${part}_minor`;
}

/** Reads a run with its sums. Throws `not_found`. */
export async function readSettlement(pool: SqlPool, id: string): Promise<SettlementView> {
  const values = [id];
  const [runs = [], counts = [], totals = [], approvals = [], acts = []] = await pool.rowSets([
    runStatement(id),
    { sql: 'SELECT state, COUNT(*) AS count FROM settlement_item WHERE run_id = ? GROUP BY state', values },
    { sql: totalsSql, values },
    {
      sql: `SELECT a.person, a.created_at FROM settlement_approval a JOIN settlement_run r ON r.id = a.run_id AND r.plan_hash = a.plan_hash
        WHERE r.id = ? ORDER BY a.created_at`,
      values,
    },
    {
      sql: `SELECT organisation_id, currency, outcome FROM settlement_item WHERE run_id = ? AND state IN ('short', 'blocked')
        ORDER BY id LIMIT ${actsShown}`,
      values,
    },
  ]);
  return {
    run: runOf(runs[0]),
    counts: Object.fromEntries(counts.map((row) => [textOf(row, 'state'), numberOf(row, 'count')])),
    totals: totals.map(totalOf),
    approvals: approvals.map((row) => ({ person: textOf(row, 'person'), at: isoTime(textOf(row, 'created_at')) })),
    toActOn: acts.map((row) => ({
      organisationId: textOf(row, 'organisation_id'),
      currency: textOf(row, 'currency'),
      outcome: optionalText(row, 'outcome'),
    })),
  };
}

function totalOf(row: SqlRow): SettlementTotal {
  return {
    currency: textOf(row, 'currency'),
    settledMinor: numberOf(row, 'settled_minor'),
    feeMinor: numberOf(row, 'fee_minor'),
    taxMinor: numberOf(row, 'tax_minor'),
    payoutMinor: numberOf(row, 'payout_minor'),
  };
}

/** Which runs of a list; the newest first, after the one named. */
export interface RunsAsked {
  readonly period?: string | undefined;
  readonly zone?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Runs with their rows only. */
export async function listRuns(pool: SqlPool, { period, zone, cursor, limit }: RunsAsked): Promise<SettlementRunRow[]> {
  const where: [string, SqlValue | undefined][] = [
    ['period = ?', period],
    ['zone = ?', zone],
    ['id < ?', cursor],
  ];
  const asked = where.filter(([, value]) => value !== undefined);
  const rows = await pool.rows(
    `SELECT * FROM settlement_run WHERE ${['1 = 1', ...asked.map(([sql]) => sql)].join(' AND ')} ORDER BY id DESC LIMIT ${limit}`,
    asked.map(([, value]) => value as SqlValue),
  );
  return rows.map(runOf);
}

/** An item with what people know it by. */
export interface SettlementItemView {
  readonly item: SettlementItemRow;
  readonly organisationNo: number;
  readonly organisationName: string;
  /** The account as people may see it. */
  readonly maskedAccount: string | null;
  /** The account itself, sealed, with the row that it was sealed for. */
  readonly sealedAccount: string | null;
  /** What was posted; null while nothing is. */
  readonly posted: SettlementTotal | null;
}

/** Items of a run in the order of its plan. */
export async function listItems(
  pool: Pick<SqlPool, 'rows'>,
  runId: string,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<SettlementItemView[]> {
  const rows = await pool.rows(
    `SELECT ${itemColumns}, o.no AS organisation_no, o.name AS organisation_name, b.masked, b.sealed, p.id AS posted_id,
       p.settled_minor AS posted_settled, p.fee_minor AS posted_fee, p.tax_minor AS posted_tax, p.amount_minor AS posted_payout
     FROM settlement_item i JOIN organisation o ON o.id = i.organisation_id LEFT JOIN bank_detail b ON b.id = i.bank_detail_id
     LEFT JOIN payout p ON p.id = i.payout_id
     WHERE i.run_id = ? AND i.id > ? ORDER BY i.id LIMIT ${limit}`,
    [runId, cursor ?? ''],
  );
  return rows.map((row) => ({
    item: itemOf(row),
    organisationNo: numberOf(row, 'organisation_no'),
    organisationName: textOf(row, 'organisation_name'),
    maskedAccount: optionalText(row, 'masked'),
    sealedAccount: optionalText(row, 'sealed'),
    posted: postedIn(row),
  }));
}

function postedIn(row: SqlRow): SettlementTotal | null {
  if (row['posted_id'] === null) return null;
  return {
    currency: textOf(row, 'currency'),
    settledMinor: numberOf(row, 'posted_settled'),
    feeMinor: numberOf(row, 'posted_fee'),
    taxMinor: numberOf(row, 'posted_tax'),
    payoutMinor: numberOf(row, 'posted_payout'),
  };
}
