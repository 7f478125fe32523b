import type Stripe from 'stripe';
import { isCurrencyOf } from './stripe-amount.ts';
import type {
  BookList,
  BookPage,
  BookPageRequest,
  ProcessorBooksPort,
  ProviderObjectFact,
} from '../domain/reconciliation/processor-books-port.ts';
import type { ProviderLine } from '../domain/reconciliation/reconciliation.ts';
import { disputeStatusOf, refundStatusOf } from './card-refunds.ts';
import { fromStripeAmount } from './stripe-amount.ts';
import { demand } from './stripe-errors.ts';

const limit = 100;

/** Stripe's books of an account: balance transactions, charges, refunds, disputes and payouts by when they were made. */
export function createStripeBooks(stripe: Stripe): ProcessorBooksPort {
  return { readBookPage: (request) => readers[request.list](stripe, paramsOf(request)) };
}

interface ListParams {
  readonly created: Stripe.RangeQueryParam;
  readonly limit: number;
  readonly starting_after?: string;
}

const readers: Readonly<Record<BookList, (stripe: Stripe, params: ListParams) => Promise<BookPage>>> = {
  lines: async (stripe, params) => {
    const page = await demand(() => stripe.balanceTransactions.list(params));
    return { ...blank, lines: page.data.map(lineOf), next: nextOf(page) };
  },
  charges: (stripe, params) =>
    objects(
      demand(() => stripe.charges.list(params)),
      chargeOf,
    ),
  refunds: (stripe, params) =>
    objects(
      demand(() => stripe.refunds.list(params)),
      refundOf,
    ),
  disputes: (stripe, params) =>
    objects(
      demand(() => stripe.disputes.list(params)),
      disputeOf,
    ),
  payouts: (stripe, params) =>
    objects(
      demand(() => stripe.payouts.list(params)),
      payoutOf,
    ),
};

const blank = { lines: [], objects: [] } as const;

/** Whole seconds, as Stripe has them; the last second is read again by the next range, which changes nothing. */
function paramsOf({ from, until, after }: BookPageRequest): ListParams {
  const created = { gte: secondsOf(from), lt: secondsOf(until) + (Date.parse(until) % 1_000 > 0 ? 1 : 0) };
  return { created, limit, ...(after === null ? {} : { starting_after: after }) };
}

function secondsOf(iso: string): number {
  return Date.parse(iso.slice(0, 19) + 'Z') / 1_000;
}

interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}

async function objects<T extends { id: string }>(
  asked: Promise<Page<T>>,
  factOf: (item: T) => ProviderObjectFact,
): Promise<BookPage> {
  const page = await asked;
  return { ...blank, objects: page.data.map(factOf), next: nextOf(page) };
}

function nextOf({ data, has_more: hasMore }: Page<{ id: string }>): string | null {
  return hasMore ? (data.at(-1)?.id ?? null) : null;
}

function lineOf(line: Stripe.BalanceTransaction): ProviderLine {
  return {
    lineRef: line.id,
    sourceRef: refOf(line.source),
    type: line.type,
    currency: line.currency.toUpperCase(),
    amountMinor: minorOf(line.amount, line.currency),
    feeMinor: minorOf(line.fee, line.currency),
    createdAt: timeOf(line.created),
  };
}

function chargeOf(charge: Stripe.Charge): ProviderObjectFact {
  const isTaken = charge.captured && charge.status === 'succeeded';
  const status = charge.status === 'failed' ? 'failed' : isTaken ? 'captured' : 'open';
  return { ...fact(charge, 'charge', status), amountMinor: minorOf(charge.amount_captured, charge.currency) };
}

function refundOf(refund: Stripe.Refund): ProviderObjectFact {
  return fact(refund, 'refund', refundStatusOf(refund));
}

function disputeOf(dispute: Stripe.Dispute): ProviderObjectFact {
  return fact(dispute, 'dispute', disputeStatusOf(dispute));
}

function payoutOf(payout: Stripe.Payout): ProviderObjectFact {
  const isBack = payout.status === 'failed' || payout.status === 'canceled';
  return fact(payout, 'payout', isBack ? 'returned' : 'paid');
}

function fact(
  item: { readonly id: string; readonly amount: number; readonly currency: string; readonly created: number },
  kind: ProviderObjectFact['kind'],
  status: string,
): ProviderObjectFact {
  const { id: objectRef, currency } = item;
  const amountMinor = minorOf(item.amount, currency);
  return { objectRef, kind, status, amountMinor, currency: currency.toUpperCase(), createdAt: timeOf(item.created) };
}

/** A currency whose places we do not know cannot be in the book: it is shown as Stripe tells it. */
function minorOf(amount: number, currency: string): number {
  return isCurrencyOf(currency) ? fromStripeAmount(amount, currency) : amount;
}

function refOf(source: string | { readonly id: string } | null): string | null {
  return typeof source === 'object' ? (source?.id ?? null) : source;
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
