import { DomainError } from '../domain/errors.ts';
import type { SettlementSource } from '../domain/settlement-plan.ts';
import type { PayoutMethod } from '../domain/payout.ts';
import { numberOf, optionalText, sqlTime, textOf, type SqlPool, type SqlRow } from './sql-pool.ts';

/** What a plan is made for; `referenceAt` is the end of the period, ISO 8601 UTC. */
export interface SettlementScope {
  readonly zone: string;
  readonly period: string;
  readonly referenceAt: string;
}

/**
 * Every account of the zone's organisations with money at the end of the period, with what it is settled by, in one
 * statement however many there are: their accounts are a range of one index, and the entry is a step down another.
 * Throws `fees_not_set` where the deployment has no fees yet.
 */
export async function readSettlementSources(pool: SqlPool, scope: SettlementScope): Promise<SettlementSource[]> {
  const [sources = [], fees = []] = await pool.rowSets([
    { sql: sourcesSql, values: [sqlTime(scope.referenceAt), scope.period, scope.zone] },
    { sql: 'SELECT id, default_fee_bp FROM fee_setting ORDER BY no DESC LIMIT 1', values: [] },
  ]);
  const [fee] = fees;
  if (fee === undefined) throw new DomainError('fees_not_set', 'Set the fees of this deployment first.');
  const usual = { feeBp: numberOf(fee, 'default_fee_bp'), feeVersion: `setting:${textOf(fee, 'id')}` };
  return sources.map((row) => sourceOf(row, usual));
}

/** Whether any organisation lives in `zone`. */
export async function hasOrganisations(pool: SqlPool, zone: string): Promise<boolean> {
  return (await pool.rows('SELECT 1 FROM organisation WHERE zone = ? LIMIT 1', [zone])).length > 0;
}

/** The zones that organisations live in: each has its schedule. */
export async function readSettlementZones(pool: Pick<SqlPool, 'rows'>): Promise<string[]> {
  return (await pool.rows('SELECT DISTINCT zone FROM organisation ORDER BY zone')).map((row) => textOf(row, 'zone'));
}

const prefix = 'organisation/';
const idLength = 30;

const sourcesSql = `SELECT o.id AS organisation_id, a.currency, o.status, o.currency AS own_currency, o.float_minor, o.payout_method,
    o.connected_account_ref, e.seq, e.balance_after_minor, f.fee_bp, f.created_at AS fee_set_at, b.id AS bank_detail_id,
    c.run_id AS claimed_by
  FROM ledger_account a
  JOIN organisation o ON o.id = SUBSTRING(a.code, ${prefix.length + 1}, ${idLength})
  JOIN ledger_entry e ON e.account_id = a.id AND e.seq = (
    SELECT x.seq FROM ledger_entry x WHERE x.account_id = a.id AND x.recorded_at < ? ORDER BY x.recorded_at DESC, x.seq DESC LIMIT 1)
  LEFT JOIN fee_override f ON f.organisation_id = o.id
  LEFT JOIN bank_detail b ON b.organisation_id = o.id AND b.currency = a.currency AND b.no = (
    SELECT MAX(y.no) FROM bank_detail y WHERE y.organisation_id = o.id AND y.currency = a.currency)
  LEFT JOIN settlement_item c ON c.claim = CONVERT(CONCAT(o.id, ':', ?, ':', a.currency) USING ascii) COLLATE ascii_bin
  WHERE a.code LIKE '${prefix}%' AND o.zone = ? AND e.balance_after_minor > 0
  ORDER BY a.code`;

function sourceOf(row: SqlRow, usual: Pick<SettlementSource, 'feeBp' | 'feeVersion'>): SettlementSource {
  const currency = textOf(row, 'currency');
  const isOwn = currency === textOf(row, 'own_currency');
  const feeSetAt = optionalText(row, 'fee_set_at');
  return {
    organisationId: textOf(row, 'organisation_id'),
    currency,
    isClosed: row['status'] === 'closed',
    ledgerSeq: numberOf(row, 'seq'),
    balanceMinor: numberOf(row, 'balance_after_minor'),
    floatMinor: isOwn ? numberOf(row, 'float_minor') : 0,
    ...(feeSetAt === null ? usual : { feeBp: numberOf(row, 'fee_bp'), feeVersion: `override:${feeSetAt}` }),
    method: textOf(row, 'payout_method') as PayoutMethod,
    hasConnectedAccount: optionalText(row, 'connected_account_ref') !== null,
    bankDetailId: optionalText(row, 'bank_detail_id'),
    claimedBy: optionalText(row, 'claimed_by'),
  };
}

/** The claim of an organisation's settlement for a month, while it lives. */
export function settlementClaim(item: {
  readonly organisationId: string;
  readonly currency: string;
  readonly period: string;
}): string {
  return `${item.organisationId}:${item.period}:${item.currency}`;
}

/** What the book says is ours at banks and processors, without what is on its way to organisations; minor units. */
export async function readFunds(pool: Pick<SqlPool, 'rows'>): Promise<ReadonlyMap<string, number>> {
  const rows = await pool.rows(
    `SELECT currency, CAST(SUM(IF(kind = 'payouts-in-flight', -balance_minor, balance_minor)) AS SIGNED) AS funds
     FROM ledger_account WHERE code LIKE 'bank/%' OR code LIKE 'processor/%' OR code LIKE 'payouts-in-flight/%' GROUP BY currency`,
  );
  return new Map(rows.map((row) => [textOf(row, 'currency'), numberOf(row, 'funds')]));
}
