import { textIn, type SqlReader } from '../../ledger/sql-reader.read.ts';

/** Somebody whom a member may want to transfer to. */
export interface Recipient {
  readonly id: string;
  readonly no: number;
  readonly firstName: string;
  readonly lastName: string;
}

/**
 * Everybody a member has ever exchanged with, and those that the host passes, once each, by first name (cobalt.md 2.9,
 * decisions D15). Closed members and accounts of the house are left out.
 */
export async function readRecipients(
  reader: SqlReader,
  {
    member,
    accountCode,
    also,
  }: { readonly member: string; readonly accountCode: string; readonly also: readonly string[] },
): Promise<readonly Recipient[]> {
  const passed = also.length === 0 ? "''" : also.map(() => '?').join(', ');
  const rows = await reader.rows(
    `SELECT m.id, m.no, m.first_name, m.last_name FROM member m
     WHERE m.status = 'active' AND m.is_system = 0 AND m.id <> ? AND (m.id IN (${passed}) OR m.id IN (
       SELECT DISTINCT SUBSTRING(e.counterparty, 8) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
       WHERE a.code = ? AND e.counterparty LIKE 'member/%'))
     ORDER BY m.first_name, m.last_name, m.id LIMIT 500`,
    [member, ...also, accountCode],
  );
  return rows.map((row) => ({
    id: textIn(row, 'id'),
    no: Number(row['no']),
    firstName: textIn(row, 'first_name'),
    lastName: textIn(row, 'last_name'),
  }));
}
