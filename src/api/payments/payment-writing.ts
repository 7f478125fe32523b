import { DomainError } from '../../domain/errors.ts';
import { organisationId, paymentId, memberId, topUpId, type PaymentBatchId, type PaymentId } from '../../domain/ids.ts';
import type { PayeeKind, PaymentEntryType, PaymentMode } from '../../domain/payments/member-payment.ts';
import type { PaymentSnapshot, TopUpSnapshot } from '../../domain/payments/payment-snapshot.ts';
import { signatureOf, type Principal } from '../../domain/principal.ts';
import type { StoredAnswer, WriteRequest } from '../../entities/idempotency.ts';
import type { Member } from '../../entities/members/member.entity.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork, type Orm } from '../../entities/orm.ts';
import { paymentSnapshotOf } from '../../entities/payments/payment-changes.ts';
import { loadPaymentFile, loadTopUpFile, type PaymentFile } from '../../entities/payments/payment-file.ts';
import type { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import { scopedTo, type ScopedReads } from '../../entities/scoped-reads.ts';
import { sqlTime, type Statement } from '../../entities/sql-pool.ts';
import type { BrowserSecrets } from '../../stripe/client-secret.direct.ts';
import { beginOnce, type BeginParts } from '../begin-once.ts';
import type { MemberMoneyMessenger } from './member-money-messenger.ts';
import { paymentView } from './payment-view.ts';
import { problem } from '../problems.ts';
import type { Answer } from '../route.ts';
import { refusedField } from '../refused-field.ts';

export interface MemberMoneyParts extends BeginParts {
  readonly orm: Orm;
  readonly messenger: MemberMoneyMessenger;
  readonly secretsAt: (account: ProcessorAccount) => BrowserSecrets;
}

/** Whom a member pays. */
export interface Party {
  readonly kind: PayeeKind;
  readonly id: string;
}

/** A payment as it is asked for; `amount` in minor units. */
export interface PaymentWish {
  readonly member: string;
  /** Null: the host books within the funds. */
  readonly to: Party | null;
  readonly amount: { readonly amount: number; readonly currency: string };
  readonly description: string;
  readonly type?: PaymentEntryType | undefined;
  readonly session?: string | undefined;
  readonly event?: string | undefined;
  readonly paymentType?: string | undefined;
  readonly route?: { readonly code: string; readonly payload?: string | undefined } | undefined;
  readonly returnUrl?: string | undefined;
  /** Written in the same commit, such as the lock of an IOU. */
  readonly with?: (paymentId: PaymentId) => readonly Statement[];
}

export interface PaymentRequest {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly wish: PaymentWish;
}

/** Where a payment is found. */
export function paymentAddress(id: string): string {
  return `/v1/payments/${id}`;
}

/** Pays from the member's balance, or answers the checkout for what it lacks (cobalt.md 2.7). Once per key. */
export async function createPayment(parts: MemberMoneyParts, asked: PaymentRequest): Promise<Answer> {
  const { wish, write } = asked;
  await requireParties(scopedTo(unitOfWork(parts.orm), asked.principal), { wish, field: '' });
  const id = paymentId(newId('payment'));
  const answer = await beginOnce<PaymentSnapshot>(parts, {
    write,
    resourceId: id,
    location: paymentAddress,
    insert: [insertPayments([{ ...asked, id, mode: 'interactive', batchId: null }]), ...(wish.with?.(id) ?? [])],
    begin: (resourceId, updateId) => parts.messenger.beginPayment(resourceId, updateId),
    render: async (resourceId, snapshot) => rendered(await fileOf(parts, resourceId), snapshot),
    show: async (resourceId) => shown(await fileOf(parts, resourceId)),
  });
  return withCheckout(parts, answer);
}

/** The payment as it stands now, with its checkout if one is open. */
export async function showPayment(parts: MemberMoneyParts, id: string): Promise<Answer> {
  const file = await fileOf(parts, id);
  return withCheckout(parts, { status: 200, body: shown(file).body });
}

/** The browser says that the card is confirmed: we look now. A word that comes late changes nothing (WH-14). */
export async function hintPayment(parts: MemberMoneyParts, id: string): Promise<Answer> {
  await fileOf(parts, id);
  await parts.messenger.lookAtCard({ paymentId: id });
  return showPayment(parts, id);
}

/** Gives an open checkout up. Card money that was faster is told (409). */
export async function cancelPayment(parts: MemberMoneyParts, id: string, write: WriteRequest): Promise<Answer> {
  const file = await fileOf(parts, id);
  return beginOnce<PaymentSnapshot>(parts, {
    write,
    resourceId: id,
    location: paymentAddress,
    insert: [],
    begin: (resourceId, updateId) => parts.messenger.cancelPayment(resourceId, updateId),
    render: (_, snapshot) => Promise.resolve(canceled(file, snapshot)),
    show: async (resourceId) => {
      const { payment, topUp } = await fileOf(parts, resourceId);
      return canceled(file, paymentSnapshotOf(payment, topUp));
    },
  });
}

/** Adds what the browser needs, read now: a stored answer never has it. */
export async function withCheckout(
  parts: Pick<MemberMoneyParts, 'secretsAt' | 'orm' | 'pool'>,
  answer: Answer,
): Promise<Answer> {
  const body = typeof answer.body === 'string' ? (JSON.parse(answer.body) as Shown) : undefined;
  if (body?.status !== 'checkout_required') return answer;
  const { account, topUp, amountMinor, paymentRef } = await checkoutOf(parts, body);
  const checkout = {
    topUp,
    amount: { amount: amountMinor, currency: body.amount.currency },
    paymentRef,
    clientSecret: await parts.secretsAt(account).ofPayment(paymentRef),
    publishableKey: account.publishableKey ?? null,
  };
  return { ...answer, body: { ...body, checkout } };
}

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly amount: { readonly currency: string };
}

async function checkoutOf(parts: Pick<MemberMoneyParts, 'orm' | 'pool'>, { id }: Shown): Promise<OpenCheckout> {
  const isPayment = id.startsWith('pay_');
  const { topUp, account } = isPayment
    ? await loadPaymentFile(parts, paymentId(id))
    : await loadTopUpFile(parts, topUpId(id));
  if (!topUp?.paymentRef) throw new Error(`${id} has lost its checkout.`);
  return { account, topUp: topUp.id, amountMinor: topUp.amountMinor, paymentRef: topUp.paymentRef };
}

interface OpenCheckout {
  readonly account: ProcessorAccount;
  readonly topUp: string;
  readonly amountMinor: TopUpSnapshot['amountMinor'];
  readonly paymentRef: string;
}

async function fileOf(parts: MemberMoneyParts, id: string): Promise<PaymentFile> {
  return loadPaymentFile(parts, paymentId(id));
}

function rendered({ payment }: PaymentFile, snapshot: PaymentSnapshot): StoredAnswer {
  const view = paymentView(payment, snapshot);
  if (view.status === 'refused') {
    const refusal = problem('payment_refused', `The payment was refused: ${snapshot.outcome ?? snapshot.state}.`, {
      payment: view,
    });
    return { status: refusal.status, body: JSON.stringify(refusal) };
  }
  return { status: view.status === 'pending' ? 202 : 201, body: JSON.stringify(view) };
}

function canceled({ payment }: PaymentFile, snapshot: PaymentSnapshot): StoredAnswer {
  const view = paymentView(payment, snapshot);
  if (snapshot.state === 'canceled' || snapshot.state === 'released')
    return { status: 200, body: JSON.stringify(view) };
  const refusal = problem('payment_state_conflict', `The payment is ${snapshot.state}.`, { payment: view });
  return { status: refusal.status, body: JSON.stringify(refusal) };
}

function shown({ payment, topUp }: PaymentFile): StoredAnswer {
  return { status: 200, body: JSON.stringify(paymentView(payment, paymentSnapshotOf(payment, topUp))) };
}

/** Where the parties of payments are looked up, within what the caller may see. */
export type PartyReads = Pick<ScopedReads, 'member' | 'organisation'>;

/** Refuses what could never be paid: nothing is written, and nothing is sent. */
export async function requireParties(
  reads: PartyReads,
  { wish, field }: { readonly wish: PaymentWish; readonly field: string },
): Promise<void> {
  const payer = await reads.member(wish.member);
  if (payer === null) throw refusedField('not_found', `${field}member`, 'names no member');
  requireActive(payer, `${field}member`);
  if (wish.amount.currency !== payer.currency) {
    throw new DomainError('currency_mismatch', `The member's account is in ${payer.currency}.`);
  }
  if (wish.to !== null) await requireParty(reads, { payer, to: wish.to, field });
}

/** Refuses a payee that cannot be paid by `payer`; `field` is where it stands in the request. */
export async function requireParty(
  reads: PartyReads,
  { payer, to, field }: { readonly payer: Member; readonly to: Party; readonly field: string },
): Promise<void> {
  if (to.kind === 'organisation') await requireOpen(reads, { id: to.id, field });
  else await requirePayee(reads, { payer, id: to.id, field });
}

async function requireOpen(reads: PartyReads, { id, field }: { id: string; field: string }): Promise<void> {
  const organisation = await reads.organisation(organisationId(id));
  if (organisation === null) throw refusedField('not_found', `${field}to.organisation`, 'names no organisation');
  if (organisation.status === 'closed') throw new DomainError('conflict', 'The organisation is closed.');
}

async function requirePayee(
  reads: PartyReads,
  { payer, id, field }: { payer: Member; id: string; field: string },
): Promise<void> {
  if (id === payer.id) throw refusedField('self_transfer', `${field}to.member`, 'is the payer');
  const payee = await reads.member(memberId(id));
  if (payee === null) throw refusedField('not_found', `${field}to.member`, 'names no member');
  requireActive(payee, `${field}to.member`);
  if (payee.currency === payer.currency) return;
  throw new DomainError('currency_mismatch', `The other member's account is in ${payee.currency}.`);
}

function requireActive(member: Member, field: string): void {
  if (member.status === 'closed') throw refusedField('member_closed', field, 'is closed');
}

/** A payment that is asked for, under the id that it will have. */
export interface NewPayment extends Pick<PaymentRequest, 'principal' | 'wish'> {
  readonly id: PaymentId;
  readonly mode: PaymentMode;
  readonly batchId: PaymentBatchId | null;
}

/** The intentions of payments, to be written with the caller's claim; their numbers are in this order. */
export function insertPayments(payments: readonly NewPayment[]): Statement {
  const at = sqlTime(new Date().toISOString());
  const row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'created', ?, ?, ?, ?)";
  return {
    sql: `INSERT INTO payment (id, member_id, payee_kind, payee_id, amount_minor, currency, description, type, session_ref, event_ref,
      payment_type, mode, batch_id, route_code, route_payload, return_url, state, actor, asserted_actor, created_at, updated_at)
      VALUES ${payments.map(() => row).join(', ')}`,
    values: payments.flatMap((payment) => [...rowOf(payment), at, at]),
  };
}

function rowOf({ id, principal, wish, mode, batchId }: NewPayment): (string | number | null)[] {
  const { actor, assertedActor } = signatureOf(principal);
  return [
    ...[id, wish.member, wish.to?.kind ?? 'host', wish.to?.id ?? null],
    ...[wish.amount.amount, wish.amount.currency, wish.description],
    ...[wish.type ?? defaultType(wish), ...given(wish.session, wish.event, wish.paymentType)],
    ...[mode, batchId, ...given(wish.route?.code, wish.route?.payload, wish.returnUrl)],
    ...[actor, assertedActor],
  ];
}

function given(...values: readonly (string | undefined)[]): (string | null)[] {
  return values.map((value) => value ?? null);
}

function defaultType({ to }: PaymentWish): PaymentEntryType {
  return to?.kind === 'member' ? 'Member Transfer' : 'Miscellaneous';
}
