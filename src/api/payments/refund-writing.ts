import { DomainError } from '../../domain/errors.ts';
import { cardTransactionId, refundId, type RefundId } from '../../domain/ids.ts';
import { parseCurrency } from '../../domain/currency.ts';
import { basisPoints, money } from '../../domain/money.ts';
import { personOf, signatureOf, type Principal } from '../../domain/principal.ts';
import { refundParts, type RefundRules } from '../../domain/payments/refund.ts';
import { refundObstacle } from '../../domain/payments/refund-eligibility.ts';
import type { RefundSnapshot } from '../../domain/payments/refund-snapshot.ts';
import { actStatement } from '../../entities/audit.ts';
import { loadCardFile, loadRefundFile, type CardFile } from '../../entities/cards/card-file.ts';
import type { RefundRulesReader } from '../../entities/organisations/fees.read.ts';
import type { StoredAnswer, WriteRequest } from '../../entities/idempotency.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { refundSnapshotOf } from '../../entities/payments/refund-changes.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import type { Shelf } from '../../entities/shelf.ts';
import { sqlTime, type Statement } from '../../entities/sql-pool.ts';
import { beginOnce, type BeginParts } from '../begin-once.ts';
import { problem } from '../problems.ts';
import { refundView } from './refund-view.ts';
import type { RefundMessenger } from './refund-messenger.ts';
import type { Answer } from '../route.ts';

export interface RefundParts extends BeginParts, Shelf {
  readonly refunds: RefundMessenger;
  readonly refundRules: RefundRulesReader;
}

/** A refund as it is asked for. */
export interface RefundWish {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly topUp: string;
  /** What an administrator gives back; a member always gets all that is left. */
  readonly amount?: { readonly amount: number; readonly currency: string };
  readonly description: string;
}

/** Where a refund is found. */
export function refundAddress(id: string): string {
  return `/v1/refunds/${id}`;
}

/** Gives a member all that is left of their card money back, less the fee, if nothing stands against it (cobalt.md 2.12). */
export async function refundByMember(
  parts: RefundParts,
  wish: RefundWish & { readonly member: string },
): Promise<Answer> {
  const file = await cardOf(parts, wish, wish.member);
  const { amount, fee, tax } = offerOf(await parts.refundRules(), file);
  return begin(parts, wish, { file, requestedBy: 'member', amountMinor: amount.amountMinor, fee, tax });
}

/** Gives any part back that an administrator names, without fee or limits of age and balance; never of their own money. */
export async function refundByAdministrator(parts: RefundParts, wish: RefundWish): Promise<Answer> {
  const file = await cardOf(parts, wish);
  const { amount } = wish;
  if (amount === undefined) throw new DomainError('invalid_request', 'An amount must be given.');
  if (amount.currency !== file.card.currency) {
    throw new DomainError('currency_mismatch', `The card was charged in ${file.card.currency}.`);
  }
  await requireSomebodyElses(parts, wish, file);
  return begin(parts, wish, { file, requestedBy: 'administrator', amountMinor: amount.amount, fee: 0, tax: 0 });
}

/** What a member would get back of `file` now. */
export function offerOf({ feeRate }: RefundRules, { card, topUp, payment }: CardFile) {
  const currency = parseCurrency(card.currency);
  const amount = money(Math.max(card.capturedMinor - card.refundedMinor, 0), currency);
  // Money that is stranded with us, because what it was for did not happen, goes back without a fee (decisions D16).
  const isStranded = topUp?.state === 'late' || (payment !== null && payment.state !== 'paid');
  const split = refundParts(amount, isStranded ? basisPoints(0) : feeRate);
  return { amount, toCard: split.toCard, fee: split.fee.amountMinor, tax: split.tax.amountMinor };
}

/** Why a member may not have it back, as far as we know without the processor. */
export function obstacleOf({ ageLimitWeeks }: RefundRules, { card, topUp, availableMinor }: CardFile) {
  return refundObstacle({
    capturedMinor: card.capturedMinor,
    refundedMinor: card.refundedMinor,
    receiptUrl: topUp?.receiptUrl ?? null,
    balanceMinor: availableMinor,
    capturedAt: card.capturedAt ?? null,
    now: new Date(),
    ageLimitWeeks,
  });
}

/** The card payment of a top-up, of `member` if one is named. Throws `not_found`. */
export async function cardOf(
  parts: RefundParts,
  { principal, topUp: id }: Pick<RefundWish, 'principal' | 'topUp'>,
  member?: string,
): Promise<CardFile> {
  const unknown = new DomainError('not_found', 'There is no such top-up.');
  const topUp = await scopedTo(unitOfWork(parts.orm), principal).topUp(id);
  if (topUp === null || (member ?? topUp.memberId) !== topUp.memberId) throw unknown;
  if (!topUp.paymentRef) throw new DomainError('refund_refused', 'No card was charged for it.', { reason: 'not_paid' });
  return loadCardFile(parts, cardTransactionId(topUp.cardTransactionId));
}

/** An administrator who is a member may not help themselves (REF-14). */
async function requireSomebodyElses(parts: RefundParts, { principal }: RefundWish, { topUp }: CardFile): Promise<void> {
  const owner = topUp === null ? null : await scopedTo(unitOfWork(parts.orm), principal).member(topUp.memberId);
  const person = personOf(principal);
  if (person === null || owner === null || (person !== owner.id && person !== owner.externalRef)) return;
  throw new DomainError('own_transaction', 'Somebody else must refund your own card money.');
}

interface Begun {
  readonly file: CardFile;
  readonly requestedBy: 'member' | 'administrator';
  readonly amountMinor: number;
  readonly fee: number;
  readonly tax: number;
}

async function begin(parts: RefundParts, wish: RefundWish, begun: Begun): Promise<Answer> {
  const id = refundId(newId('refund'));
  return beginOnce<RefundSnapshot>(parts, {
    write: wish.write,
    resourceId: id,
    location: refundAddress,
    insert: [insertRefund(id, wish, begun), auditOf(id, wish, begun)],
    begin: (resourceId, updateId) => parts.refunds.beginRefund(resourceId, updateId),
    render: (resourceId, snapshot) => rendered(parts, resourceId, snapshot),
    show: (resourceId) => showRefund(parts, resourceId),
  });
}

/** The refund as it stands. Throws `not_found`. */
export async function showRefund(parts: Shelf, id: string): Promise<StoredAnswer> {
  const { refund } = await loadRefundFile(parts, refundId(id));
  return { status: 200, body: JSON.stringify(refundView(refund, refundSnapshotOf(refund))) };
}

async function rendered(parts: Shelf, id: string, snapshot: RefundSnapshot): Promise<StoredAnswer> {
  const { refund } = await loadRefundFile(parts, refundId(id));
  const view = refundView(refund, snapshot);
  if (view.status === 'refused' || view.status === 'failed') {
    const reason = snapshot.outcome ?? snapshot.state;
    const refusal = problem('refund_refused', `Nothing was refunded: ${reason}.`, { reason, refund: view });
    return { status: refusal.status, body: JSON.stringify(refusal) };
  }
  return { status: snapshot.state === 'unresolved' ? 202 : 201, body: JSON.stringify(view) };
}

function auditOf(id: RefundId, { principal, description }: RefundWish, begun: Begun): Statement {
  return actStatement({
    ...signatureOf(principal),
    actor: principal.asserted ?? principal.keyId,
    action: `refund.${begun.requestedBy}`,
    target: id,
    organisationId: null,
    after: { cardTransaction: begun.file.card.id, amountMinor: begun.amountMinor, feeMinor: begun.fee },
    reason: description,
  });
}

function insertRefund(id: RefundId, { principal, description }: RefundWish, begun: Begun): Statement {
  const at = sqlTime(new Date().toISOString());
  const { card, topUp } = begun.file;
  return {
    sql: `INSERT INTO refund (id, card_transaction_id, processor_account_id, member_id, top_up_id, amount_minor, fee_minor, tax_minor,
      currency, requested_by, actor, description, state, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'created', ?, ?)`,
    values: [
      ...[id, card.id, card.processorAccountId, topUp?.memberId ?? null, topUp?.id ?? null],
      ...[begun.amountMinor, begun.fee, begun.tax, card.currency],
      ...[begun.requestedBy, principal.asserted ?? principal.keyId, description, at, at],
    ],
  };
}
