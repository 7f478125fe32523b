import type { SqlEntityManager } from '@mikro-orm/sql';
import type { BankAccount } from '../../domain/organisations/bank-account.ts';
import type { BankDetailId } from '../../domain/ids.ts';
import { BankDetail } from './bank-detail.entity.ts';
import { openText, sealText, type SealKeys } from '../sealed-text.ts';

/** Seals an account for the version `id`; in another row it does not open. Throws `temporarily_unavailable` without keys. */
export function sealBankDetail(keys: SealKeys, id: BankDetailId, account: BankAccount): string {
  return sealText(keys, id, JSON.stringify(account));
}

/** The account of a version, for files and payouts only: never shown, never logged. Throws when its key is gone. */
export function openBankDetail(keys: SealKeys, row: { readonly id: string; readonly sealed: string }): BankAccount {
  return JSON.parse(openText(keys, row.id, row.sealed)) as BankAccount;
}

/** Every version of these organisations' bank details, the newest of each currency first. */
export async function bankDetailVersions(
  em: SqlEntityManager,
  organisationIds: readonly BankDetail['organisationId'][],
): Promise<readonly BankDetail[]> {
  if (organisationIds.length === 0) return [];
  const where = { organisationId: { $in: [...organisationIds] } };
  return em.find(BankDetail, where, { orderBy: { organisationId: 'asc', currency: 'asc', no: 'desc' } });
}

/** Of `bankDetailVersions`, those that count now. */
export function currentBankDetails(versions: readonly BankDetail[]): readonly BankDetail[] {
  return versions.filter(
    (row, at) =>
      versions.findIndex((one) => one.organisationId === row.organisationId && one.currency === row.currency) === at,
  );
}
