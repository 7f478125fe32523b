import { disputeFee } from '../money.ts';
import type { BalanceTransactionRecord, ChargeRecord, DisputeRecord } from '../records.ts';
import { recordMovement } from '../resources/balance-transactions.ts';
import { newDispute, type NewDispute } from '../resources/dispute-shape.ts';
import type { Account } from '../store.ts';
import { emit, type World } from '../world.ts';
import type { OnlineCard } from './online-cards.ts';

const TAKEN_BACK = ['needs_response', 'under_review', 'lost'];
const OPEN = ['needs_response', 'under_review', 'warning_needs_response', 'warning_under_review'];

/** A bank complains for its customer: the money and a fee leave the balance at once, but for a mere inquiry. */
export function openDispute(world: World, account: Account, wish: NewDispute): DisputeRecord {
  const dispute = newDispute(world, wish);
  account.disputes.add(dispute);
  wish.charge.disputed = true;
  if (!wish.inquiry) move(world, account, { dispute, amount: -dispute.amount, fee: disputeFee(dispute.currency) });
  emit(world, account, { type: 'charge.dispute.created', object: dispute });
  if (!wish.inquiry) emit(world, account, { type: 'charge.dispute.funds_withdrawn', object: dispute });
  return dispute;
}

/** A card of whose charges each is disputed after a while. */
export function disputeLater(
  world: World,
  account: Account,
  { charge, card }: { charge: ChargeRecord; card: OnlineCard },
): void {
  const { dispute } = card;
  if (dispute === null) return;
  world.clock.after(world.settings.disputeDelayMs, () => {
    openDispute(world, account, { charge, amountMinor: disputable(charge), ...dispute });
  });
}

/** What a charge still holds of the customer's money, minor units. */
export function disputable(charge: ChargeRecord): number {
  return charge.amount_captured - charge.amount_refunded;
}

/** Whether the bank has the money of this charge: then it cannot be given back as well (terminal.md 4.8). */
export function isBeingTakenBack(account: Account, charge: ChargeRecord): boolean {
  if (!charge.disputed) return false;
  const disputes = [...account.disputes.newestFirst()].filter((dispute) => dispute.charge === charge.id);
  return disputes.some(({ status }) => TAKEN_BACK.includes(status));
}

export function isOpen({ status }: DisputeRecord): boolean {
  return OPEN.includes(status);
}

/** Evidence was handed in; the bank reads it. */
export function reviewDispute(world: World, account: Account, dispute: DisputeRecord): void {
  dispute.status = dispute.status.startsWith('warning') ? 'warning_under_review' : 'under_review';
  dispute.evidence_details.submission_count += 1;
  emit(world, account, { type: 'charge.dispute.updated', object: dispute });
}

/** The bank decides for us: the money comes back, and the fee unless it is kept. Nothing happens to one that is closed. */
export function winDispute(
  world: World,
  account: Account,
  { dispute, keepFee }: { dispute: DisputeRecord; keepFee: boolean },
): void {
  if (!isOpen(dispute)) return;
  const wasInquiry = dispute.status.startsWith('warning');
  dispute.status = wasInquiry ? 'warning_closed' : 'won';
  if (!wasInquiry) {
    move(world, account, { dispute, amount: dispute.amount, fee: keepFee ? 0 : -disputeFee(dispute.currency) });
  }
  emit(world, account, { type: 'charge.dispute.closed', object: dispute });
  if (!wasInquiry) emit(world, account, { type: 'charge.dispute.funds_reinstated', object: dispute });
}

/** The bank decides for its customer, or we gave in: the money stays gone. */
export function loseDispute(world: World, account: Account, dispute: DisputeRecord): void {
  if (!isOpen(dispute)) return;
  const wasInquiry = dispute.status.startsWith('warning');
  dispute.status = wasInquiry ? 'warning_closed' : 'lost';
  emit(world, account, { type: 'charge.dispute.closed', object: dispute });
}

/** One movement of the disputed money; the dispute shows them all, newest last. */
function move(
  world: World,
  account: Account,
  { dispute, amount, fee }: { dispute: DisputeRecord; amount: number; fee: number },
): BalanceTransactionRecord {
  const back = amount > 0;
  const transaction = recordMovement(world, account, {
    ...{ amount, fee, currency: dispute.currency, source: dispute.id, type: 'adjustment' },
    description: `${back ? 'Chargeback reversal' : 'Chargeback withdrawal'} for ${dispute.charge}`,
    category: back ? 'dispute_reversal' : 'dispute',
    feeFor: 'Dispute fee',
  });
  dispute.balance_transactions.push(transaction);
  return transaction;
}
