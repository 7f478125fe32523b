import { z } from 'zod';
import type { PaymentSnapshot, TopUpSnapshot } from '../../domain/payments/payment-snapshot.ts';
import type { Payment } from '../../entities/payments/payment.entity.ts';
import type { TopUp } from '../../entities/cards/top-up.entity.ts';
import { id, money, time } from '../schemas.ts';

/** What a browser needs to confirm a card. The secret is read from the processor for each answer and never stored. */
const checkoutSchema = z.object({
  topUp: id('topUp'),
  amount: money,
  paymentRef: z.string(),
  clientSecret: z.string(),
  publishableKey: z.string().nullable(),
});

const states = [
  'created',
  'pending',
  'checkout',
  'funded',
  'paid',
  'released',
  'refused',
  'short',
  'expired',
  'canceled',
  'unresolved',
] as const;

/** A member's payment as callers see it. */
export const paymentSchema = z
  .object({
    id: id('payment'),
    no: z.int(),
    member: id('member'),
    to: z
      .object({ kind: z.enum(['member', 'organisation']), id: z.string() })
      .nullable()
      .meta({ description: 'Null where the host books within the funds' }),
    amount: money,
    description: z.string(),
    type: z.string(),
    session: z.string().nullable(),
    event: z.string().nullable(),
    paymentType: z.string().nullable(),
    status: z.enum(['paid', 'checkout_required', 'funded', 'released', 'refused', 'pending']).meta({
      description:
        '`funded`: held for you to book within; `released`: given back unbooked; `pending`: not known yet, look again at `Location`',
    }),
    state: z.enum(states),
    outcome: z.string().nullable().meta({ description: 'Why it was refused or fell short' }),
    needsAttention: z.boolean(),
    topUp: z.object({ id: id('topUp'), state: z.string(), amount: money, failure: z.string().nullable() }).nullable(),
    checkout: checkoutSchema.optional(),
    returnUrl: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'Payment' });

export type PaymentFacts = Pick<
  Payment,
  | 'id'
  | 'no'
  | 'memberId'
  | 'payeeKind'
  | 'payeeId'
  | 'amountMinor'
  | 'currency'
  | 'description'
  | 'type'
  | 'sessionRef'
  | 'eventRef'
  | 'paymentType'
  | 'returnUrl'
  | 'createdAt'
>;

type Status = 'paid' | 'checkout_required' | 'funded' | 'released' | 'refused' | 'pending';

/** What a caller must do about a payment in each state. */
export const paymentStatus: Readonly<Record<PaymentSnapshot['state'], Status>> = {
  created: 'pending',
  pending: 'pending',
  checkout: 'checkout_required',
  funded: 'funded',
  paid: 'paid',
  released: 'released',
  refused: 'refused',
  short: 'refused',
  expired: 'refused',
  canceled: 'refused',
  unresolved: 'pending',
};

/** A pure function of what never changes and of the snapshot, without the checkout's secret (decisions D36, D46). */
export function paymentView(
  facts: PaymentFacts,
  snapshot: PaymentSnapshot,
): Omit<z.input<typeof paymentSchema>, 'checkout'> {
  const { currency } = facts;
  const { topUp } = snapshot;
  return {
    id: facts.id,
    no: facts.no,
    member: facts.memberId,
    to: payeeOf(facts),
    amount: { amount: facts.amountMinor, currency },
    description: facts.description,
    type: facts.type,
    session: facts.sessionRef ?? null,
    event: facts.eventRef ?? null,
    paymentType: facts.paymentType ?? null,
    status: paymentStatus[snapshot.state],
    state: snapshot.state,
    outcome: snapshot.outcome,
    needsAttention: snapshot.attentionReason !== null,
    topUp: topUp === null ? null : topUpPart(topUp, currency),
    returnUrl: facts.returnUrl ?? null,
    createdAt: facts.createdAt.toISOString(),
  };
}

function payeeOf({ payeeKind: kind, payeeId }: PaymentFacts) {
  return kind === 'host' || !payeeId ? null : { kind, id: payeeId };
}

function topUpPart({ id, state, amountMinor, failureCode }: TopUpSnapshot, currency: string) {
  return { id, state, amount: { amount: amountMinor, currency }, failure: failureCode };
}

/** Card money for a member's balance as callers see it. */
export const topUpSchema = z
  .object({
    id: id('topUp'),
    member: id('member'),
    kind: z.enum(['auto', 'manual', 'payment']),
    amount: money,
    status: z.enum(['paid', 'checkout_required', 'refused', 'pending']),
    state: z.string(),
    failure: z.string().nullable(),
    needsAttention: z.boolean(),
    checkout: checkoutSchema.optional(),
    createdAt: time,
  })
  .meta({ id: 'TopUp' });

/** A pure function of what never changes and of the snapshot. */
export function topUpView(
  facts: Pick<TopUp, 'id' | 'memberId' | 'kind' | 'currency' | 'createdAt'>,
  snapshot: TopUpSnapshot,
): Omit<z.input<typeof topUpSchema>, 'checkout'> {
  return {
    id: facts.id,
    member: facts.memberId,
    kind: facts.kind,
    amount: { amount: snapshot.amountMinor, currency: facts.currency },
    status: topUpStatus(snapshot.state),
    state: snapshot.state,
    failure: snapshot.failureCode,
    needsAttention: snapshot.attentionReason !== null,
    createdAt: facts.createdAt.toISOString(),
  };
}

function topUpStatus(state: TopUpSnapshot['state']): 'paid' | 'checkout_required' | 'refused' | 'pending' {
  if (state === 'succeeded') return 'paid';
  if (state === 'checkout') return 'checkout_required';
  return state === 'failed' || state === 'expired' || state === 'canceled' ? 'refused' : 'pending';
}
