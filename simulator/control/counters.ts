import type { ChargeRecord, RefundRecord } from '../records.ts';
import type { Account } from '../store.ts';

interface Totals {
  customers: number;
  setup_intents: number;
  intents: number;
  authorizations: number;
  failed_charges: number;
  captures: number;
  captured_minor: number;
  /** Refunds that went through. */
  refunds: number;
  refunded_minor: number;
  pending_refunds: number;
  failed_refunds: number;
  /** All that were opened, inquiries too. */
  disputes: number;
  /** What disputes withdrew and have not given back. */
  disputed_minor: number;
}
interface MoneyByCurrency {
  captured_minor: number;
  refunded_minor: number;
  pending_refunds_minor: number;
  disputed_minor: number;
  /** Of payments only. */
  fees_minor: number;
  /** Withdrawn with disputes less given back. */
  dispute_fees_minor: number;
}

/**
 * The processor's truth in a few figures: what was taken and given back, in all and for each metadata value. A fact counts
 * for the metadata of its own object and of its payment intent.
 */
export interface Counters {
  by_currency: Record<string, MoneyByCurrency>;
  totals: Totals;
  /** `by_metadata.sale.S1.authorizations` must never be more than one. */
  by_metadata: Record<string, Record<string, Totals>>;
}

export function counters(accounts: readonly Account[]): Counters {
  const result: Counters = { by_currency: {}, totals: none(), by_metadata: {} };
  for (const account of accounts) {
    countPeople(account, result);
    countIntents(account, result);
    countCharges(account, result);
    countRefunds(account, result);
    countDisputes(account, result);
    countFees(account, result);
  }
  return result;
}

function none(): Totals {
  return {
    ...{ customers: 0, setup_intents: 0, intents: 0, authorizations: 0, failed_charges: 0 },
    ...{ captures: 0, captured_minor: 0 },
    ...{ refunds: 0, refunded_minor: 0, pending_refunds: 0, failed_refunds: 0 },
    ...{ disputes: 0, disputed_minor: 0 },
  };
}

/** Every counter a fact belongs to: the whole, and one for each metadata pair; a pair given twice counts once. */
function countersOf(result: Counters, ...metadata: (Record<string, string> | null | undefined)[]): Totals[] {
  const found = new Set([result.totals]);
  for (const [key, value] of metadata.flatMap((pairs) => Object.entries(pairs ?? {}))) {
    const values = (result.by_metadata[key] ??= {});
    found.add((values[value] ??= none()));
  }
  return [...found];
}

function intentsMetadata(account: Account, id: string | null): Record<string, string> | undefined {
  return account.paymentIntents.get(id ?? '')?.metadata;
}

function currencyOf(result: Counters, currency: string): MoneyByCurrency {
  return (result.by_currency[currency] ??= {
    ...{ captured_minor: 0, refunded_minor: 0, pending_refunds_minor: 0, disputed_minor: 0 },
    ...{ fees_minor: 0, dispute_fees_minor: 0 },
  });
}

function countPeople(account: Account, result: Counters): void {
  for (const { metadata } of account.customers.oldestFirst()) {
    for (const totals of countersOf(result, metadata)) totals.customers += 1;
  }
  for (const { metadata } of account.setupIntents.oldestFirst()) {
    for (const totals of countersOf(result, metadata)) totals.setup_intents += 1;
  }
}

function countIntents(account: Account, result: Counters): void {
  for (const { metadata } of account.paymentIntents.oldestFirst()) {
    for (const totals of countersOf(result, metadata)) totals.intents += 1;
  }
}

function countCharges(account: Account, result: Counters): void {
  for (const charge of account.charges.oldestFirst()) {
    const metadata = intentsMetadata(account, charge.payment_intent);
    for (const totals of countersOf(result, metadata)) addCharge(totals, charge);
    if (charge.captured) currencyOf(result, charge.currency).captured_minor += charge.amount_captured;
  }
}

function addCharge(totals: Totals, charge: ChargeRecord): void {
  if (charge.status === 'failed') {
    totals.failed_charges += 1;
    return;
  }
  totals.authorizations += 1;
  if (!charge.captured) return;
  totals.captures += 1;
  totals.captured_minor += charge.amount_captured;
}

/** Refunds that failed moved nothing in the end. */
function countRefunds(account: Account, result: Counters): void {
  for (const refund of account.refunds.oldestFirst()) {
    const metadata = intentsMetadata(account, refund.payment_intent);
    for (const totals of countersOf(result, metadata, refund.metadata)) addRefund(totals, refund);
    const money = currencyOf(result, refund.currency);
    if (refund.status === 'succeeded') money.refunded_minor += refund.amount;
    if (refund.status === 'pending') money.pending_refunds_minor += refund.amount;
  }
}

function addRefund(totals: Totals, { status, amount }: RefundRecord): void {
  if (status === 'pending') totals.pending_refunds += 1;
  if (status === 'failed') totals.failed_refunds += 1;
  if (status !== 'succeeded') return;
  totals.refunds += 1;
  totals.refunded_minor += amount;
}

function countDisputes(account: Account, result: Counters): void {
  for (const dispute of account.disputes.oldestFirst()) {
    const withdrawn = -dispute.balance_transactions.reduce((sum, { amount }) => sum + amount, 0);
    const metadata = intentsMetadata(account, dispute.payment_intent);
    for (const totals of countersOf(result, metadata, dispute.metadata)) {
      totals.disputes += 1;
      totals.disputed_minor += withdrawn;
    }
    currencyOf(result, dispute.currency).disputed_minor += withdrawn;
  }
}

function countFees(account: Account, result: Counters): void {
  for (const { fee, currency, type } of account.balanceTransactions.oldestFirst()) {
    const kind = type === 'adjustment' ? 'dispute_fees_minor' : 'fees_minor';
    currencyOf(result, currency)[kind] += fee;
  }
}
