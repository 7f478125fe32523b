import { z } from 'zod';
import { inBatches, waitForPostings } from '../book-balance.ts';
import { localTimestamp } from '../local-day.ts';
import { dayZone, fileParams, instantsOfDays, localDay, reportCurrency } from '../report-params.ts';
import { fileOptions, headed, sheetFile } from '../report-sheet.ts';
import type { SheetRecord } from '../report-cells.ts';
import { report, type ReportSources } from '../report.ts';
import {
  countSpecificTransactions,
  readSpecificTransactions,
  specificTypes,
  type SpecificQuery,
  type SpecificRow,
} from './specific-transactions.ts';

/** Both days are needed (cobalt.md 3.5). */
export const specificParams = {
  type: z.enum(specificTypes),
  from: localDay.meta({ description: 'First day, local' }),
  to: localDay.meta({ description: 'Last day, local, all of it' }),
  zone: dayZone.optional(),
  currency: reportCurrency,
};

const params = z.strictObject({ ...specificParams, ...fileParams });

const memberHeadings = ['Date', 'Administrator', 'Transaction Type', 'ABF Number', 'User', 'Description', 'Amount'];
const organisationHeadings = [
  ...['Date', 'Other Organisation', 'Administrator', 'Transaction Type', 'Club ID', 'Organisation', 'Description'],
  ...['Amount', 'Payment', 'Fee (gross)', 'GST'],
];

type Cut = Omit<SpecificQuery, 'holder' | 'after' | 'limit'>;
interface Block {
  readonly holder: 'member' | 'organisation';
  readonly headings: SheetRecord;
  readonly record: (row: SpecificRow) => SheetRecord;
}

/** Corrections or settlements of a range of days: a block of members and one of organisations, where there are any. */
export const specificTransactions = report({
  name: 'specific-transactions',
  summary: 'Manual adjustments, or settlements, of a range of days',
  formats: ['csv', 'xlsx'],
  params,
  needs: { scope: 'platform', roles: ['payments.global.view'] },
  check: async ({ zone }, request) => {
    instantsOfDays(request.params, zone);
  },
  open: async (sources, request) => {
    const { type, currency } = request.params;
    const cut = { ...instantsOfDays(request.params, sources.zone), type, currency, asOf: request.asOf };
    const zone = request.params.zone ?? sources.zone;
    await waitForPostings(sources.reader);
    const blocks: { block: Block; count: number }[] = [];
    for (const block of blocksOf(zone)) {
      const count = await countSpecificTransactions(sources.reader, { ...cut, holder: block.holder });
      if (count > 0) blocks.push({ block, count });
    }
    const expectedRecords = blocks.reduce((sum, { count }) => sum + count, 0);
    const batches = () =>
      inBlocks(
        sources,
        cut,
        blocks.map(({ block }) => block),
      );
    const sheet = { fileName: type.replaceAll('-', '_'), tab: 'Transactions', expectedRecords, batches };
    return sheetFile(sheet, fileOptions(request));
  },
});

async function* inBlocks(sources: ReportSources, cut: Cut, blocks: readonly Block[]) {
  for (const { holder, headings, record } of blocks) {
    const rows = inBatches<SpecificRow>(5_000, (after, limit) =>
      readSpecificTransactions(sources.reader, { ...cut, holder, after, limit }),
    );
    yield* headed([headings], rows, record);
  }
}

function blocksOf(zone: string): readonly Block[] {
  const at = (row: SpecificRow) => localTimestamp(row.recordedAt, zone);
  return [
    {
      holder: 'member',
      headings: memberHeadings,
      record: (row) => [
        ...[at(row), row.administrator, row.type, row.holderNo, row.holderName, row.description, row.amount],
      ],
    },
    {
      holder: 'organisation',
      headings: organisationHeadings,
      // Settlements have the house on their other side, which is no organisation of ours.
      record: (row) => [
        ...[at(row), null, row.administrator, row.type, row.holderNo, row.holderName, row.description],
        ...[row.amount, row.payment, row.fee, row.tax],
      ],
    },
  ];
}
