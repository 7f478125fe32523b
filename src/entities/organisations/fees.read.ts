import { DomainError } from '../../domain/errors.ts';
import type { OrganisationId } from '../../domain/ids.ts';
import { basisPoints } from '../../domain/money.ts';
import type { RefundRules } from '../../domain/payments/refund.ts';
import type { FeeFigures } from '../../domain/organisations/fee-bounds.ts';
import type { Shelf } from '../shelf.ts';
import { orNothing, places } from '../sql-list.ts';
import { isoTime, numberOf, textOf, type SqlPool, type SqlRow } from '../sql-pool.ts';

/** What is kept of an organisation's settlement, and by which rule: a setting's id, or an override's name. */
export interface EffectiveFee {
  /** Hundredths of a percent. */
  readonly feeBp: number;
  /** At most 60 characters; it changes with the rule. */
  readonly feeVersion: string;
  readonly source: 'default' | 'override';
}

/**
 * The fees of these organisations as they stand now (cobalt.md 1.6), in one round trip for any number. Throws
 * `fees_not_set` when one has no override and nothing is set for all.
 */
export async function effectiveFee(
  { pool }: Pick<Shelf, 'pool'>,
  organisationIds: readonly OrganisationId[],
): Promise<ReadonlyMap<OrganisationId, EffectiveFee>> {
  const [settings = [], overrides = []] = await pool.rowSets([
    { sql: newestSetting, values: [] },
    {
      sql: `SELECT organisation_id, fee_bp, created_at FROM fee_override WHERE organisation_id IN (${places(organisationIds)})`,
      values: orNothing(organisationIds),
    },
  ]);
  const [setting] = settings;
  const own = new Map(overrides.map((row) => [textOf(row, 'organisation_id'), overrideOf(row)]));
  const fees = organisationIds.map((id) => [id, own.get(id) ?? defaultOf(setting)] as const);
  return new Map(fees);
}

/** A setting of the deployment's fees as history shows it. */
export interface FeeSettingRow extends FeeFigures {
  readonly id: string;
  readonly actor: string;
  readonly assertedActor: string | null;
  readonly createdAt: string;
}

/** All settings, the newest, which counts, first. */
export async function feeHistory(pool: SqlPool, limit: number): Promise<readonly FeeSettingRow[]> {
  const rows = await pool.rows(`SELECT * FROM fee_setting ORDER BY no DESC LIMIT ${limit}`);
  return rows.map((row) => ({
    id: textOf(row, 'id'),
    defaultFeeBp: numberOf(row, 'default_fee_bp'),
    cardCostE4: numberOf(row, 'card_cost_e4'),
    cardPercentE4: numberOf(row, 'card_percent_e4'),
    refundFeeBp: numberOf(row, 'refund_fee_bp'),
    refundWeeks: numberOf(row, 'refund_weeks'),
    actor: textOf(row, 'actor'),
    assertedActor: row['asserted_actor'] === null ? null : textOf(row, 'asserted_actor'),
    createdAt: isoTime(textOf(row, 'created_at')),
  }));
}

/** Tells what is kept of refunds now. */
export type RefundRulesReader = () => Promise<RefundRules>;

/** Refunds go by the newest setting of fees, and by the deployment's configuration while nothing is set. */
export function refundRulesReader(pool: SqlPool, configured: RefundRules): RefundRulesReader {
  return async () => {
    const [setting] = await pool.rows(newestSetting);
    if (setting === undefined) return configured;
    return {
      feeRate: basisPoints(numberOf(setting, 'refund_fee_bp')),
      ageLimitWeeks: numberOf(setting, 'refund_weeks'),
    };
  };
}

const newestSetting =
  'SELECT id, default_fee_bp, refund_fee_bp, refund_weeks FROM fee_setting ORDER BY no DESC LIMIT 1';

function overrideOf(row: SqlRow): EffectiveFee {
  const at = isoTime(textOf(row, 'created_at')).replace(/[-:.]/g, '');
  return {
    feeBp: numberOf(row, 'fee_bp'),
    feeVersion: `override-${textOf(row, 'organisation_id')}-${at}`,
    source: 'override',
  };
}

function defaultOf(setting: SqlRow | undefined): EffectiveFee {
  if (setting === undefined) throw new DomainError('fees_not_set', 'No fees are set: PUT /v1/fees first.');
  return { feeBp: numberOf(setting, 'default_fee_bp'), feeVersion: textOf(setting, 'id'), source: 'default' };
}
