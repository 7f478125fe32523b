import { DomainError } from '../../domain/errors.ts';
import { internalRefundId, type InternalRefundId } from '../../domain/ids.ts';
import type { InternalRefundKind, InternalRefundSnapshot } from '../../domain/organisations/internal-refund.ts';
import { signatureOf, type Principal, type Scope } from '../../domain/principal.ts';
import { actStatement } from '../../entities/audit.ts';
import type { StoredAnswer, WriteRequest } from '../../entities/idempotency.ts';
import {
  internalRefundLines,
  internalRefundSnapshotOf,
  loadInternalRefund,
} from '../../entities/organisations/internal-refund-rows.ts';
import type { InternalRefund } from '../../entities/organisations/internal-refund.entity.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import { sqlTime, type Statement } from '../../entities/sql-pool.ts';
import { beginOnce } from '../begin-once.ts';
import { problem } from '../problems.ts';
import { refusedField } from '../refused-field.ts';
import type { RefundParts } from '../payments/refund-writing.ts';
import type { Answer } from '../route.ts';

/** What an organisation wants to give back; amounts in minor units of `currency`. */
export interface InternalRefundWish {
  readonly organisation: string;
  readonly kind: InternalRefundKind;
  /** The host's session or event. */
  readonly subject: string;
  readonly currency: string;
  readonly lines: readonly { readonly member: string; readonly amount: number }[];
  readonly description: string;
  /** The session is cancelled, and what is still owed for it is owed no more. */
  readonly cancelsIous: boolean;
}

export interface InternalRefundRequest {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly wish: InternalRefundWish;
}

/** Gives members back what they paid an organisation, all of it or nothing (cobalt.md 2.13). Once per key. */
export async function createInternalRefund(parts: RefundParts, asked: InternalRefundRequest): Promise<Answer> {
  await requireParties(parts, asked);
  const id = internalRefundId(newId('internalRefund'));
  return beginOnce<InternalRefundSnapshot>(parts, {
    write: asked.write,
    resourceId: id,
    location: (resourceId) => `/v1/internal-refunds/${resourceId}`,
    insert: [insertInternalRefund(id, asked), auditOf(id, asked)],
    begin: (resourceId, updateId) => parts.refunds.beginInternalRefund(resourceId, updateId),
    render: (resourceId, snapshot) => rendered(parts, resourceId, snapshot),
    show: (resourceId) => showInternalRefund(parts, resourceId),
  });
}

/** As it stands. Throws `not_found`, also for what `principal` does not reach. */
export async function showInternalRefund(parts: RefundParts, id: string, principal?: Scope): Promise<StoredAnswer> {
  const { refund } = await loadInternalRefund(parts, internalRefundId(id));
  const own = principal?.organisationId ?? refund.organisationId;
  if (refund.organisationId !== own) throw new DomainError('not_found', 'There is no such internal refund.');
  return { status: 200, body: JSON.stringify(internalRefundView(refund, internalRefundSnapshotOf(refund))) };
}

async function rendered(parts: RefundParts, id: string, snapshot: InternalRefundSnapshot): Promise<StoredAnswer> {
  const { refund } = await loadInternalRefund(parts, internalRefundId(id));
  const view = internalRefundView(refund, snapshot);
  if (snapshot.state === 'posted') return { status: 201, body: JSON.stringify(view) };
  const reason = snapshot.outcome ?? snapshot.state;
  const refusal = problem('refund_refused', `Nothing was given back: ${reason}.`, { reason, refund: view });
  return { status: refusal.status, body: JSON.stringify(refusal) };
}

function internalRefundView(facts: InternalRefund, { state, outcome }: InternalRefundSnapshot) {
  const { id, organisationId: organisation, kind, subjectRef: subject, currency, description } = facts;
  const lines = internalRefundLines(facts).map(({ memberId, amountMinor }) => ({
    member: memberId,
    amount: { amount: amountMinor, currency },
  }));
  return { id, organisation, kind, subject, description, state, outcome, lines };
}

async function requireParties(parts: RefundParts, { principal, wish }: InternalRefundRequest): Promise<void> {
  // Members are the platform's; that the caller may act for the organisation is judged first.
  const reads = scopedTo(unitOfWork(parts.orm), principal);
  const people = scopedTo(unitOfWork(parts.orm), { organisationId: null, siteId: null });
  if ((await reads.organisation(wish.organisation)) === null) {
    throw refusedField('not_found', 'organisation', 'names no organisation');
  }
  if (wish.cancelsIous && wish.kind !== 'session') {
    throw refusedField('invalid_request', 'cancelsIous', 'is for sessions only');
  }
  for (const [index, line] of wish.lines.entries()) {
    const member = await people.member(line.member);
    if (member === null) throw refusedField('not_found', `lines.${index}.member`, 'names no member');
    if (member.currency !== wish.currency) {
      throw new DomainError('currency_mismatch', `The account of ${member.id} is in ${member.currency}.`);
    }
  }
}

function auditOf(id: InternalRefundId, { principal, wish }: InternalRefundRequest): Statement {
  return actStatement({
    ...signatureOf(principal),
    actor: principal.asserted ?? principal.keyId,
    action: 'refund.internal',
    target: id,
    organisationId: wish.organisation as InternalRefund['organisationId'],
    after: { kind: wish.kind, subject: wish.subject, lines: wish.lines.length },
    reason: wish.description,
  });
}

function insertInternalRefund(id: InternalRefundId, { principal, wish }: InternalRefundRequest): Statement {
  const at = sqlTime(new Date().toISOString());
  const lines = wish.lines.map(({ member, amount }) => ({ memberId: member, amountMinor: amount }));
  return {
    sql: `INSERT INTO internal_refund (id, organisation_id, kind, subject_ref, currency, lines_json, description, cancels_ious, state,
      actor, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'created', ?, ?, ?)`,
    values: [
      ...[id, wish.organisation, wish.kind, wish.subject, wish.currency, JSON.stringify(lines), wish.description],
      ...[wish.cancelsIous ? 1 : 0, principal.asserted ?? principal.keyId, at, at],
    ],
  };
}
