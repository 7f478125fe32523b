import { isoTime, numberOf, optionalText, sqlTime, textOf, type SqlPool, type SqlRow } from './sql-pool.ts';

/** Which acts are wanted; what is undefined is not asked for. Times are ISO 8601 in UTC, half-open. */
export interface AuditQuery {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly organisation?: string | undefined;
  readonly from?: string | undefined;
  readonly before?: string | undefined;
  /** The number of the last act of the page before. */
  readonly cursor?: number | undefined;
  readonly limit: number;
}

/** An act as it was written down. */
export interface WrittenAct {
  readonly no: number;
  readonly at: string;
  readonly actor: string;
  readonly assertedActor: string | null;
  readonly action: string;
  readonly organisation: string | null;
  readonly target: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string | null;
}

/** A page of acts, the newest first, and the cursor of the next. */
export async function readAuditEvents(
  pool: Pick<SqlPool, 'rows'>,
  query: AuditQuery,
): Promise<{ readonly acts: readonly WrittenAct[]; readonly nextCursor: number | null }> {
  const conditions = wanted(query);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
  const rows = await pool.rows(
    `SELECT no, occurred_at, actor, asserted_actor, action, organisation_id, target, before_values, after_values, reason
     FROM audit_event ${where} ORDER BY no DESC LIMIT ${query.limit + 1}`,
    conditions.flatMap(({ values }) => values),
  );
  const acts = rows.slice(0, query.limit).map(actOf);
  return { acts, nextCursor: rows.length > query.limit ? (acts.at(-1)?.no ?? null) : null };
}

interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

function wanted({ actor, action, target, organisation, from, before, cursor }: AuditQuery): readonly Condition[] {
  const given = (sql: string, value: string | number | undefined): readonly Condition[] =>
    value === undefined ? [] : [{ sql, values: [value] }];
  return [
    // Whoever a key said to act for did it as much as the key.
    ...(actor === undefined ? [] : [{ sql: '(actor = ? OR asserted_actor = ?)', values: [actor, actor] }]),
    ...given('action = ?', action),
    ...given('target = ?', target),
    ...given('organisation_id = ?', organisation),
    ...given('occurred_at >= ?', from === undefined ? undefined : sqlTime(from)),
    ...given('occurred_at < ?', before === undefined ? undefined : sqlTime(before)),
    ...given('no < ?', cursor),
  ];
}

function actOf(row: SqlRow): WrittenAct {
  return {
    no: numberOf(row, 'no'),
    at: isoTime(textOf(row, 'occurred_at')),
    actor: textOf(row, 'actor'),
    assertedActor: optionalText(row, 'asserted_actor'),
    action: textOf(row, 'action'),
    organisation: optionalText(row, 'organisation_id'),
    target: textOf(row, 'target'),
    before: parsed(optionalText(row, 'before_values')),
    after: parsed(optionalText(row, 'after_values')),
    reason: optionalText(row, 'reason'),
  };
}

function parsed(json: string | null): unknown {
  return json === null ? null : (JSON.parse(json) as unknown);
}
