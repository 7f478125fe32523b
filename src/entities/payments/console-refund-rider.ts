import type { RefundFact } from '../../domain/payments/card-refund-port.ts';
import { refundId } from '../../domain/ids.ts';
import type { Rider } from '../../ledger/riders.ts';
import type { CardFile } from '../cards/card-file.ts';
import { newId } from '../new-id.ts';
import { refundedRider } from './refund-changes.ts';

/** A refund that somebody made at the processor, as its row will have it. */
export interface ConsoleRefundRow {
  readonly id: string;
  readonly providerRef: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly description: string;
  readonly outcome: 'more_than_paid' | null;
}

/** What is to be written of `fact`. More than the rest of the card payment is not its holder's to give. */
export function consoleRefundRow({ card }: CardFile, fact: RefundFact): ConsoleRefundRow {
  const isMore = fact.amountMinor > card.capturedMinor - card.refundedMinor;
  return {
    id: refundId(newId('refund')),
    providerRef: fact.refundRef,
    amountMinor: fact.amountMinor,
    currency: fact.currency,
    description: 'Refund made at the processor',
    outcome: isMore ? 'more_than_paid' : null,
  };
}

/** The row, and what it does to its card payment and sale; the unique processor's reference makes it the only one. */
export function consoleRefundRiders(file: CardFile, row: ConsoleRefundRow, at: Date): readonly Rider[] {
  const { card } = file;
  const isMore = row.outcome !== null;
  const columns = {
    ...(file.topUp === null ? ownerless : { ...ownerless, member_id: file.topUp.memberId, top_up_id: file.topUp.id }),
    ...(file.sale === null ? {} : { organisation_id: file.sale.organisationId, sale_id: file.sale.id }),
    id: row.id,
    card_transaction_id: card.id,
    processor_account_id: card.processorAccountId,
    amount_minor: row.amountMinor,
    fee_minor: 0,
    tax_minor: 0,
    currency: row.currency,
    requested_by: 'console',
    actor: 'processor',
    description: row.description,
    state: 'succeeded',
    outcome: row.outcome,
    attention_reason: isMore ? 'more was given back than was left of the payment' : null,
    provider_ref: row.providerRef,
    created_at: at,
    updated_at: at,
  };
  const inserted: Rider = { insert: 'refund', row: columns };
  const counted = [refundedRider(card, row.amountMinor), ...saleRefundedRiders(file, row.amountMinor, at)];
  return isMore ? [inserted] : [inserted, ...counted];
}

const ownerless = { member_id: null, top_up_id: null, organisation_id: null, sale_id: null };

/** A sale's own figure, and a line of its timeline; `byMinor` below zero when a refund did not last. */
export function saleRefundedRiders({ sale }: CardFile, byMinor: number, at: Date): readonly Rider[] {
  if (sale === null || sale.state !== 'posted') return [];
  const what = byMinor > 0 ? 'refunded' : 'refund_failed';
  const why = `${Math.abs(byMinor)} minor units at the processor`;
  return [
    {
      update: 'sale',
      key: { id: sale.id },
      expectedVersion: sale.version,
      set: { refunded_minor: sale.refundedMinor + byMinor },
    },
    { insert: 'sale_event', row: { sale_id: sale.id, occurred_at: at, what, why, state: sale.state } },
  ];
}
