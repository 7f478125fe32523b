import { topUpAmount, type TopUpLimits } from '../../domain/cards/auto-top-up.ts';
import { memberId, paymentBatchId, paymentId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import { cardObstacle, loadAutoTopUpFile, type AutoTopUpFile } from '../../entities/cards/auto-top-up-file.ts';
import type { StoredAnswer, WriteRequest } from '../../entities/idempotency.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { paymentSnapshotOf } from '../../entities/payments/payment-changes.ts';
import { Payment } from '../../entities/payments/payment.entity.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import type { BatchSnapshot } from '../../workflows/payments/payment-batch.messages.ts';
import { beginOnce } from '../begin-once.ts';
import {
  insertPayments,
  requireParties,
  type MemberMoneyParts,
  type Party,
  type PartyReads,
  type PaymentWish,
} from './payment-writing.ts';
import { paymentView } from './payment-view.ts';
import type { Answer } from '../route.ts';

export interface BatchParts extends MemberMoneyParts {
  readonly limitsOf: (currency: string) => TopUpLimits;
}

export interface BatchRequest {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly wishes: readonly PaymentWish[];
}

/** Where a batch is found. */
export function batchAddress(id: string): string {
  return `/v1/payment-batches/${id}`;
}

/** Pays many at once, each by itself; none is written when one of them could never be paid. Once per key. */
export async function createBatch(parts: BatchParts, { principal, write, wishes }: BatchRequest): Promise<Answer> {
  const reads = await partiesOf(parts, principal, wishes);
  for (const [index, wish] of wishes.entries()) {
    await requireParties(reads, { wish, field: `payments.${index}.` });
  }
  const batchId = paymentBatchId(newId('paymentBatch'));
  const payments = wishes.map((wish) => {
    return { id: paymentId(newId('payment')), principal, wish, mode: 'batch', batchId } as const;
  });
  return beginOnce<BatchSnapshot>(parts, {
    write,
    resourceId: batchId,
    location: batchAddress,
    insert: [insertPayments(payments)],
    begin: (resourceId, updateId) => parts.messenger.beginBatch(resourceId, updateId),
    render: (resourceId) => batchAnswer(parts, resourceId, 201),
    show: (resourceId) => batchAnswer(parts, resourceId, 200),
  });
}

/** Everybody whom a batch names, read together: a look for each item would be most of what the batch costs. */
async function partiesOf(
  { orm }: MemberMoneyParts,
  principal: Principal,
  wishes: readonly PaymentWish[],
): Promise<PartyReads> {
  const reads = scopedTo(unitOfWork(orm), principal);
  const named = (kind: Party['kind']) => wishes.flatMap(({ to }) => (to?.kind === kind ? [to.id] : []));
  const members = await reads.membersNamed([...wishes.map(({ member }) => member), ...named('member')]);
  const organisations = await reads.organisationsNamed(named('organisation'));
  return {
    member: (id) => Promise.resolve(members.get(id) ?? null),
    organisation: (id) => Promise.resolve(organisations.get(id) ?? null),
  };
}

/** A batch with each of its payments, in the order in which they were asked for. */
export async function batchAnswer({ orm }: BatchParts, id: string, status: number): Promise<StoredAnswer> {
  const where = { batchId: paymentBatchId(id) };
  const rows = await unitOfWork(orm).find(Payment, where, { orderBy: { no: 'asc' } });
  const items = rows.map((row) => paymentView(row, paymentSnapshotOf(row, null)));
  return { status, body: JSON.stringify({ id, items }) };
}

/** How an item would be paid. Amounts are minor units. */
export interface Forecast {
  readonly way: 'balance' | 'auto_top_up' | 'refused';
  readonly chargeMinor: number | null;
  readonly reason: string | null;
}

/**
 * Tells beforehand who can pay from the balance, who by an automatic top-up and who cannot, by the rules of the payment
 * itself and one after the other (W-46). Nothing is written and nobody is asked.
 */
export async function forecast(
  parts: BatchParts,
  principal: Principal,
  wishes: readonly PaymentWish[],
): Promise<Forecast[]> {
  const files = new Map<string, AutoTopUpFile>();
  const balances = new Map<string, number>();
  const told: Forecast[] = [];
  const reads = await partiesOf(parts, principal, wishes);
  for (const [index, wish] of wishes.entries()) {
    await requireParties(reads, { wish, field: `payments.${index}.` });
    const file = files.get(wish.member) ?? (await loadAutoTopUpFile(parts, memberId(wish.member)));
    files.set(wish.member, file);
    const before = balances.get(wish.member) ?? file.availableMinor;
    const { item, after } = foretell(parts, { file, balanceMinor: before, needMinor: wish.amount.amount });
    balances.set(wish.member, after);
    told.push(item);
  }
  return told;
}

interface Question {
  readonly file: AutoTopUpFile;
  readonly balanceMinor: number;
  readonly needMinor: number;
}

function foretell(
  parts: BatchParts,
  { file, balanceMinor, needMinor }: Question,
): { readonly item: Forecast; readonly after: number } {
  if (needMinor <= balanceMinor) {
    return { item: { way: 'balance', chargeMinor: null, reason: null }, after: balanceMinor - needMinor };
  }
  const reason = cardObstacle(file, { ...parts.limitsOf(file.member.currency), now: new Date() });
  if (reason !== null) return { item: { way: 'refused', chargeMinor: null, reason }, after: balanceMinor };
  const { lowMinor } = parts.limitsOf(file.member.currency);
  const autoMinor = file.autoTopUp?.amountMinor ?? 0;
  const { amountMinor } = topUpAmount({ autoMinor, needMinor, balanceMinor, lowMinor });
  const item = { way: 'auto_top_up', chargeMinor: amountMinor, reason: null } as const;
  return { item, after: balanceMinor + amountMinor - needMinor };
}
