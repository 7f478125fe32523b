import { DomainError } from '../../domain/errors.ts';
import type { SettlementSource } from '../../domain/settlement/settlement-plan.ts';
import type { PayoutMethod } from '../../domain/settlement/payout.ts';
import { isoTime, numberOf, optionalText, sqlTime, textOf, type SqlPool, type SqlRow } from '../sql-pool.ts';

/** What a plan is made for; `referenceAt` is the end of the period, ISO 8601 UTC. */
export interface SettlementScope {
  readonly zone: string;
  readonly period: string;
  readonly referenceAt: string;
}

/**
 * Every account of the zone's organisations with money at the end of the period, with what it is settled by, in order of
 * the accounts' codes: one packet of the same few statements however many there are. Each reads one table in the order
 * it lies in, and they are joined here, which costs a third of what looking each other up would. What a run claims is
 * read after the balances, so that nobody is settled by two. Throws `fees_not_set` where the deployment has no fees yet.
 */
export async function readSettlementSources(pool: SqlPool, scope: SettlementScope): Promise<SettlementSource[]> {
  const { zone, period } = scope;
  const at = sqlTime(scope.referenceAt);
  const [standings = [], organisations = [], details = [], claims = [], fees = []] = await pool.rowSets([
    { sql: standingsSql, values: [at, at, at, zone] },
    { sql: organisationsSql, values: [zone] },
    { sql: bankDetailsSql, values: [zone] },
    { sql: claimsSql, values: [period] },
    { sql: 'SELECT id, default_fee_bp FROM fee_setting ORDER BY no DESC LIMIT 1', values: [] },
  ]);
  const [fee] = fees;
  if (fee === undefined) throw new DomainError('fees_not_set', 'Set the fees of this deployment first.');
  const usual = { feeBp: numberOf(fee, 'default_fee_bp'), feeVersion: `setting:${textOf(fee, 'id')}` };
  const ofZone = new Map(organisations.map((row) => [textOf(row, 'id'), row]));
  const found = { bankDetails: byAccount(details, 'id'), claims: byAccount(claims, 'run_id') };
  return standings.toSorted(byCode).flatMap((standing) => {
    const organisation = ofZone.get(textOf(standing, 'code').slice(prefix.length, prefix.length + idLength));
    return organisation === undefined ? [] : [sourceOf({ standing, organisation, ...found }, usual)];
  });
}

/** What time it is for the book, in ms since 1970: its entries are recorded by the database's clock. */
export async function readBookTime(pool: Pick<SqlPool, 'rows'>): Promise<number> {
  const [row] = await pool.rows('SELECT UTC_TIMESTAMP(6) AS now');
  return Date.parse(isoTime(textOf(row ?? {}, 'now')));
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

/**
 * Accounts with money at an instant, and the entry that says so. An account that has rested since says it itself, since
 * it always agrees with its newest entry and entries never go back in time (both are invariants of the book); only where
 * it has moved is it a step down the index of its entries.
 */
const standingsSql = `SELECT a.code, a.currency, a.entry_count AS seq, a.balance_minor
  FROM ledger_account a
  WHERE a.code LIKE '${prefix}%' AND a.balance_minor > 0 AND a.last_recorded_at < ?
  UNION ALL
  SELECT a.code, a.currency, CAST(e.seq AS SIGNED), e.balance_after_minor
  FROM ledger_account a
  JOIN organisation o ON o.id = SUBSTRING(a.code, ${prefix.length + 1}, ${idLength})
  JOIN ledger_entry e ON e.account_id = a.id AND e.seq = (
    SELECT x.seq FROM ledger_entry x WHERE x.account_id = a.id AND x.recorded_at < ?
    ORDER BY x.account_id DESC, x.recorded_at DESC, x.seq DESC LIMIT 1)
  WHERE a.code LIKE '${prefix}%' AND a.last_recorded_at >= ? AND o.zone = ? AND e.balance_after_minor > 0`;

const organisationsSql = `SELECT o.id, o.status, o.currency, o.float_minor, o.payout_method, o.connected_account_ref,
    f.fee_bp, f.created_at AS fee_set_at
  FROM organisation o LEFT JOIN fee_override f ON f.organisation_id = o.id
  WHERE o.zone = ?`;

/** The newest of each organisation and currency comes last. */
const bankDetailsSql = `SELECT b.organisation_id, b.currency, b.id
  FROM organisation o JOIN bank_detail b ON b.organisation_id = o.id
  WHERE o.zone = ? ORDER BY b.organisation_id, b.currency, b.no`;

/** Of any zone: an organisation may have moved. */
const claimsSql = `SELECT c.organisation_id, c.currency, c.run_id
  FROM settlement_run r JOIN settlement_item c ON c.run_id = r.id
  WHERE r.period = ? AND c.claim IS NOT NULL`;

/** What is known of an account of an organisation of the zone; the maps are by `accountKey`. */
interface Found {
  readonly standing: SqlRow;
  readonly organisation: SqlRow;
  readonly bankDetails: ReadonlyMap<string, string>;
  readonly claims: ReadonlyMap<string, string>;
}

function byAccount(rows: readonly SqlRow[], column: string): ReadonlyMap<string, string> {
  return new Map(
    rows.map((row) => [accountKey(textOf(row, 'organisation_id'), textOf(row, 'currency')), textOf(row, column)]),
  );
}

function accountKey(organisationId: string, currency: string): string {
  return `${organisationId}/${currency}`;
}

function byCode(left: SqlRow, right: SqlRow): number {
  return textOf(left, 'code') < textOf(right, 'code') ? -1 : 1;
}

function sourceOf(found: Found, usual: Pick<SettlementSource, 'feeBp' | 'feeVersion'>): SettlementSource {
  const { standing, organisation } = found;
  const organisationId = textOf(organisation, 'id');
  const currency = textOf(standing, 'currency');
  const key = accountKey(organisationId, currency);
  const isOwn = currency === textOf(organisation, 'currency');
  const feeSetAt = optionalText(organisation, 'fee_set_at');
  return {
    ...{ organisationId, currency, isClosed: organisation['status'] === 'closed' },
    ledgerSeq: numberOf(standing, 'seq'),
    balanceMinor: numberOf(standing, 'balance_minor'),
    floatMinor: isOwn ? numberOf(organisation, 'float_minor') : 0,
    ...(feeSetAt === null ? usual : { feeBp: numberOf(organisation, 'fee_bp'), feeVersion: `override:${feeSetAt}` }),
    method: textOf(organisation, 'payout_method') as PayoutMethod,
    hasConnectedAccount: optionalText(organisation, 'connected_account_ref') !== null,
    bankDetailId: found.bankDetails.get(key) ?? null,
    claimedBy: found.claims.get(key) ?? null,
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
