import { DomainError } from '../../domain/errors.ts';

/** A bank’s file that is not what it should be; refused as a whole. */
export function unreadable(what: string): DomainError {
  return new DomainError('bank_result_unreadable', `The file cannot be read: ${what}.`);
}

/** A bank’s file that does not add up; refused as a whole. */
export function wrongTotals(what: string): DomainError {
  return new DomainError('bank_result_totals', `The file does not add up: ${what}.`);
}
