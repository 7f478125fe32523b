import { parse } from 'csv-parse/sync';
import type { BankWord } from '../../domain/settlement/bank-result.ts';
import { unreadable } from './unreadable.ts';

/**
 * Our own list of results: a line of headings, `reference,result` and if wanted `reason`, then a line for each payment;
 * the result is `paid` or `returned`. Throws `bank_result_unreadable`.
 */
export function readResultCsv(text: string): readonly BankWord[] {
  return recordsOf(text).map(wordOf);
}

function recordsOf(text: string): readonly Record<string, string>[] {
  try {
    return parse(text, {
      bom: true,
      columns: (headings: string[]) => headings.map((heading) => heading.trim().toLowerCase()),
      skip_empty_lines: true,
      trim: true,
    });
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : 'it is no CSV');
  }
}

function wordOf(record: Record<string, string>, index: number): BankWord {
  const { reference = '', result = '', reason = '' } = record;
  if (reference === '') throw unreadable(`line ${index + 2} has no reference`);
  if (result !== 'paid' && result !== 'returned') {
    throw unreadable(`line ${index + 2} is neither paid nor returned`);
  }
  return { reference, result, reason: reason === '' ? null : reason.slice(0, 120), amountMinor: null };
}
