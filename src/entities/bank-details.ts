import type { BankAccount } from '../domain/bank-account.ts';
import type { BankDetailId } from '../domain/ids.ts';
import { openText, sealText, type SealKeys } from './sealed-text.ts';

/** Seals an account for the version `id`; in another row it does not open. Throws `temporarily_unavailable` without keys. */
export function sealBankDetail(keys: SealKeys, id: BankDetailId, account: BankAccount): string {
  return sealText(keys, id, JSON.stringify(account));
}

/** The account of a version, for files and payouts only: never shown, never logged. Throws when its key is gone. */
export function openBankDetail(keys: SealKeys, row: { readonly id: string; readonly sealed: string }): BankAccount {
  return JSON.parse(openText(keys, row.id, row.sealed)) as BankAccount;
}
