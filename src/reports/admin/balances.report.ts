import { z } from 'zod';
import { inBatches, waitForPostings } from '../book-balance.ts';
import { fileParams, reportCurrency } from '../report-params.ts';
import { fileOptions, headed, sheetFile, titleRecord } from '../report-sheet.ts';
import { report } from '../report.ts';
import {
  readBalanceTotals,
  readMemberBalances,
  readOrganisationBalances,
  type MemberBalanceRow,
  type OrganisationBalanceRow,
} from './holder-balances.ts';

const params = z.strictObject({ currency: reportCurrency, ...fileParams });

/** Rows of one read. */
const batchSize = 5_000;

/** Members with a balance as a file (cobalt.md 3.5). */
export const memberBalances = report({
  name: 'member-balances',
  summary: 'Members whose balance is not zero',
  formats: ['csv', 'xlsx'],
  params,
  needs: { scope: 'platform', roles: ['payments.global.view'] },
  open: async (sources, request) => {
    const { reader } = sources;
    const head = [
      titleRecord('Member Balances', request, sources.zone),
      ['Member Number', 'Member First Name', 'Member Last Name', 'Balance'],
    ];
    const cut = { asOf: request.asOf, currency: request.params.currency };
    await waitForPostings(reader);
    const { count } = await readBalanceTotals(reader, 'member', cut);
    const rows = () =>
      inBatches<MemberBalanceRow>(batchSize, (last, limit) =>
        readMemberBalances(reader, { ...cut, after: last?.no ?? 0, limit }),
      );
    const batches = () => headed(head, rows(), (row) => [row.no, row.firstName, row.lastName, row.balance]);
    return sheetFile(
      { ...{ fileName: 'member-balances', tab: 'Members' }, expectedRecords: count, batches },
      fileOptions(request),
    );
  },
});

/** Organisations with a balance as a file (cobalt.md 3.5). */
export const organisationBalances = report({
  name: 'organisation-balances',
  summary: 'Organisations whose balance is not zero',
  formats: ['csv', 'xlsx'],
  params,
  needs: { scope: 'platform', roles: ['payments.global.view'] },
  open: async (sources, request) => {
    const { reader } = sources;
    const head = [titleRecord('Organisation Balances', request, sources.zone), ['Club Number', 'Club Name', 'Balance']];
    const cut = { asOf: request.asOf, currency: request.params.currency };
    await waitForPostings(reader);
    const { count } = await readBalanceTotals(reader, 'organisation', cut);
    const rows = () =>
      inBatches<OrganisationBalanceRow>(batchSize, (last, limit) =>
        readOrganisationBalances(reader, { ...cut, after: last?.no ?? 0, limit }),
      );
    const batches = () => headed(head, rows(), (row) => [row.no, row.name, row.balance]);
    const sheet = { fileName: 'organisation-balances', tab: 'Organisations', expectedRecords: count, batches };
    return sheetFile(sheet, fileOptions(request));
  },
});
