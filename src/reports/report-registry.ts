import { memberBalances, organisationBalances } from './admin/balances.report.ts';
import { cardPayments } from './admin/card-payments.report.ts';
import { organisationMovements } from './admin/organisation-movements.report.ts';
import { negativeBalances } from './admin/negative-balances.report.ts';
import { settlementFees } from './admin/settlement-fees.report.ts';
import { specificTransactions } from './admin/specific-transactions.report.ts';
import type { Report } from './report.ts';

/** Every report there is: each can be downloaded directly and made as a job. A new one is a line here. */
export const reports: readonly Report[] = [
  memberBalances,
  organisationBalances,
  specificTransactions,
  cardPayments,
  organisationMovements,
  negativeBalances,
  settlementFees,
];

/** The report called `name`, or none. */
export function findReport(name: string): Report | undefined {
  return reports.find((report) => report.name === name);
}
