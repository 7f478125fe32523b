import { numberIn, type SqlReader } from '../ledger/sql-reader.read.ts';

/** What of an account's entries counts: up to an instant, or only before it. */
export type Edge = '<=' | '<';

/**
 * SQL of what the account `a` held at an instant, by the time of recording: its own balance when nothing came later, which
 * is nearly always, else the newest entry by index. Takes the instant twice.
 */
export function balanceSql(edge: Edge): string {
  return `IF(a.last_recorded_at ${edge} ?, a.balance_minor, COALESCE((SELECT e.balance_after_minor FROM ledger_entry e
    WHERE e.account_id = a.id AND e.recorded_at ${edge} ? ORDER BY e.account_id DESC, e.recorded_at DESC, e.seq DESC LIMIT 1), 0))`;
}

/** SQL of the account code of a holder whose id is `column`, in a currency that is bound; found by its unique index. */
export function accountCodeSql(kind: 'member' | 'organisation', column: string): string {
  return `CONVERT(CONCAT('${kind}/', ${column}, '/', ?) USING ascii) COLLATE ascii_bin`;
}

/** SQL of the id within the code of account `a`. */
export const holderIdSql = "SUBSTRING_INDEX(SUBSTRING_INDEX(a.code, '/', 2), '/', -1)";

const accountsAtOnce = 2_000;

/**
 * Waits until whatever was given its time before now is in the book: a posting under way holds its accounts' rows from
 * before it takes the time until it commits. A share of the accounts at a time, in the order of the poster's own locks,
 * so that nobody waits for long and nobody deadlocks.
 */
export async function waitForPostings(reader: SqlReader): Promise<void> {
  let after = 0;
  for (;;) {
    const rows = await reader.rows(
      `SELECT id FROM ledger_account WHERE id > ? ORDER BY id LIMIT ${accountsAtOnce} LOCK IN SHARE MODE`,
      [after],
    );
    const last = rows.at(-1);
    if (last === undefined || rows.length < accountsAtOnce) return;
    after = numberIn(last, 'id');
  }
}

/** Rows in batches: `read` answers those after the one it is given, and nothing at the end. */
export async function* inBatches<Row>(
  size: number,
  read: (after: Row | null, limit: number) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  let after: Row | null = null;
  for (;;) {
    const rows: readonly Row[] = await read(after, size);
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    after = rows.at(-1) ?? null;
  }
}
