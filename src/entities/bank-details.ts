import type { BankAccount } from '../domain/bank-account.ts';
import { openText, type SealKeys } from './sealed-text.ts';

/** The account of a version of bank details. Throws when it was altered, moved to another row, or its key is gone. */
export function openBankDetail(keys: SealKeys, row: { readonly id: string; readonly sealed: string }): BankAccount {
  return JSON.parse(openText(keys, row.id, row.sealed)) as BankAccount;
}
