import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { BankAccount } from '../../domain/organisations/bank-account.ts';
import { isSameBankAccount, maskedBankAccount } from '../../domain/organisations/bank-account-rules.ts';
import { DomainError } from '../../domain/errors.ts';
import { bankDetailId } from '../../domain/ids.ts';
import { signatureOf, type Principal } from '../../domain/principal.ts';
import { recordAct } from '../../entities/audit.ts';
import { bankDetailVersions, openBankDetail, sealBankDetail } from '../../entities/organisations/bank-details.ts';
import { BankDetail } from '../../entities/organisations/bank-detail.entity.ts';
import type { Done } from '../../entities/idempotency.ts';
import { newId } from '../../entities/new-id.ts';
import { queueOrganisationLetter } from '../../entities/organisations/organisation-letters.ts';
import type { Organisation } from '../../entities/organisations/organisation.entity.ts';
import type { SealKeys } from '../../entities/sealed-text.ts';
import { made } from '../once.ts';
import { bankDetailView } from './organisation-view.ts';
import { doneBy } from './organisation-writing.ts';

/** A change of where an organisation is paid. */
export interface BankDetailChange {
  readonly organisation: Organisation;
  readonly currency: string;
  readonly account: BankAccount;
}

/**
 * Adds a version of bank details, sealed, with its audit and its letters to the organisation's address and to the one
 * before it (decisions D19). The same account again is no change: nothing is added and nobody is told.
 */
export async function addBankDetail(
  em: SqlEntityManager,
  { principal, keys }: { readonly principal: Principal; readonly keys: SealKeys },
  change: BankDetailChange,
): Promise<Done> {
  const { organisation, currency, account } = change;
  const versions = await bankDetailVersions(em, [organisation.id]);
  const current = versions.find((one) => one.currency === currency);
  if (current !== undefined && isSameBankAccount(openBankDetail(keys, current), account)) {
    return made(200, current.id, bankDetailView(current, true));
  }
  const id = bankDetailId(newId('bankDetail'));
  const row = em.create(BankDetail, {
    ...{ id, organisationId: organisation.id, no: (current?.no ?? 0) + 1, currency, scheme: account.scheme },
    ...{ sealed: sealBankDetail(keys, id, account), masked: maskedBankAccount(account), createdAt: new Date() },
    ...signatureOf(principal),
  });
  await saveVersion(em, row);
  const after = bankDetailView(row, true);
  const before = current === undefined ? {} : { before: bankDetailView(current, false) };
  const act = { action: 'bank_details.change', target: id, organisationId: organisation.id, ...before, after };
  recordAct(em, { ...signatureOf(principal), ...act });
  tell(em, { organisation, row, by: doneBy(principal) });
  return made(201, id, after);
}

async function saveVersion(em: SqlEntityManager, row: BankDetail): Promise<void> {
  try {
    await em.persist(row).flush();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    throw new DomainError('conflict', 'Somebody else has just changed these bank details; look at them first.');
  }
}

function tell(
  em: SqlEntityManager,
  { organisation, row, by }: { readonly organisation: Organisation; readonly row: BankDetail; readonly by: string },
): void {
  const { email, previousEmail, id: organisationId } = organisation;
  const facts = { currency: row.currency, masked: row.masked, by };
  const recipients = { now: email, before: previousEmail === email ? null : previousEmail };
  for (const [which, recipient] of Object.entries(recipients)) {
    const dedupeKey = `bank-details-${row.id}-${which}`;
    const word = { organisationId, kind: 'bank_details_changed', recipient, dedupeKey, facts } as const;
    queueOrganisationLetter(em, word, row.createdAt);
  }
}
