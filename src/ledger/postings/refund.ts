import type { LedgerAccountRef } from '../../domain/ledger-account.ts';
import {
  memberAccount,
  organisationAccount,
  refundFeeIncome,
  refundsInFlight,
  storeCreditAccount,
  taxAccount,
  unmatchedAccount,
} from '../../domain/ledger-account.ts';
import { invariant } from '../../domain/invariant.ts';
import { credit, debit, type Counterparty, type LedgerLinks, type NewLedgerTransaction } from '../../domain/ledger.ts';
import { subtract, zero, type Money } from '../../domain/money.ts';
import { counterpartyOf, placeOf, type ProcessorPlace } from './processor.ts';
import { exactReversal, type Reversible } from './reversal.ts';

/** Whose money goes back: the holder's account that is debited. */
export type RefundSource =
  | { readonly kind: 'member'; readonly memberId: string }
  | { readonly kind: 'organisation'; readonly organisationId: string }
  | { readonly kind: 'unmatched' };

export interface RefundRequest {
  readonly refundId: string;
  readonly source: RefundSource;
  /** The full amount: what the card will get, and any fee kept. */
  readonly amount: Money;
  /** A member may not overdraw to be refunded; an administrator, or the refund of a sale, may. */
  readonly requestedBy: 'member' | 'administrator' | 'sale';
  readonly occurredAt: string;
  readonly description: string;
  readonly links?: LedgerLinks;
}

/** Takes the full amount from its holder before the provider is asked (decisions 1, row "refund-reserved"). */
export function refundReserved(refund: RefundRequest): NewLedgerTransaction {
  const { amount, source } = refund;
  const inFlight = { type: 'Card Refund', counterparty: counterpartyOfSource(source) } as const;
  return {
    opKey: `refund-${refund.refundId}-reserved`,
    kind: refund.requestedBy === 'member' ? 'refund-reserved-by-member' : 'refund-reserved',
    occurredAt: refund.occurredAt,
    description: refund.description,
    legs: [
      ...debit(accountOf(source, amount), amount, { type: 'Card Refund', counterparty: 'card' }),
      ...credit(refundsInFlight(amount.currency), amount, inFlight),
    ],
    links: { ...refund.links, refundId: refund.refundId, ...linkOf(source) },
  };
}

export interface ConfirmedRefund {
  readonly refundId: string;
  readonly processor: ProcessorPlace;
  /** The full amount that was reserved. */
  readonly amount: Money;
  /** What is kept of it, tax included; zero where refunds are free. */
  readonly fee?: Money;
  /** The tax inside the fee (decisions D8). */
  readonly tax?: Money;
  readonly occurredAt: string;
  readonly description: string;
  readonly links?: LedgerLinks;
}

/** The provider paid the card: the processor has that much less, the rest is our fee and its tax. */
export function refundConfirmed(refund: ConfirmedRefund): NewLedgerTransaction {
  const { amount, processor } = refund;
  const { currency } = amount;
  const fee = refund.fee ?? zero(currency);
  const tax = refund.tax ?? zero(currency);
  const toCard = subtract(amount, fee);
  const income = subtract(fee, tax);
  invariant(toCard.amountMinor >= 0 && income.amountMinor >= 0, `The fee of refund ${refund.refundId} exceeds it`);
  return {
    opKey: `refund-${refund.refundId}-confirmed`,
    kind: 'refund-confirmed',
    occurredAt: refund.occurredAt,
    description: refund.description,
    legs: [
      ...debit(refundsInFlight(currency), amount, { type: 'Card Refund', counterparty: counterpartyOf(processor) }),
      ...credit(placeOf(processor, amount), toCard, { type: 'Card Refund', counterparty: 'card' }),
      ...credit(refundFeeIncome(currency), income, { type: 'Refund Fee' }),
      ...credit(taxAccount(currency), tax, { type: 'Tax' }),
    ],
    links: { ...refund.links, refundId: refund.refundId },
  };
}

/** What was posted for a refund that failed, early or late, and when that was known. */
export interface FailedRefund {
  readonly refundId: string;
  /** All of it that stands in the book: reserved, and confirmed where it failed late. */
  readonly posted: readonly Reversible[];
  readonly occurredAt: string;
  readonly description: string;
}

/** The exact reversal of all that was posted for a refund (decisions 1, row "refund undone"). */
export function refundUndone(failed: FailedRefund): NewLedgerTransaction {
  return {
    ...exactReversal(failed.posted),
    opKey: `refund-${failed.refundId}-undone`,
    kind: 'refund-undone',
    occurredAt: failed.occurredAt,
    description: failed.description,
  };
}

export interface ConsoleRefund {
  /** The provider's refund. */
  readonly providerRef: string;
  readonly source: RefundSource;
  readonly processor: ProcessorPlace;
  readonly amount: Money;
  readonly occurredAt: string;
  readonly description: string;
  readonly links?: LedgerLinks;
}

/** A refund that somebody made at the provider: a fact already, so it may overdraw (decisions 1, "console-refund"). */
export function consoleRefund(refund: ConsoleRefund): NewLedgerTransaction {
  const { amount, source, processor } = refund;
  return {
    opKey: `console-refund-${refund.providerRef}`,
    kind: 'console-refund',
    occurredAt: refund.occurredAt,
    description: refund.description,
    legs: [
      ...debit(accountOf(source, amount), amount, { type: 'Card Refund', counterparty: 'card' }),
      ...credit(placeOf(processor, amount), amount, {
        type: 'Card Refund',
        counterparty: counterpartyOfSource(source),
      }),
    ],
    links: { ...refund.links, providerRef: refund.providerRef, ...linkOf(source) },
  };
}

export interface OrderRefund {
  readonly refundId: string;
  readonly organisationId: string;
  readonly amount: Money;
  /** Back to the member's balance, or to the credit that paid. */
  readonly to: { readonly kind: 'member' | 'store-credit'; readonly ownerId: string };
  readonly occurredAt: string;
  readonly description: string;
}

/** An order given back to a balance or to the credit it came from; may overdraw (decisions 1, D69). */
export function orderRefund(refund: OrderRefund): NewLedgerTransaction {
  const { amount, organisationId, to } = refund;
  const account = to.kind === 'member' ? memberAccount : storeCreditAccount;
  return {
    opKey: `order-refund-${refund.refundId}`,
    kind: 'order-refund',
    occurredAt: refund.occurredAt,
    description: refund.description,
    legs: [
      ...debit(organisationAccount(organisationId, amount.currency), amount, {
        type: 'Refund',
        counterparty: `${to.kind}/${to.ownerId}`,
      }),
      ...credit(account(to.ownerId, amount.currency), amount, {
        type: 'Refund',
        counterparty: `organisation/${organisationId}`,
      }),
    ],
    links: {
      refundId: refund.refundId,
      organisationId,
      ...(to.kind === 'member' ? { memberId: to.ownerId } : {}),
    },
  };
}

function accountOf(source: RefundSource, amount: Money): LedgerAccountRef {
  switch (source.kind) {
    case 'member':
      return memberAccount(source.memberId, amount.currency);
    case 'organisation':
      return organisationAccount(source.organisationId, amount.currency);
    case 'unmatched':
      return unmatchedAccount(amount.currency);
  }
}

function counterpartyOfSource(source: RefundSource): Counterparty | undefined {
  if (source.kind === 'unmatched') return undefined;
  return source.kind === 'member' ? `member/${source.memberId}` : `organisation/${source.organisationId}`;
}

function linkOf(source: RefundSource): LedgerLinks {
  if (source.kind === 'unmatched') return {};
  return source.kind === 'member' ? { memberId: source.memberId } : { organisationId: source.organisationId };
}
