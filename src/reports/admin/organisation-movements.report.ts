import { z } from 'zod';
import { numberIn, type SqlReader } from '../../ledger/sql-reader.read.ts';
import { waitForPostings } from '../book-balance.ts';
import {
  fileParams,
  instantsOfDays,
  optionalDays,
  previousMonthUnlessNamed,
  reportCurrency,
} from '../report-params.ts';
import { fileOptions, sheetFile, titleRecord } from '../report-sheet.ts';
import type { SheetRecord } from '../report-cells.ts';
import { report } from '../report.ts';
import {
  movementKinds,
  readOrganisationMovements,
  totalMovements,
  type MovementCut,
  type Movements,
  type OrganisationMovements,
} from './organisation-movements.ts';

const params = z.strictObject({ ...optionalDays, currency: reportCurrency, ...fileParams });

const headings = [
  ...['Club No.', 'Organisation', 'Opening', 'Event Entry', 'Club Sessions', 'Club Membership', 'Other'],
  ...['Manual Adjustments', 'Settlement', 'Closing'],
];

/** What moved on all organisations' accounts, with a line of totals; the calendar month before, unless days are named. */
export const organisationMovements = report({
  name: 'organisation-movements',
  summary: 'What moved on every organisation’s account, by what it was for',
  formats: ['csv', 'xlsx'],
  params,
  needs: { scope: 'platform', roles: ['payments.global.view'] },
  check: async ({ zone }, request) => {
    instantsOfDays(request.params, zone);
  },
  open: async ({ reader, zone }, request) => {
    const { currency } = request.params;
    const days = previousMonthUnlessNamed(request.params, { asOf: request.asOf, zone });
    const cut = { ...instantsOfDays(days, zone), currency, asOf: request.asOf };
    const title = titleRecord(
      `Organisation Movements ${days.from ?? ''} to ${days.to ?? ''}`,
      request,
      days.zone ?? zone,
    );
    await waitForPostings(reader);
    const batches = () => recordsOf(reader, cut, [title, headings]);
    const [row] = await reader.rows('SELECT COUNT(*) AS organisations FROM organisation');
    const expectedRecords = row === undefined ? 0 : numberIn(row, 'organisations');
    return sheetFile(
      { fileName: 'organisation-movements', tab: 'Movements', expectedRecords, batches },
      fileOptions(request),
    );
  },
});

async function* recordsOf(reader: SqlReader, cut: MovementCut, head: readonly SheetRecord[]) {
  yield head;
  let total = totalMovements([], cut.currency);
  for await (const rows of movementBatches(reader, cut)) {
    total = totalMovements([total, ...rows], cut.currency);
    yield rows.map((row) => [row.no, row.name, ...figuresOf(row)]);
  }
  yield [[null, 'Total', ...figuresOf(total)]];
}

/** Everything that the report shows, some hundred organisations at a time. */
export async function* movementBatches(
  reader: SqlReader,
  cut: MovementCut,
): AsyncGenerator<readonly OrganisationMovements[]> {
  let after: number | null = 0;
  while (after !== null) {
    const page: Awaited<ReturnType<typeof readOrganisationMovements>> = await readOrganisationMovements(reader, {
      ...cut,
      after,
      limit: 500,
    });
    if (page.rows.length > 0) yield page.rows;
    after = page.lastNo;
  }
}

function figuresOf({ opening, by, closing }: Movements): SheetRecord {
  return [opening, ...movementKinds.map((kind) => by[kind]), closing];
}
