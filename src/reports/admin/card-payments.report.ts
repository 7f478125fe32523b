import { z } from 'zod';
import { inBatches } from '../book-balance.ts';
import { localTimestamp } from '../local-day.ts';
import { fileParams, instantsOfDays, optionalDays, reportCurrency } from '../report-params.ts';
import { fileOptions, headed, sheetFile, titleRecord } from '../report-sheet.ts';
import type { SheetRecord } from '../report-cells.ts';
import { report } from '../report.ts';
import { countCardPayments, expectationOf, readCardCost, readCardPayments, type CardPayment } from './card-payments.ts';
import type { CardCost } from '../../domain/cards/card-cost.ts';

const params = z.strictObject({ ...optionalDays, currency: reportCurrency, ...fileParams });

/** As cobalt.md 3.5 names them. */
const headings = [
  ...['Date', 'Status', 'member', 'Amount', 'Refund Amount', 'Expected Settlement Amount', 'Description'],
  ...['stripe_reference', 'stripe_exp_month', 'stripe_exp_year', 'stripe_last4', 'linked_organisation'],
  ...['linked_member', 'linked_transaction_type', 'linked_amount', 'stripe_receipt_url'],
];

/** Card payments that were paid, as a file; refunds stand as they are now. */
export const cardPayments = report({
  name: 'card-transactions',
  summary: 'Card payments that were paid, with what the processor is expected to settle',
  formats: ['csv', 'xlsx'],
  params,
  needs: { scope: 'platform', roles: ['payments.global.view'] },
  check: async ({ zone }, request) => {
    instantsOfDays(request.params, zone);
  },
  open: async ({ reader, zone: home }, request) => {
    const zone = request.params.zone ?? home;
    const { currency } = request.params;
    const cut = { ...instantsOfDays(request.params, home), currency, asOf: request.asOf };
    const cost = await readCardCost(reader, request.asOf);
    const head = [titleRecord('Card Transactions', request, zone), headings];
    const rows = () =>
      inBatches<CardPayment>(2_000, (after, limit) => readCardPayments(reader, { ...cut, after, limit }));
    const batches = () => headed(head, rows(), (row) => recordOf(row, { zone, cost }));
    const expectedRecords = await countCardPayments(reader, cut);
    return sheetFile(
      { fileName: 'stripe-transactions', tab: 'Card Transactions', expectedRecords, batches },
      fileOptions(request),
    );
  },
});

function recordOf(row: CardPayment, { zone, cost }: { zone: string; cost: CardCost | null }): SheetRecord {
  return [
    localTimestamp(row.capturedAt, zone),
    row.status,
    row.member?.name ?? null,
    row.amount,
    row.refunded,
    expectationOf(row.amount, cost)?.settlement ?? null,
    row.description,
    row.chargeRef,
    ...[row.card.expMonth, row.card.expYear, row.card.last4],
    ...[row.linkedOrganisation, row.linkedMember, row.linkedType, row.linkedAmount, row.receiptUrl],
  ];
}
