import type { ChargeRecord, RefundRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { testCard } from '../test-cards.ts';
import { emit, type World } from '../world.ts';
import { recordRefund, recordRefundFailure } from './balance-transactions.ts';

export interface RefundWish {
  charge: ChargeRecord;
  amountMinor: number;
  reason: RefundRecord['reason'];
  metadata: Record<string, string>;
}

/** Whether a refund goes through, as the card behind the charge has it (terminal.md 5.6). */
function natureOf(account: Account, { payment_method: method }: ChargeRecord): 'succeeds' | 'waits' | 'fails' {
  const typed = account.cards.get(method ?? '');
  if (typed !== undefined) return typed.card.refund;
  const number = account.cardNumbers.get(method ?? '');
  return number !== undefined && testCard(number)?.refundFails === true ? 'fails' : 'succeeds';
}

/** Gives money back; succeeded at once unless refunds are set to wait (`refundStatus`). Events: terminal.md 5.3. */
export function makeRefund(world: World, account: Account, wish: RefundWish): RefundRecord {
  const nature = natureOf(account, wish.charge);
  const refund = newRefund(world, wish);
  account.refunds.add(refund);
  emit(world, account, { type: 'refund.created', object: refund });
  countRefund(wish.charge, wish.amountMinor);
  const settles = world.settings.refundStatus === 'succeeded' && nature !== 'waits';
  if (settles) {
    refund.status = 'succeeded';
    delete refund.pending_reason;
    refund.balance_transaction = recordRefund(world, account, refund);
  }
  emit(world, account, { type: 'charge.refunded', object: wish.charge });
  if (settles) tellUpdate(world, account, refund);
  planEnd(world, account, { refund, nature });
  return refund;
}

/** What the bank does later of its own accord. */
function planEnd(
  world: World,
  account: Account,
  { refund, nature }: { refund: RefundRecord; nature: ReturnType<typeof natureOf> },
): void {
  const { clock, settings } = world;
  if (nature === 'waits') {
    clock.after(settings.refundSettleDelayMs, () => {
      settleRefund(world, account, refund);
    });
  }
  if (nature === 'fails') {
    clock.after(settings.refundFailureDelayMs, () => {
      failRefund(world, account, { refund, reason: 'expired_or_canceled_card' });
    });
  }
}

function newRefund(world: World, { charge, amountMinor, reason, metadata }: RefundWish): RefundRecord {
  return {
    id: world.random.id('re_3', 23),
    object: 'refund',
    amount: amountMinor,
    balance_transaction: null,
    charge: charge.id,
    created: world.clock.nowSeconds(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
    metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    pending_reason: 'processing',
    reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'pending',
    transfer_reversal: null,
  };
}

function countRefund(charge: ChargeRecord, amountMinor: number): void {
  charge.amount_refunded += amountMinor;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
}

function tellUpdate(world: World, account: Account, refund: RefundRecord): void {
  emit(world, account, { type: 'refund.updated', object: refund });
  emit(world, account, { type: 'charge.refund.updated', object: refund });
}

/** A refund that waited goes through. Nothing happens to one that is final. */
export function settleRefund(world: World, account: Account, refund: RefundRecord): void {
  if (refund.status !== 'pending') return;
  refund.status = 'succeeded';
  delete refund.pending_reason;
  refund.balance_transaction = recordRefund(world, account, refund);
  tellUpdate(world, account, refund);
}

/** A refund bounces, even after it succeeded: the money is back in the balance (terminal.md 4.8). */
export function failRefund(
  world: World,
  account: Account,
  { refund, reason }: { refund: RefundRecord; reason: string },
): void {
  if (refund.status === 'failed' || refund.status === 'canceled') return;
  const moved = refund.status === 'succeeded';
  refund.status = 'failed';
  refund.failure_reason = reason;
  delete refund.pending_reason;
  if (moved) refund.failure_balance_transaction = recordRefundFailure(world, account, refund);
  const charge = account.charges.get(refund.charge ?? '');
  if (charge !== undefined) countRefund(charge, -refund.amount);
  emit(world, account, { type: 'refund.failed', object: refund });
  tellUpdate(world, account, refund);
}
