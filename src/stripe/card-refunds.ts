import type Stripe from 'stripe';
import type {
  CardRefundPort,
  CardRefundRequest,
  DisputeFact,
  DisputeMovementFact,
  RefundFact,
} from '../domain/payments/card-refund-port.ts';
import { InvariantViolation } from '../domain/invariant.ts';
import { ProcessorRefusal } from '../domain/processor-refusal.ts';
import { fromStripeAmount, toStripeAmount } from './stripe-amount.ts';
import { askKeyed, demand, isRefusal } from './stripe-errors.ts';

/** A page holds more refunds or disputes than any one payment has. */
const limit = 100;

/** Money that goes back through Stripe: refunds, disputes, and what there is to pay them from (terminal.md 4.8). */
export function createStripeCardRefunds(stripe: Stripe): CardRefundPort {
  return {
    refund: (request) => refund(stripe, request),
    readRefund: async (refundRef) => factOf(await demand(() => stripe.refunds.retrieve(refundRef))),
    refundsOf: (paymentRef) => refundsOf(stripe, paymentRef),
    disputesOf: async (payment_intent) =>
      (await demand(() => stripe.disputes.list({ payment_intent, limit }))).data.map(disputeOf),
    availableMinor: async (currency) => {
      const { available } = await demand(() => stripe.balance.retrieve());
      const found = available.find((line) => line.currency.toUpperCase() === currency);
      return found === undefined ? 0 : fromStripeAmount(found.amount, found.currency);
    },
  };
}

async function refund(stripe: Stripe, request: CardRefundRequest): Promise<RefundFact> {
  const { key, paymentRef, amountMinor, currency, refundId } = request;
  const answer = await askKeyed({
    key,
    send: (options) =>
      stripe.refunds.create(
        {
          payment_intent: paymentRef,
          amount: toStripeAmount(amountMinor, currency),
          metadata: { refund_id: refundId },
        },
        options,
      ),
    lookUp: async () =>
      (await demand(() => stripe.refunds.list({ payment_intent: paymentRef, limit }))).data.find(
        ({ metadata }) => metadata?.['refund_id'] === refundId,
      ),
  });
  if (isRefusal(answer)) throw new ProcessorRefusal(answer.code, answer.message);
  return factOf(answer);
}

async function refundsOf(stripe: Stripe, payment_intent: string): Promise<readonly RefundFact[]> {
  return (await demand(() => stripe.refunds.list({ payment_intent, limit }))).data.map(factOf);
}

function factOf(refunded: Stripe.Refund): RefundFact {
  return {
    refundRef: refunded.id,
    refundId: refunded.metadata?.['refund_id'] ?? null,
    status: refundStatusOf(refunded),
    amountMinor: fromStripeAmount(refunded.amount, refunded.currency),
    currency: refunded.currency.toUpperCase(),
    failureReason: refunded.failure_reason ?? null,
    createdAt: new Date(refunded.created * 1_000).toISOString(),
  };
}

/** A refund's status in our words. Throws `InvariantViolation` for one that it does not know. */
export function refundStatusOf({ id, status }: Stripe.Refund): RefundFact['status'] {
  switch (status) {
    case 'succeeded':
      return 'succeeded';
    case 'pending':
    case 'requires_action':
      return 'pending';
    case 'failed':
    case 'canceled':
      return 'failed';
    default:
      throw new InvariantViolation(`Unknown status of refund ${id}: ${status ?? 'none'}`);
  }
}

const disputeStatuses: Readonly<Record<string, DisputeFact['status']>> = {
  warning_needs_response: 'inquiry',
  warning_under_review: 'inquiry',
  warning_closed: 'won',
  needs_response: 'open',
  under_review: 'open',
  won: 'won',
  prevented: 'won',
  lost: 'lost',
};

function disputeOf(dispute: Stripe.Dispute): DisputeFact {
  const dueBy = dispute.evidence_details.due_by;
  return {
    disputeRef: dispute.id,
    status: disputeStatusOf(dispute),
    reason: dispute.reason,
    amountMinor: fromStripeAmount(dispute.amount, dispute.currency),
    currency: dispute.currency.toUpperCase(),
    movements: dispute.balance_transactions.map(movementOf),
    evidenceDueAt: dueBy === null ? null : new Date(dueBy * 1_000).toISOString(),
    createdAt: new Date(dispute.created * 1_000).toISOString(),
  };
}

/** A dispute's status in our words. Throws `InvariantViolation` for one that it does not know. */
export function disputeStatusOf({ status: theirs }: Pick<Stripe.Dispute, 'status'>): DisputeFact['status'] {
  const status = disputeStatuses[theirs];
  if (status === undefined) throw new InvariantViolation(`Unknown status of a dispute: ${theirs}`);
  return status;
}

function movementOf({ id, amount, fee, currency }: Stripe.BalanceTransaction): DisputeMovementFact {
  return {
    balanceTransactionRef: id,
    amountMinor: fromStripeAmount(amount, currency),
    feeMinor: fromStripeAmount(fee, currency),
  };
}
