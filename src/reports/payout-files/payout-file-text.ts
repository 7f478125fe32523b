import { DomainError } from '../../domain/errors.ts';
import type { PayoutFileFormat } from '../../domain/settlement/payout.ts';
import type { PayoutFileContent, PayoutOriginator } from '../../domain/settlement/payout-file.ts';
import { abaAmountMaxMinor, abaFile } from './aba-file.ts';
import { pain001File } from './pain001-file.ts';
import { payoutCsvFile } from './payout-csv-file.ts';

/** The one currency that a format can pay in; null where any is. */
export const formatCurrency: Readonly<Record<PayoutFileFormat, string | null>> = {
  aba: 'AUD',
  pain001: 'EUR',
  csv: null,
};

export interface PayoutFileOrder {
  readonly format: PayoutFileFormat;
  readonly content: PayoutFileContent;
  readonly originator: PayoutOriginator | null;
}

/**
 * The file as its bank reads it. Throws `originator_missing` where the deployment does not say who pays, and
 * `payout_file_refused`, naming the payouts at fault, where the format cannot carry one.
 */
export function payoutFileText({ format, content, originator }: PayoutFileOrder): string {
  const faulty = content.entries.filter((entry) => !fits(format, entry)).map(({ reference }) => reference);
  if (faulty.length > 0) {
    throw new DomainError('payout_file_refused', `A ${format} file cannot pay ${faulty.join(', ')}.`, {
      references: faulty,
    });
  }
  switch (format) {
    case 'aba':
      return abaFile(content, known(originator?.directEntry, format));
    case 'pain001':
      return pain001File(content, known(originator?.sepa, format));
    case 'csv':
      return payoutCsvFile(content);
  }
}

function fits(format: PayoutFileFormat, { account, amountMinor }: PayoutFileContent['entries'][number]): boolean {
  if (amountMinor <= 0) return false;
  if (format === 'aba') return account.scheme === 'bsb' && amountMinor <= abaAmountMaxMinor;
  return format === 'csv' || account.scheme === 'iban';
}

function known<T>(originator: T | null | undefined, format: PayoutFileFormat): T {
  if (originator !== null && originator !== undefined) return originator;
  throw new DomainError('originator_missing', `PAYOUT_ORIGINATORS does not say who pays by ${format}.`);
}
