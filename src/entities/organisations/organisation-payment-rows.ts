import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../../domain/errors.ts';
import { memberId, organisationId, type OrganisationId, type OrganisationPaymentId } from '../../domain/ids.ts';
import {
  organisationPaymentTransitions,
  type OrganisationPaymentSnapshot,
} from '../../domain/organisations/organisation-payment.ts';
import { nextState } from '../../domain/transition.ts';
import type { Rider } from '../../ledger/riders.ts';
import { noticeRider } from '../members/notice-rows.ts';
import { organisationLetterRiders } from './organisation-letters.ts';
import { OrganisationPayment } from './organisation-payment.entity.ts';
import { Organisation } from './organisation.entity.ts';
import { unitOfWork } from '../orm.ts';
import type { Shelf } from '../shelf.ts';

/** An organisation's payment with the organisations at both ends; `payee` is null when a member is paid. */
export interface OrganisationPaymentFile {
  readonly payment: OrganisationPayment;
  readonly payer: Organisation;
  readonly payee: Organisation | null;
}

/** Reads it. Throws `not_found`. */
export async function loadOrganisationPayment(
  { orm }: Pick<Shelf, 'orm'>,
  id: OrganisationPaymentId,
): Promise<OrganisationPaymentFile> {
  const em = unitOfWork(orm);
  const payment = await em.findOne(OrganisationPayment, { id });
  if (payment === null) throw new DomainError('not_found', `There is no organisation's payment ${id}.`);
  const payer = await em.findOneOrFail(Organisation, { id: payment.organisationId });
  if (payment.payeeKind === 'member') return { payment, payer, payee: null };
  return { payment, payer, payee: await em.findOneOrFail(Organisation, { id: organisationId(payment.payeeId) }) };
}

/** The payments of an organisation that the caller was found to reach, in the order of their identifiers. */
export async function organisationPayments(
  em: SqlEntityManager,
  owner: OrganisationId,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<OrganisationPayment[]> {
  const where = { organisationId: owner, ...(after === null ? {} : { id: { $gt: after as OrganisationPaymentId } }) };
  return em.find(OrganisationPayment, where, { orderBy: { id: 'asc' }, limit });
}

/** Moves the row, guarded by its version; a refused reversal leaves its top-up to another one. */
export function organisationPaymentRider(
  payment: OrganisationPayment,
  change: 'post' | 'refuse',
  columns: { readonly outcome: string | null; readonly updated_at: Date },
): Rider {
  const state = nextState(organisationPaymentTransitions, payment.state, change);
  const freed = change === 'refuse' ? { reversal_claim: null } : {};
  return {
    update: 'organisation_payment',
    key: { id: payment.id },
    expectedVersion: payment.version,
    set: { ...columns, ...freed, state },
  };
}

/** Who is paid is told: the member, or the receiving organisation's contact (W-51). A reversal is told to nobody. */
export function organisationPaymentNews(
  { payment, payer, payee }: OrganisationPaymentFile,
  at: Date,
): readonly Rider[] {
  if (payment.kind === 'member_top_up_reversal') return [];
  const { id, amountMinor, currency, description, actor: by } = payment;
  const dedupeKey = `organisation-payment-${id}`;
  const facts = { amountMinor, currency, description, by, organisation: payer.name };
  if (payee === null) {
    const paid = memberId(payment.payeeId);
    return [noticeRider({ memberId: paid, kind: 'organisation_paid', dedupeKey, facts, inApp: true }, at)];
  }
  const { id: told, email: recipient } = payee;
  const word = { organisationId: told, recipient, kind: 'transfer_received', dedupeKey, facts } as const;
  return organisationLetterRiders(word, at);
}

/** The payment as its row has it. */
export function organisationPaymentSnapshotOf({ state, outcome }: OrganisationPayment): OrganisationPaymentSnapshot {
  return { state, outcome: outcome ?? null };
}
