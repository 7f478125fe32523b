import type { SqlEntityManager } from '@mikro-orm/sql';
import { iouAgeBuckets } from '../../domain/members/iou.ts';
import type { Scope } from '../../domain/principal.ts';
import { sqlTime } from '../sql-pool.ts';

/** What is owed in one currency, by age; amounts in its minor units. */
export interface IouAgeing {
  readonly currency: string;
  readonly count: number;
  readonly amountMinor: number;
  /** One for each of `iouAgeBuckets`, in order. */
  readonly buckets: readonly { readonly count: number; readonly amountMinor: number }[];
}

interface AgeingRow {
  readonly currency: string;
  readonly bucket: number | string;
  readonly owed: number | string;
  readonly total: number | string;
}

/** What is owed (open or just being paid), by whole days since it was made, within the caller's scope. */
export async function readIouAgeing(
  em: SqlEntityManager,
  scope: Scope,
  { organisationId, asOf }: { readonly organisationId: string | undefined; readonly asOf: Date },
): Promise<readonly IouAgeing[]> {
  const owners = [scope.organisationId, organisationId ?? null].filter((id) => id !== null);
  const rows = await em.execute<AgeingRow[]>(
    `SELECT currency, ${bucketColumn} AS bucket, COUNT(*) AS owed, SUM(amount_minor) AS total
     FROM (SELECT currency, amount_minor, TIMESTAMPDIFF(DAY, created_at, ?) AS age FROM iou
       WHERE state IN ('open', 'paying') ${owners.map(() => 'AND organisation_id = ?').join(' ')}) AS owing
     GROUP BY currency, bucket ORDER BY currency, bucket`,
    [sqlTime(asOf.toISOString()), ...owners],
  );
  return [...Map.groupBy(rows, (row) => row.currency)].map(([currency, ofCurrency]) => ageing(currency, ofCurrency));
}

/** The number of the bucket that `age` falls into. */
const bucketColumn = `CASE ${iouAgeBuckets
  .map(({ to }, index) => (to === null ? `ELSE ${index}` : `WHEN age <= ${to} THEN ${index}`))
  .join(' ')} END`;

function ageing(currency: string, rows: readonly AgeingRow[]): IouAgeing {
  const buckets = iouAgeBuckets.map((_, index) => {
    const row = rows.find(({ bucket }) => Number(bucket) === index);
    return { count: Number(row?.owed ?? 0), amountMinor: Number(row?.total ?? 0) };
  });
  return {
    currency,
    count: buckets.reduce((sum, bucket) => sum + bucket.count, 0),
    amountMinor: buckets.reduce((sum, bucket) => sum + bucket.amountMinor, 0),
    buckets,
  };
}
