import type { SqlPool } from './sql-pool.ts';

/**
 * The settlement fee of an organisation in hundredths of a percent: its own, else the newest of the deployment (cobalt.md
 * 1.6). Null where neither was ever set.
 */
export async function readEffectiveFee(pool: Pick<SqlPool, 'rows'>, organisationId: string): Promise<number | null> {
  const [row] = await pool.rows(
    `SELECT COALESCE((SELECT fee_bp FROM fee_override WHERE organisation_id = ?),
       (SELECT default_fee_bp FROM fee_setting ORDER BY no DESC LIMIT 1)) AS fee_bp`,
    [organisationId],
  );
  const found = row?.['fee_bp'];
  return typeof found === 'number' ? found : null;
}
