import { decimalText } from '../../domain/decimal-text.ts';
import type { BankAccount } from '../../domain/organisations/bank-account.ts';
import { parseCurrency, type Currency } from '../../domain/currency.ts';
import { formatMajor, money } from '../../domain/money.ts';
import type { PayoutFileContent, PayoutFileEntry } from '../../domain/settlement/payout-file.ts';
import { csvLines, textCell } from '../csv-text.ts';
import { localTimestamp } from '../local-day.ts';

/** Those of cobalt.md 3.6, and what the bank’s word is told by. */
const headings = [
  'Club Number',
  'Club Name',
  'BSB',
  'Account Number',
  'Gross Amount',
  'Minimum Balance',
  'Net Amount',
  'ABF fees %',
  'Settlement Amount',
  'Reference',
];

/** Payouts for whoever keys them in at the bank (cobalt.md 3.6): a title line, headings, a line for each. */
export function payoutCsvFile(content: PayoutFileContent): string {
  const currency = parseCurrency(content.currency);
  const title = [
    'Settlements',
    textCell(`Downloaded by ${content.requester}`),
    localTimestamp(content.createdAt, content.zone),
    content.businessDay,
  ];
  return csvLines([title]) + csvLines([headings, ...content.entries.map((entry) => lineOf(entry, currency))]);
}

function lineOf({ account, amountMinor, organisation, plan, reference }: PayoutFileEntry, currency: Currency) {
  const shown = (minor: number | undefined): string => (minor === undefined ? '' : formatMajor(money(minor, currency)));
  return [
    String(organisation.no),
    textCell(organisation.name),
    ...placeOf(account),
    shown(plan?.balanceMinor),
    shown(plan?.floatMinor),
    shown(plan?.settledMinor),
    plan === null ? '' : decimalText(plan.feeBp, 2),
    shown(amountMinor),
    reference,
  ];
}

function placeOf(account: BankAccount): readonly [string, string] {
  return account.scheme === 'bsb' ? [account.bsb, account.accountNo] : [account.bic ?? '', account.iban];
}
