import { z } from 'zod';
import type { RefundSnapshot } from '../../domain/payments/refund-snapshot.ts';
import type { Dispute } from '../../entities/payments/dispute.entity.ts';
import type { Refund } from '../../entities/payments/refund.entity.ts';
import { id, money, time } from '../schemas.ts';

/** Card money that goes back, as callers see it. */
export const refundSchema = z
  .object({
    id: id('refund'),
    no: z.int(),
    member: id('member').nullable(),
    organisation: id('organisation').nullable(),
    topUp: id('topUp').nullable(),
    sale: id('sale').nullable(),
    amount: money.meta({ description: 'Taken from the account: what the card gets, and the fee' }),
    fee: money,
    toCard: money,
    status: z.enum(['pending', 'refunded', 'refused', 'failed']).meta({
      description: '`pending`: the account is debited, the card has not got it yet',
    }),
    state: z.enum(['created', 'reserved', 'pending', 'succeeded', 'refused', 'failed', 'unresolved']),
    outcome: z.string().nullable().meta({ description: 'Why it was refused or failed' }),
    requestedBy: z.enum(['member', 'administrator', 'console']),
    description: z.string(),
    needsAttention: z.boolean(),
    createdAt: time,
  })
  .meta({ id: 'Refund' });

export type RefundFacts = Omit<
  Refund,
  'state' | 'outcome' | 'attentionReason' | 'providerRef' | 'updatedAt' | 'version'
>;

const statuses = {
  created: 'pending',
  reserved: 'pending',
  pending: 'pending',
  unresolved: 'pending',
  succeeded: 'refunded',
  refused: 'refused',
  failed: 'failed',
} as const satisfies Record<RefundSnapshot['state'], string>;

/** A pure function of what never changes and of the snapshot (decisions D46). */
export function refundView(facts: RefundFacts, snapshot: RefundSnapshot): z.input<typeof refundSchema> {
  const amount = (minor: number) => ({ amount: minor, currency: facts.currency });
  return {
    id: facts.id,
    no: facts.no,
    member: facts.memberId ?? null,
    organisation: facts.organisationId ?? null,
    topUp: facts.topUpId ?? null,
    sale: facts.saleId ?? null,
    amount: amount(facts.amountMinor),
    fee: amount(facts.feeMinor),
    toCard: amount(facts.amountMinor - facts.feeMinor),
    status: statuses[snapshot.state],
    state: snapshot.state,
    outcome: snapshot.outcome,
    requestedBy: facts.requestedBy,
    description: facts.description,
    needsAttention: snapshot.attentionReason !== null,
    createdAt: facts.createdAt.toISOString(),
  };
}

/** What a member would get back, and why not. */
export const refundOfferSchema = z
  .object({
    topUp: id('topUp'),
    eligible: z.boolean(),
    reason: z.string().nullable(),
    amount: money,
    fee: money,
    toCard: money,
  })
  .meta({ id: 'RefundOffer' });

/** A bank's claim, as callers see it. */
export const disputeSchema = z
  .object({
    id: id('dispute'),
    providerRef: z.string(),
    cardTransaction: id('cardTransaction'),
    amount: money,
    reason: z.string(),
    state: z.enum(['inquiry', 'open', 'won', 'lost']),
    evidenceDueAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Dispute' });

export function disputeView(row: Dispute): z.input<typeof disputeSchema> {
  return {
    id: row.id,
    providerRef: row.providerRef,
    cardTransaction: row.cardTransactionId,
    amount: { amount: row.amountMinor, currency: row.currency },
    reason: row.reason,
    state: row.state,
    evidenceDueAt: row.evidenceDueAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
