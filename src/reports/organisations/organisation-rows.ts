import { optionalTextIn, textIn, type BookRow, type SqlReader } from '../../ledger/sql-reader.read.ts';
import { eventRef, movementClass, sessionRef, subjectTables, type MovementClass } from '../entry-subject.ts';
import { holderColumns, holderRowOf, holderTables, holderValues, type HolderRow } from '../holder-rows.ts';
import type { SeqQuery } from '../statement-file.ts';

/** A session or an event of the host, by the name that the host gave it (decisions D15). */
export interface HostThing {
  readonly ref: string;
  readonly name: string | null;
}

/** One row of an organisation's statement. */
export interface OrganisationRow extends HolderRow {
  readonly transactionId: string;
  readonly session: HostThing | null;
  readonly event: HostThing | null;
}

/** Which rows are meant. */
export interface RowFilter {
  /** Words in the description or in the name of the member on the other side, in any case. */
  readonly search?: string | undefined;
  /** Only what is about these. */
  readonly classes?: readonly MovementClass[] | undefined;
}

export interface OrganisationRowQuery extends SeqQuery, RowFilter {
  readonly organisationId: string;
}

/** Rows of an organisation's account, the newest first, with all names: one statement, however many there are (W-40). */
export async function readOrganisationRows(
  reader: SqlReader,
  query: OrganisationRowQuery,
): Promise<readonly OrganisationRow[]> {
  const { accountId, organisationId, firstSeq, lastSeq, limit } = query;
  const holder = holderValues({ kind: 'organisation', id: organisationId });
  const filter = filterOf(query);
  const rows = await reader.rows(
    `SELECT ${holderColumns}, t.id AS transaction_id, ${sessionRef} AS session_ref, hs.name AS session_name,
      ${eventRef} AS event_ref, he.name AS event_name
     FROM ${holderTables}
     ${subjectTables}
     LEFT JOIN host_object hs ON hs.kind = 'session' AND hs.external_ref = ${sessionRef}
     LEFT JOIN host_object he ON he.kind = 'event' AND he.external_ref = ${eventRef}
     WHERE e.account_id = ? AND e.seq BETWEEN ? AND ?${filter.sql}
     ORDER BY e.seq DESC LIMIT ?`,
    [...holder, accountId, firstSeq, lastSeq, ...filter.values, limit],
  );
  return rows.map(organisationRow);
}

/** The same without sessions and events, for layouts that do not show them: half the work for the database. */
export async function readPlainRows(
  reader: SqlReader,
  query: Omit<OrganisationRowQuery, 'classes'>,
): Promise<readonly HolderRow[]> {
  const { accountId, organisationId, firstSeq, lastSeq, limit } = query;
  const holder = holderValues({ kind: 'organisation', id: organisationId });
  const filter = filterOf({ search: query.search });
  const rows = await reader.rows(
    `SELECT ${holderColumns} FROM ${holderTables}
     WHERE e.account_id = ? AND e.seq BETWEEN ? AND ?${filter.sql} ORDER BY e.seq DESC LIMIT ?`,
    [...holder, accountId, firstSeq, lastSeq, ...filter.values, limit],
  );
  return rows.map((row) => holderRowOf(row, 'organisation'));
}

/** The condition that `holderTables` and `subjectTables` are cut by, beginning with AND. */
export function filterOf({ search, classes }: RowFilter): { readonly sql: string; readonly values: readonly string[] } {
  const like = search === undefined ? [] : Array<string>(2).fill(`%${search.replaceAll(/[\\%_]/g, '\\$&')}%`);
  const places = (classes ?? []).map(() => '?').join(', ');
  return {
    sql:
      (search === undefined ? '' : " AND (t.description LIKE ? OR CONCAT(m.first_name, ' ', m.last_name) LIKE ?)") +
      (classes === undefined ? '' : ` AND ${movementClass} IN (${places})`),
    values: [...like, ...(classes ?? [])],
  };
}

function organisationRow(row: BookRow): OrganisationRow {
  return {
    ...holderRowOf(row, 'organisation'),
    transactionId: textIn(row, 'transaction_id'),
    session: thingIn(row, 'session'),
    event: thingIn(row, 'event'),
  };
}

function thingIn(row: BookRow, kind: 'session' | 'event'): HostThing | null {
  const ref = optionalTextIn(row, `${kind}_ref`);
  return ref === null ? null : { ref, name: optionalTextIn(row, `${kind}_name`) };
}
