import { z } from 'zod';
import { moneyIn, numberIn, optionalTextIn, textIn, type SqlReader } from '../../ledger/sql-reader.read.ts';
import { databaseTime } from '../../ledger/sql-text.ts';
import { money, sum } from '../../domain/money.ts';
import { parseCurrency } from '../../domain/currency.ts';
import { waitForPostings } from '../book-balance.ts';
import {
  fileParams,
  instantsOfDays,
  optionalDays,
  previousMonthUnlessNamed,
  reportCurrency,
  type Instants,
} from '../report-params.ts';
import { fileOptions, sheetFile, titleRecord } from '../report-sheet.ts';
import { report } from '../report.ts';

const params = z.strictObject({ ...optionalDays, currency: reportCurrency, ...fileParams });
const headings = ['Period', 'Club No.', 'Organisation', 'Settled', 'Fee', 'Tax', 'Fee (gross)', 'Payout'];

/** Fees of settlements and the tax in them, by period and organisation, with a line of totals; last month by default. */
export const settlementFees = report({
  name: 'settlement-fees',
  summary: 'Settlement fees and the tax in them, by period and organisation',
  formats: ['csv', 'xlsx'],
  params,
  needs: { scope: 'platform', roles: ['payments.global.view'] },
  check: async ({ zone }, request) => {
    instantsOfDays(request.params, zone);
  },
  open: async ({ reader, zone }, request) => {
    const days = previousMonthUnlessNamed(request.params, { asOf: request.asOf, zone });
    const { currency } = request.params;
    const cut = { ...instantsOfDays(days, zone), currency, asOf: request.asOf };
    await waitForPostings(reader);
    const rows = await readFees(reader, cut);
    const totals = figures.map((name) =>
      sum(
        rows.map((row) => row.figures[name]),
        parseCurrency(currency),
      ),
    );
    async function* batches() {
      const title = `Settlement Fees ${days.from ?? ''} to ${days.to ?? ''}`;
      yield [titleRecord(title, request, days.zone ?? zone), headings];
      yield rows.map((row) => [row.period, row.no, row.name, ...figures.map((name) => row.figures[name])]);
      yield [[null, null, 'Total', ...totals]];
    }
    const sheet = { fileName: 'settlement-fees', tab: 'Fees', expectedRecords: rows.length, batches };
    return sheetFile(sheet, fileOptions(request));
  },
});

const figures = ['settled', 'fee', 'tax', 'gross', 'payout'] as const;

interface FeeCut extends Instants {
  readonly currency: string;
  readonly asOf: string;
}

/** In one statement; a payout that was given up counts against its settlement, in the range in which it was. */
async function readFees(reader: SqlReader, cut: FeeCut) {
  const signed = (column: string) => `CAST(SUM(IF(t.kind = 'payout-given-up', -1, 1) * (${column})) AS SIGNED)`;
  const rows = await reader.rows(
    `SELECT p.period, o.no, o.name, p.currency, ${signed('p.settled_minor')} AS settled_minor, ${signed('p.fee_minor')} AS fee_minor,
       ${signed('p.tax_minor')} AS tax_minor, ${signed('p.amount_minor')} AS payout_minor
     FROM ledger_transaction t JOIN payout p ON p.settlement_op_key = COALESCE(t.reverses, t.op_key)
     JOIN organisation o ON o.id = p.organisation_id
     WHERE t.kind IN ('settlement', 'manual-settlement', 'payout-given-up') AND p.currency = ?
       AND t.recorded_at >= ? AND t.recorded_at < ? AND t.recorded_at <= ?
     GROUP BY p.period, o.no, o.name, p.currency ORDER BY p.period, o.no`,
    [cut.currency, databaseTime(cut.from), databaseTime(cut.before), databaseTime(cut.asOf)],
  );
  return rows.map((row) => {
    const [fee, tax] = [moneyIn(row, 'fee_minor'), moneyIn(row, 'tax_minor')];
    const gross = money(fee.amountMinor + tax.amountMinor, fee.currency);
    const known = { settled: moneyIn(row, 'settled_minor'), fee, tax, gross, payout: moneyIn(row, 'payout_minor') };
    return {
      period: optionalTextIn(row, 'period'),
      no: numberIn(row, 'no'),
      name: textIn(row, 'name'),
      figures: known,
    };
  });
}
