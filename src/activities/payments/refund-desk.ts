import { parseCurrency } from '../../domain/currency.ts';
import type { CardRefundPort } from '../../domain/payments/card-refund-port.ts';
import { refundId, type RefundId } from '../../domain/ids.ts';
import type { LedgerLinks } from '../../domain/ledger.ts';
import { money } from '../../domain/money.ts';
import { loadRefundFile, type CardFile, type RefundFile } from '../../entities/cards/card-file.ts';
import type { RefundRulesReader } from '../../entities/organisations/fees.read.ts';
import type { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import type { Refund } from '../../entities/payments/refund.entity.ts';
import {
  consoleRefund,
  refundConfirmed,
  refundReserved,
  type ConfirmedRefund,
  type ConsoleRefund,
  type RefundRequest,
  type RefundSource,
} from '../../ledger/postings/refund.ts';
import type { PaymentDependencies } from './payment-desk.ts';

/** What the activities of money that goes back stand on; the worker provides it once. */
export interface RefundDependencies extends PaymentDependencies {
  readonly refundsAt: (account: ProcessorAccount) => CardRefundPort;
  readonly refundRules: RefundRulesReader;
}

/** Reads the refund afresh; a step never acts on what an earlier one has seen. */
export function openRefund(deps: RefundDependencies, id: string): Promise<RefundFile> {
  return loadRefundFile(deps, refundId(id));
}

/** Whose money goes back. Late money whose owner nobody knew waits in suspense, and goes back from there. */
export function sourceOf({ topUp, sale }: Pick<CardFile, 'topUp' | 'sale'>): RefundSource {
  if (topUp !== null) return { kind: 'member', memberId: topUp.memberId };
  if (sale !== null && sale.state === 'posted') return { kind: 'organisation', organisationId: sale.organisationId };
  return { kind: 'unmatched' };
}

/** What a refund's postings are linked to. */
export function linksOf({ card, sale }: Pick<CardFile, 'card' | 'sale'>): LedgerLinks {
  return {
    processorAccountId: card.processorAccountId,
    ...(sale === null ? {} : { saleId: sale.id, organisationId: sale.organisationId }),
  };
}

/** The posting that takes the full amount from its holder. */
export function reservationOf(file: RefundFile, at: Date): RefundRequest {
  const { refund } = file;
  return {
    refundId: refund.id,
    source: sourceOf(file),
    amount: amountOf(refund, refund.amountMinor),
    requestedBy: refund.requestedBy === 'member' ? 'member' : 'administrator',
    occurredAt: at.toISOString(),
    description: refund.description,
    links: { ...linksOf(file), actor: refund.actor },
  };
}

/** The posting that says that the card has it. */
export function confirmationOf(file: RefundFile, refundRef: string, at: Date): ConfirmedRefund {
  const { refund, account } = file;
  return {
    refundId: refund.id,
    processor: account,
    amount: amountOf(refund, refund.amountMinor),
    fee: amountOf(refund, refund.feeMinor),
    tax: amountOf(refund, refund.taxMinor),
    occurredAt: at.toISOString(),
    description: refund.description,
    links: { ...linksOf(file), providerRef: refundRef },
  };
}

/** What is posted of a refund that somebody made at the processor. */
export function consoleRefundOf(file: CardFile, refund: ConsoleRow, at: Date): ConsoleRefund {
  return {
    providerRef: refund.providerRef ?? '',
    // What passes the rest of the card payment is not its holder's: it waits until somebody decides.
    source: refund.outcome === 'more_than_paid' ? { kind: 'unmatched' } : sourceOf(file),
    processor: file.account,
    amount: amountOf(refund, refund.amountMinor),
    occurredAt: at.toISOString(),
    description: refund.description,
    links: linksOf(file),
  };
}

type ConsoleRow = Pick<Refund, 'providerRef' | 'outcome' | 'amountMinor' | 'currency' | 'description'>;

/** All of a refund that stands in the book, so that it can be reversed exactly. */
export function postedOf(file: RefundFile, at: Date) {
  if (file.refund.requestedBy === 'console') return [consoleRefund(consoleRefundOf(file, file.refund, at))];
  const reserved = refundReserved(reservationOf(file, at));
  if (file.refund.state !== 'succeeded') return [reserved];
  return [reserved, refundConfirmed(confirmationOf(file, file.refund.providerRef ?? '', at))];
}

export function amountOf({ currency }: Pick<Refund, 'currency'>, minor: number) {
  return money(minor, parseCurrency(currency));
}

/** Names the refund that a processor's metadata means; null when it is no name of ours. */
export function ourRefund(text: string | null): RefundId | null {
  try {
    return text === null ? null : refundId(text);
  } catch {
    return null;
  }
}
