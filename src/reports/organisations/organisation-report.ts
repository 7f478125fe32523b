import { zero, type Money } from '../../domain/money.ts';
import { moneyIn, type SqlReader } from '../../ledger/sql-reader.read.ts';
import { readMovementGroups, type MovementGroup } from '../movement-groups.ts';
import { movementOf, type Movement } from '../movement-views.ts';
import { accountOf, type StatementOrganisation } from './organisation-statement.ts';
import { readStatementCut, type StatementCut } from '../statement-cut.ts';
import { readFixedCut, type FixedRange } from '../statement-file.ts';

/** What was moved within a range, added up by what it was about. */
export interface OrganisationReport {
  readonly organisation: StatementOrganisation;
  readonly asOf: string;
  /** Null where nothing was ever posted. */
  readonly cut: StatementCut | null;
  readonly groups: readonly MovementGroup[];
}

/** Reads what all views of a range are made of; only the rows that are searched for, where something is. */
export async function readOrganisationReport(
  reader: SqlReader,
  organisation: StatementOrganisation,
  { search, ...range }: FixedRange & { readonly search?: string | undefined },
): Promise<OrganisationReport> {
  const cut = await readFixedCut(reader, accountOf(organisation), range);
  const groups = await readMovementGroups(reader, cut, { organisationId: organisation.id, search });
  return { organisation, asOf: range.asOf, cut, groups };
}

/** How the balance came from the beginning of the range to its end (MOV-01); of a report that nothing was searched in. */
export async function readMovement(reader: SqlReader, report: OrganisationReport): Promise<Movement> {
  const { cut, organisation } = report;
  const closing = cut?.closingBalance ?? zero(organisation.currency);
  const opening = cut === null || cut.firstSeq > cut.lastSeq ? closing : await readOpening(reader, cut);
  return movementOf(report.groups, { opening, closing });
}

/** After the last entry before the range. */
async function readOpening(reader: SqlReader, cut: StatementCut): Promise<Money> {
  const [row] = await reader.rows(
    `SELECT e.balance_after_minor, a.currency FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
     WHERE e.account_id = ? AND e.seq = ?`,
    [cut.accountId, cut.firstSeq - 1],
  );
  return row === undefined ? zero(cut.currency) : moneyIn(row, 'balance_after_minor');
}

/** The events that money was also moved for before or after the range. */
export async function readEventsOutside(
  reader: SqlReader,
  { organisation, cut, asOf }: Omit<OrganisationReport, 'groups'>,
): Promise<ReadonlySet<string>> {
  if (cut === null) return new Set();
  const all = await readStatementCut(reader, accountOf(organisation).code, { asOf });
  const before = { ...cut, firstSeq: 1, lastSeq: Math.min(cut.firstSeq - 1, cut.lastSeq) };
  const after = { ...cut, firstSeq: cut.lastSeq + 1, lastSeq: all?.lastSeq ?? 0 };
  const query = { organisationId: organisation.id };
  const outside = [
    ...(await readMovementGroups(reader, before, query)),
    ...(await readMovementGroups(reader, after, query)),
  ];
  return new Set(outside.flatMap((group) => (group.class === 'event' && group.event ? [group.event.ref] : [])));
}
