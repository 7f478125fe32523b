import type { BankWord } from '../../domain/settlement/bank-result.ts';
import { unreadable, wrongTotals } from './unreadable.ts';

const recordLength = 120;
/** Why an Australian bank sends a payment back, by its code. */
const reasons: Readonly<Record<string, string>> = {
  '1': 'invalid branch',
  '2': 'payment stopped',
  '3': 'account closed',
  '4': 'customer deceased',
  '5': 'no such account',
  '6': 'refer to customer',
  '7': 'deleted',
  '8': 'invalid user id',
  '9': 'technically invalid',
};

/**
 * Payments that came back by direct entry: records of 120 characters, one `0`, a `2` for each, one `7` with the totals.
 * Throws `bank_result_unreadable` or `bank_result_totals`.
 */
export function readDirectEntryReturns(text: string): readonly BankWord[] {
  const records = text.split(/\r?\n/).filter((record) => record !== '');
  const odd = records.findIndex((record) => record.length !== recordLength);
  if (odd !== -1)
    throw unreadable(`record ${odd + 1} has ${records[odd]?.length ?? 0} characters, not ${recordLength}`);
  const [head, ...rest] = records;
  const total = rest.pop();
  if (head?.startsWith('0') !== true || total?.startsWith('7') !== true) throw unreadable('no record 0 or 7');
  const returns = rest.map(returnIn);
  requireTotals(returns, total);
  return returns.map(({ word }) => word);
}

interface Returned {
  readonly word: BankWord;
  readonly isCredit: boolean;
  readonly amountMinor: number;
}

function returnIn(record: string, index: number): Returned {
  if (!record.startsWith('2')) throw unreadable(`record ${index + 2} is no return`);
  const code = record.slice(17, 18);
  const amountMinor = numberIn(record, 20, 30);
  const reference = record.slice(62, 80).trim();
  if (reference === '') throw unreadable(`record ${index + 2} has no reference`);
  return {
    word: { reference, result: 'returned', reason: reasons[code] ?? `code ${code}`, amountMinor },
    isCredit: record.slice(18, 20) !== '13',
    amountMinor,
  };
}

function requireTotals(returns: readonly Returned[], total: string): void {
  const sumOf = (isCredit: boolean): number =>
    returns.filter((one) => one.isCredit === isCredit).reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const [credits, debits] = [sumOf(true), sumOf(false)];
  const said = { net: numberIn(total, 20, 30), credits: numberIn(total, 30, 40), debits: numberIn(total, 40, 50) };
  const count = numberIn(total, 74, 80);
  if (count !== returns.length) throw wrongTotals(`${returns.length} returns, and it says ${count}`);
  if (said.credits !== credits || said.debits !== debits || said.net !== Math.abs(credits - debits)) {
    throw wrongTotals('its sums are not those of its records');
  }
}

function numberIn(record: string, from: number, to: number): number {
  const text = record.slice(from, to);
  if (!/^\d+$/.test(text)) throw unreadable(`“${text}” is no number`);
  return Number(text);
}
