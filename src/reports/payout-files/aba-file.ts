import { invariant } from '../../domain/invariant.ts';
import type { DirectEntryOriginator, PayoutFileContent, PayoutFileEntry } from '../../domain/settlement/payout-file.ts';
import { directEntryText } from './bank-text.ts';

const credit = '50';
const debit = '13';
const isBlank = ' ';

/**
 * A direct entry file (ABA, also called Cemtex) of the Australian banks: records of 120 characters that end in CR LF, one
 * `0`, a `1` for each payout, one `7` with the totals (decisions D30). Amounts are cents.
 */
export function abaFile(content: PayoutFileContent, originator: DirectEntryOriginator): string {
  const total = content.entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const payments = content.entries.map((entry) => paymentRecord(entry, originator));
  const balancing = originator.isBalanced ? [balancingRecord(total, originator)] : [];
  const records = [
    descriptiveRecord(content, originator),
    ...payments,
    ...balancing,
    totalRecord({ credits: total, debits: originator.isBalanced ? total : 0 }, payments.length + balancing.length),
  ];
  return records.map((record) => `${record}\r\n`).join('');
}

/** Most that the ten digits of an amount hold. */
export const abaAmountMaxMinor = 9_999_999_999;

function descriptiveRecord({ businessDay }: PayoutFileContent, originator: DirectEntryOriginator): string {
  const [year = '', month = '', day = ''] = businessDay.split('-');
  return recordOf([
    '0',
    isBlank.repeat(17),
    '01',
    left(originator.bankAbbreviation, 3),
    isBlank.repeat(7),
    left(directEntryText(originator.userName), 26),
    digits(originator.userId, 6),
    left(directEntryText(originator.description), 12),
    `${day}${month}${year.slice(2)}`,
    isBlank.repeat(40),
  ]);
}

function paymentRecord({ account, amountMinor, reference }: PayoutFileEntry, originator: DirectEntryOriginator) {
  invariant(account.scheme === 'bsb', `${reference} is not to be paid within Australia`);
  return detailRecord({ account, code: credit, amountMinor, title: account.accountName, reference }, originator);
}

function balancingRecord(amountMinor: number, originator: DirectEntryOriginator): string {
  const { userName: title, description: reference } = originator;
  return detailRecord({ account: originator, code: debit, amountMinor, title, reference }, originator);
}

interface Detail {
  readonly account: { readonly bsb: string; readonly accountNo: string };
  readonly code: string;
  readonly amountMinor: number;
  readonly title: string;
  readonly reference: string;
}

function detailRecord(detail: Detail, originator: DirectEntryOriginator): string {
  return recordOf([
    '1',
    branch(detail.account.bsb),
    right(detail.account.accountNo, 9),
    isBlank,
    detail.code,
    digits(String(detail.amountMinor), 10),
    left(directEntryText(detail.title), 32),
    left(directEntryText(detail.reference), 18),
    branch(originator.bsb),
    right(originator.accountNo, 9),
    left(directEntryText(originator.remitter), 16),
    digits('0', 8),
  ]);
}

function totalRecord({ credits, debits }: { credits: number; debits: number }, count: number): string {
  return recordOf([
    '7',
    '999-999',
    isBlank.repeat(12),
    digits(String(credits - debits), 10),
    digits(String(credits), 10),
    digits(String(debits), 10),
    isBlank.repeat(24),
    digits(String(count), 6),
    isBlank.repeat(40),
  ]);
}

function recordOf(fields: readonly string[]): string {
  const record = fields.join('');
  invariant(record.length === 120, `A record of ${record.length} characters`);
  return record;
}

function branch(bsb: string): string {
  invariant(/^\d{6}$/.test(bsb), 'Not a branch of six digits');
  return `${bsb.slice(0, 3)}-${bsb.slice(3)}`;
}

function left(text: string, width: number): string {
  return text.slice(0, width).padEnd(width, isBlank);
}

/** An account number is never cut: money would go elsewhere. */
function right(text: string, width: number): string {
  invariant(text.length <= width, `More than ${width} characters`);
  return text.padStart(width, isBlank);
}

function digits(text: string, width: number): string {
  invariant(/^\d+$/.test(text) && text.length <= width, `Not ${width} digits at most: ${text}`);
  return text.padStart(width, '0');
}
