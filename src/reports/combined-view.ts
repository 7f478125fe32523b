import type { SqlReader } from '../ledger/sql-reader.read.ts';
import { combinedTotals, singleClasses, type CombinedTotal } from './movement-views.ts';
import type { OrganisationReport } from './organisations/organisation-report.ts';
import type { OrganisationRow } from './organisations/organisation-rows.ts';
import { readNewestRows } from './organisations/organisation-statement.ts';

/** A line of the combined view: a sum, or a row by itself. */
export type CombinedLine =
  | { readonly kind: 'total'; readonly seq: number; readonly total: CombinedTotal }
  | { readonly kind: 'row'; readonly seq: number; readonly row: OrganisationRow };

export interface CombinedPage {
  readonly lines: readonly CombinedLine[];
  /** To be passed for the next page; null on the last. */
  readonly nextCursor: number | null;
}

/** A page of the combined view, the newest line first; a sum stands where the newest of its rows would. */
export async function readCombinedPage(
  reader: SqlReader,
  { cut, groups, organisation }: OrganisationReport,
  query: { readonly limit: number; readonly cursor?: number | undefined; readonly search?: string | undefined },
): Promise<CombinedPage> {
  const wanted = { ...query, cut, organisationId: organisation.id, classes: singleClasses };
  const rows = (await readNewestRows(reader, wanted)).map(rowLine);
  const below = query.cursor ?? Number.MAX_SAFE_INTEGER;
  const totals = totalLines(groups).filter(({ seq }) => seq < below);
  const found = [...totals, ...rows].sort((left, right) => right.seq - left.seq);
  const lines = found.slice(0, query.limit);
  return { lines, nextCursor: found.length > query.limit ? (lines.at(-1)?.seq ?? null) : null };
}

/** All lines of the combined view, in batches; `rows` are those of `singleClasses`, the newest first. */
export async function* combinedBatches(
  groups: OrganisationReport['groups'],
  rows: AsyncIterable<readonly OrganisationRow[]>,
): AsyncGenerator<readonly CombinedLine[]> {
  let totals = totalLines(groups);
  for await (const batch of rows) {
    const last = batch.at(-1);
    if (last === undefined) continue;
    const due = totals.filter(({ seq }) => seq > last.seq);
    totals = totals.slice(due.length);
    yield [...due, ...batch.map(rowLine)].sort((left, right) => right.seq - left.seq);
  }
  yield totals;
}

function totalLines(groups: OrganisationReport['groups']): readonly CombinedLine[] {
  return combinedTotals(groups).map((total) => ({ kind: 'total', seq: total.seq, total }));
}

function rowLine(row: OrganisationRow): CombinedLine {
  return { kind: 'row', seq: row.seq, row };
}
