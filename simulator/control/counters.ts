import type { ChargeRecord } from '../records.ts';
import type { Account } from '../store.ts';

interface Totals {
  intents: number;
  authorizations: number;
  captures: number;
  refunds: number;
  captured_minor: number;
  refunded_minor: number;
}
type ByCurrency = Record<string, { captured_minor: number; refunded_minor: number; fees_minor: number }>;

/** The processor's truth in a few figures: what was taken and given back, in all and for each metadata value. */
export interface Counters {
  by_currency: ByCurrency;
  totals: Totals & { failed_charges: number };
  /** `by_metadata.sale.S1.authorizations` must never be more than one. */
  by_metadata: Record<string, Record<string, Totals>>;
}

export function counters(accounts: readonly Account[]): Counters {
  const result: Counters = { by_currency: {}, totals: { ...none(), failed_charges: 0 }, by_metadata: {} };
  for (const account of accounts) {
    countIntents(account, result);
    countCharges(account, result);
    countRefunds(account, result);
    countFees(account, result);
  }
  return result;
}

function none(): Totals {
  return { intents: 0, authorizations: 0, captures: 0, refunds: 0, captured_minor: 0, refunded_minor: 0 };
}

/** Every counter a fact belongs to: the whole, and one for each metadata pair of its intent. */
function countersOf(account: Account, intentId: string | null, result: Counters): Totals[] {
  const metadata = account.paymentIntents.get(intentId ?? '')?.metadata ?? {};
  const own = Object.entries(metadata).map(([key, value]) => {
    const values = (result.by_metadata[key] ??= {});
    return (values[value] ??= none());
  });
  return [result.totals, ...own];
}

function currencyOf(result: Counters, currency: string) {
  return (result.by_currency[currency] ??= { captured_minor: 0, refunded_minor: 0, fees_minor: 0 });
}

function countIntents(account: Account, result: Counters): void {
  for (const { id } of account.paymentIntents.oldestFirst()) {
    for (const totals of countersOf(account, id, result)) totals.intents += 1;
  }
}

function countCharges(account: Account, result: Counters): void {
  for (const charge of account.charges.oldestFirst()) {
    if (charge.status === 'failed') {
      result.totals.failed_charges += 1;
      continue;
    }
    for (const totals of countersOf(account, charge.payment_intent, result)) addCharge(totals, charge);
    if (charge.captured) currencyOf(result, charge.currency).captured_minor += charge.amount_captured;
  }
}

function addCharge(totals: Totals, charge: ChargeRecord): void {
  totals.authorizations += 1;
  if (!charge.captured) return;
  totals.captures += 1;
  totals.captured_minor += charge.amount_captured;
}

/** Refunds that failed moved nothing in the end. */
function countRefunds(account: Account, result: Counters): void {
  for (const refund of account.refunds.oldestFirst()) {
    if (refund.status !== 'succeeded') continue;
    for (const totals of countersOf(account, refund.payment_intent, result)) {
      totals.refunds += 1;
      totals.refunded_minor += refund.amount;
    }
    currencyOf(result, refund.currency).refunded_minor += refund.amount;
  }
}

function countFees(account: Account, result: Counters): void {
  for (const { fee, currency } of account.balanceTransactions.oldestFirst()) {
    currencyOf(result, currency).fees_minor += fee;
  }
}
