import type { BankNews, BankResultFormat } from '../../domain/settlement/bank-result.ts';
import { readDirectEntryReturns } from './direct-entry-returns.ts';
import { readPain002 } from './pain002.ts';
import { readResultCsv } from './result-csv.ts';
import { unreadable } from './unreadable.ts';

/**
 * What a bank’s file says. Throws `bank_result_unreadable` or `bank_result_totals`: a file counts as a whole or not at
 * all. A payment that it names twice makes it unreadable, since the two could differ.
 */
export function readBankResult(format: Exclude<BankResultFormat, 'json'>, text: string): BankNews {
  return requireSense(newsIn(format, text));
}

/** The same for news of any origin. */
export function requireSense(news: BankNews): BankNews {
  const { words, files } = news;
  if (words.length === 0 && files.length === 0) throw unreadable('it says nothing of any payment');
  const seen = new Set<string>();
  for (const { reference } of words) {
    if (seen.has(reference)) throw unreadable(`it names ${reference} twice`);
    seen.add(reference);
  }
  return news;
}

function newsIn(format: Exclude<BankResultFormat, 'json'>, text: string): BankNews {
  switch (format) {
    case 'csv':
      return { words: readResultCsv(text), files: [] };
    case 'direct_entry':
      return { words: readDirectEntryReturns(text), files: [] };
    case 'pain002':
      return readPain002(text);
  }
}
