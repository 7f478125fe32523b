import { parseCurrency } from '../../domain/currency.ts';
import { DomainError } from '../../domain/errors.ts';
import { organisationPaymentId, type OrganisationId } from '../../domain/ids.ts';
import type {
  OrganisationPaymentKind,
  OrganisationPaymentReason,
  OrganisationPaymentSnapshot,
} from '../../domain/organisations/organisation-payment.ts';
import { signatureOf, type Principal } from '../../domain/principal.ts';
import { actStatement } from '../../entities/audit.ts';
import type { StoredAnswer, WriteRequest } from '../../entities/idempotency.ts';
import { newId } from '../../entities/new-id.ts';
import type { OrganisationPayment } from '../../entities/organisations/organisation-payment.entity.ts';
import {
  loadOrganisationPayment,
  organisationPaymentSnapshotOf,
} from '../../entities/organisations/organisation-payment-rows.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { scopedTo, type ScopedReads } from '../../entities/scoped-reads.ts';
import type { Shelf } from '../../entities/shelf.ts';
import { isDuplicate, sqlTime, type Statement } from '../../entities/sql-pool.ts';
import { beginOnce, type BeginParts } from '../begin-once.ts';
import type { OrganisationPaymentMessenger } from './organisation-payment-messenger.ts';
import { doneBy } from './organisation-writing.ts';
import { problem } from '../problems.ts';
import { refusedField } from '../refused-field.ts';
import type { Answer } from '../route.ts';

export interface OrganisationPaymentParts extends BeginParts, Shelf {
  readonly organisationPayments: OrganisationPaymentMessenger;
}

/** Money that an organisation wants moved; the caller was found to reach the organisation. */
export interface OrganisationPaymentWish {
  readonly organisation: OrganisationId;
  readonly kind: OrganisationPaymentKind;
  readonly reason: OrganisationPaymentReason;
  readonly to: { readonly kind: 'member' | 'organisation'; readonly id: string };
  readonly amount: { readonly amount: number; readonly currency: string };
  readonly description: string;
  readonly session?: string | undefined;
  readonly event?: string | undefined;
  readonly reverses?: string | undefined;
  readonly forced?: boolean | undefined;
}

export interface OrganisationPaymentRequest {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly wish: OrganisationPaymentWish;
}

/** Moves it out of the organisation's balance, all or nothing; its float does not count (cobalt.md 2.10). Once per key. */
export async function createOrganisationPayment(
  parts: OrganisationPaymentParts,
  asked: OrganisationPaymentRequest,
): Promise<Answer> {
  parseCurrency(asked.wish.amount.currency);
  await requirePayee(parts, asked.wish);
  const id = organisationPaymentId(newId('organisationPayment'));
  try {
    return await beginOnce<OrganisationPaymentSnapshot>(parts, {
      write: asked.write,
      resourceId: id,
      location: (resourceId) => `/v1/organisations/${asked.wish.organisation}/transfers/${resourceId}`,
      insert: [insertPayment(id, asked), auditOf(id, asked)],
      begin: (resourceId, updateId) => parts.organisationPayments.begin(resourceId, updateId),
      render: (resourceId, snapshot) => rendered(parts, resourceId, snapshot),
      show: (resourceId) => showOrganisationPayment(parts, resourceId),
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new DomainError('organisation_payment_state_conflict', 'This top-up is reversed already.');
  }
}

/** As it stands. Throws `not_found`, also for one of another organisation than `owner`. */
export async function showOrganisationPayment(
  parts: Pick<Shelf, 'orm'>,
  id: string,
  owner?: OrganisationId,
): Promise<StoredAnswer> {
  const { payment } = await loadOrganisationPayment(parts, organisationPaymentId(id));
  if (owner !== undefined && payment.organisationId !== owner) {
    throw new DomainError('not_found', 'The organisation has no such payment.');
  }
  const view = organisationPaymentView(payment, organisationPaymentSnapshotOf(payment));
  return { status: 200, body: JSON.stringify(view) };
}

/** A row as it is shown, with what became of it. */
export function organisationPaymentView(row: OrganisationPayment, { state, outcome }: OrganisationPaymentSnapshot) {
  const { id, organisationId: organisation, kind, reason, description, currency } = row;
  return {
    ...{ id, organisation, kind, reason, description, state, outcome },
    to: { kind: row.payeeKind, id: row.payeeId },
    amount: { amount: row.amountMinor, currency },
    session: row.sessionRef ?? null,
    event: row.eventRef ?? null,
    reverses: row.reversesId ?? null,
    forced: row.isForced,
    createdAt: row.createdAt.toISOString(),
  };
}

async function rendered(
  parts: OrganisationPaymentParts,
  id: string,
  snapshot: OrganisationPaymentSnapshot,
): Promise<StoredAnswer> {
  const { payment } = await loadOrganisationPayment(parts, organisationPaymentId(id));
  const view = organisationPaymentView(payment, snapshot);
  if (snapshot.state === 'posted') return { status: 201, body: JSON.stringify(view) };
  const reason = snapshot.outcome ?? snapshot.state;
  const refusal = problem('organisation_payment_refused', `Nothing was moved: ${reason}.`, { reason, payment: view });
  return { status: refusal.status, body: JSON.stringify(refusal) };
}

/** Whoever is paid is there, open, and in the same currency. Who may pay was judged before; members are the platform's. */
async function requirePayee({ orm }: OrganisationPaymentParts, wish: OrganisationPaymentWish): Promise<void> {
  const reads = scopedTo(unitOfWork(orm), { organisationId: null, siteId: null });
  const { to, organisation } = wish;
  if (to.id === organisation) throw refusedField('self_transfer', 'to', 'is who pays');
  if (to.kind === 'member') return requireMember(reads, wish);
  const payee = await reads.organisation(to.id);
  if (payee === null) throw refusedField('not_found', 'to.organisation', 'names no organisation');
  if (payee.status === 'closed') throw refusedField('organisation_closed', 'to.organisation', 'is closed');
}

async function requireMember(reads: ScopedReads, { to, kind, amount }: OrganisationPaymentWish): Promise<void> {
  const payee = await reads.member(to.id);
  if (payee === null) throw refusedField('not_found', 'to.member', 'names no member');
  // What was wrongly given is taken back from a closed member too.
  if (payee.status === 'closed' && kind !== 'member_top_up_reversal') {
    throw refusedField('member_closed', 'to.member', 'is closed');
  }
  if (payee.currency === amount.currency) return;
  throw new DomainError('currency_mismatch', `The account of ${payee.id} is in ${payee.currency}.`);
}

function auditOf(id: string, { principal, wish }: OrganisationPaymentRequest): Statement {
  return actStatement({
    ...signatureOf(principal),
    action: wish.forced === true ? 'organisation.forced_reversal' : `organisation.${wish.kind}`,
    target: id,
    organisationId: wish.organisation,
    after: { reason: wish.reason, to: wish.to.id, ...wish.amount, reverses: wish.reverses ?? null },
    reason: wish.description,
  });
}

function insertPayment(id: string, { principal, wish }: OrganisationPaymentRequest): Statement {
  const at = sqlTime(new Date().toISOString());
  return {
    sql: `INSERT INTO organisation_payment (id, organisation_id, kind, reason, payee_kind, payee_id, amount_minor, currency, description,
      session_ref, event_ref, reverses_id, reversal_claim, is_forced, state, actor, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'created', ?, ?, ?)`,
    values: [
      ...[id, wish.organisation, wish.kind, wish.reason, wish.to.kind, wish.to.id],
      ...[wish.amount.amount, wish.amount.currency, wish.description, wish.session ?? null, wish.event ?? null],
      ...[wish.reverses ?? null, wish.reverses ?? null, wish.forced === true ? 1 : 0, doneBy(principal), at, at],
    ],
  };
}
