import type { TopUpLimits } from '../../domain/cards/auto-top-up.ts';
import { DomainError } from '../../domain/errors.ts';
import { cardTransactionId, memberId, topUpId } from '../../domain/ids.ts';
import type { TopUpSnapshot } from '../../domain/payments/payment-snapshot.ts';
import type { Principal } from '../../domain/principal.ts';
import { loadAutoTopUpFile } from '../../entities/cards/auto-top-up-file.ts';
import type { StoredAnswer, WriteRequest } from '../../entities/idempotency.ts';
import type { Member } from '../../entities/members/member.entity.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { topUpSnapshotOf } from '../../entities/payments/payment-changes.ts';
import { cardAccountFor, loadTopUpFile, type TopUpFile } from '../../entities/payments/payment-file.ts';
import type { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import { numberOf, sqlTime, type Statement } from '../../entities/sql-pool.ts';
import { beginOnce } from '../begin-once.ts';
import { withCheckout, type MemberMoneyParts } from '../payments/payment-writing.ts';
import { topUpView } from '../payments/payment-view.ts';
import { problem } from '../problems.ts';
import { refusedField } from '../refused-field.ts';
import type { Answer } from '../route.ts';

export interface TopUpParts extends MemberMoneyParts {
  readonly limitsOf: (currency: string) => TopUpLimits;
}

export interface TopUpRequest {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly member: string;
  readonly amount: { readonly amount: number; readonly currency: string };
  /** `saved`: the card of the member's automatic top-ups is charged, without them (MTU-08). */
  readonly card: 'new' | 'saved';
}

/** Where a top-up is found. */
export function topUpAddress(id: string): string {
  return `/v1/top-ups/${id}`;
}

/** A checkout for exactly what a member wants on the balance, within the limits (cobalt.md 2.5). Once per key. */
export async function createTopUp(parts: TopUpParts, asked: TopUpRequest): Promise<Answer> {
  const member = await memberOf(parts, asked);
  await requireWithinLimits(parts, member, asked.amount.amount);
  const account = await cardAccountFor(parts, member.currency);
  if (account === null) throw new DomainError('conflict', `No processor account takes cards in ${member.currency}.`);
  const saved = asked.card === 'saved' ? await savedCardOf(parts, member) : null;
  const id = topUpId(newId('topUp'));
  const answer = await beginOnce<TopUpSnapshot>(parts, {
    write: asked.write,
    resourceId: id,
    location: topUpAddress,
    insert: [insertTopUp(id, asked, { account, saved })],
    begin: (resourceId, updateId) => parts.messenger.beginTopUp(resourceId, updateId),
    render: async (resourceId, snapshot) => rendered(await fileOf(parts, resourceId), snapshot),
    show: async (resourceId) => shown(await fileOf(parts, resourceId)),
  });
  return withCheckout(parts, answer);
}

/** The top-up as it stands now, with its checkout if one is open. */
export async function showTopUp(parts: MemberMoneyParts, id: string): Promise<Answer> {
  return withCheckout(parts, { status: 200, body: shown(await fileOf(parts, id)).body });
}

/** The browser says that the card is confirmed: we look now. A word that comes late changes nothing (WH-14). */
export async function hintTopUp(parts: MemberMoneyParts, id: string): Promise<Answer> {
  const { topUp } = await fileOf(parts, id);
  const followed = topUp.paymentId ? { paymentId: topUp.paymentId } : { topUpId: topUp.id };
  await parts.messenger.lookAtCard(followed);
  return showTopUp(parts, id);
}

/** Gives an open checkout up. Card money that was faster is told (409). */
export async function cancelTopUp(parts: MemberMoneyParts, id: string, write: WriteRequest): Promise<Answer> {
  const file = await fileOf(parts, id);
  return beginOnce<TopUpSnapshot>(parts, {
    write,
    resourceId: id,
    location: topUpAddress,
    insert: [],
    begin: (resourceId, updateId) => parts.messenger.cancelTopUp(resourceId, updateId),
    render: (_, snapshot) => Promise.resolve(canceled(file, snapshot)),
    show: async (resourceId) => canceled(file, topUpSnapshotOf((await fileOf(parts, resourceId)).topUp)),
  });
}

async function memberOf(parts: TopUpParts, { principal, member: id, amount }: TopUpRequest): Promise<Member> {
  const member = await scopedTo(unitOfWork(parts.orm), principal).member(id);
  if (member === null) throw new DomainError('not_found', 'There is no such member.');
  if (member.status === 'closed') throw new DomainError('member_closed', 'The member is closed.');
  if (amount.currency !== member.currency) {
    throw new DomainError('currency_mismatch', `The member's account is in ${member.currency}.`);
  }
  return member;
}

/** Open checkouts count as if they were paid, so that two of them cannot pass the limit together (decisions D21). */
async function requireWithinLimits(parts: TopUpParts, member: Member, amountMinor: number): Promise<void> {
  const limits = parts.limitsOf(member.currency);
  if (amountMinor < limits.manualMinimumMinor) {
    throw refusedField('amount_out_of_range', 'amount.amount', `must be at least ${limits.manualMinimumMinor}`);
  }
  const [row] = await parts.pool.rows(
    `SELECT CAST(COALESCE((SELECT balance_minor FROM ledger_account WHERE code = CONCAT('member/', ?, '/', ?)), 0) AS SIGNED) AS balance,
      CAST(COALESCE((SELECT SUM(amount_minor) FROM top_up WHERE member_id = ? AND kind = 'manual'
        AND state IN ('created', 'checkout', 'pending', 'unresolved')), 0) AS SIGNED) AS open_minor`,
    [member.id, member.currency, member.id],
  );
  if (row === undefined) throw new Error('A sum is always there.');
  const most = limits.balanceMaximumMinor - numberOf(row, 'balance') - numberOf(row, 'open_minor');
  if (amountMinor <= most) return;
  throw refusedField('amount_out_of_range', 'amount.amount', `must be at most ${Math.max(most, 0)} on this balance`);
}

async function fileOf(parts: MemberMoneyParts, id: string): Promise<TopUpFile> {
  return loadTopUpFile(parts, topUpId(id));
}

function rendered({ topUp }: TopUpFile, snapshot: TopUpSnapshot): StoredAnswer {
  const view = topUpView(topUp, snapshot);
  if (view.status === 'refused') {
    const refusal = problem('top_up_refused', `The top-up was refused: ${snapshot.failureCode ?? snapshot.state}.`, {
      topUp: view,
    });
    return { status: refusal.status, body: JSON.stringify(refusal) };
  }
  return { status: view.status === 'pending' ? 202 : 201, body: JSON.stringify(view) };
}

function canceled({ topUp }: TopUpFile, snapshot: TopUpSnapshot): StoredAnswer {
  const view = topUpView(topUp, snapshot);
  if (snapshot.state === 'canceled') return { status: 200, body: JSON.stringify(view) };
  const refusal = problem('top_up_state_conflict', `The top-up is ${snapshot.state}.`, { topUp: view });
  return { status: refusal.status, body: JSON.stringify(refusal) };
}

function shown({ topUp }: TopUpFile): StoredAnswer {
  return { status: 200, body: JSON.stringify(topUpView(topUp, topUpSnapshotOf(topUp))) };
}

/** Offered only to who has automatic top-ups on (cobalt.md 2.5). */
async function savedCardOf(parts: TopUpParts, member: Member): Promise<SavedCard> {
  const { autoTopUp } = await loadAutoTopUpFile(parts, memberId(member.id));
  const { state, customerRef, paymentMethodRef } = autoTopUp ?? {};
  if (state === 'on' && customerRef && paymentMethodRef) return { customerRef, paymentMethodRef };
  throw new DomainError('conflict', 'There is no saved card that may be charged.');
}

interface SavedCard {
  readonly customerRef: string;
  readonly paymentMethodRef: string;
}

function insertTopUp(
  id: string,
  asked: TopUpRequest,
  { account, saved }: { readonly account: ProcessorAccount; readonly saved: SavedCard | null },
): Statement {
  const at = sqlTime(new Date().toISOString());
  return {
    sql: `INSERT INTO top_up (id, member_id, kind, amount_minor, currency, state, processor_account_id, card_transaction_id,
      customer_ref, payment_method_ref, created_at, updated_at) VALUES (?, ?, 'manual', ?, ?, 'created', ?, ?, ?, ?, ?, ?)`,
    values: [
      ...[id, asked.member, asked.amount.amount, asked.amount.currency, account.id],
      ...[cardTransactionId(newId('cardTransaction')), saved?.customerRef ?? null, saved?.paymentMethodRef ?? null],
      ...[at, at],
    ],
  };
}
