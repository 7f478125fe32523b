import type { PaymentSnapshot, TopUpSnapshot } from '../../domain/payments/payment-snapshot.ts';
import { isPaymentOver, isPaymentSettled } from '../../domain/payments/member-payment.ts';
import { isTopUpOver } from '../../domain/cards/top-up.ts';
import { paymentSnapshotOf } from '../../entities/payments/payment-changes.ts';
import { activityEdge } from '../activity-edge.ts';
import { openPayment, type PaymentDependencies } from './payment-desk.ts';
import { bookFunds, releaseFunds } from './payment-booking.ts';
import { losePayment, payFromBalance, refusePayment, type PayOutcome } from './payment-paying.ts';
import { followTopUp, withdrawTopUp } from '../cards/top-up-following.ts';
import { abandonTopUp, loseTopUp, offerCheckout, offerTopUp } from '../cards/top-up-offering.ts';

export type MemberPaymentActivities = ReturnType<typeof createMemberPaymentActivities>;

/** What a member's payment or top-up does in the world. Each is idempotent and holds no transaction open over the network. */
export function createMemberPaymentActivities(deps: PaymentDependencies) {
  return {
    payFromBalance: (request: { paymentId: string }): Promise<PayOutcome> =>
      activityEdge(() => payFromBalance(deps, request)),
    refusePayment: (request: { paymentId: string; outcome: string }): Promise<PaymentSnapshot> =>
      activityEdge(() => refusePayment(deps, request)),
    bookFunds: (request: { paymentId: string; bookingId: string }): Promise<PaymentSnapshot> =>
      activityEdge(() => bookFunds(deps, request)),
    releaseFunds: (request: { paymentId: string; outcome: string }): Promise<PaymentSnapshot> =>
      activityEdge(() => releaseFunds(deps, request)),
    losePayment: (request: { paymentId: string }): Promise<PaymentSnapshot> =>
      activityEdge(() => losePayment(deps, request)),
    offerCheckout: (request: { paymentId: string }): Promise<PaymentSnapshot> =>
      activityEdge(() => offerCheckout(deps, request)),
    /** Looks at the processor and writes what it says. */
    followCheckout: (request: { paymentId: string }): Promise<PaymentSnapshot> =>
      activityEdge(() => followCheckout(deps, request)),
    withdrawCheckout: (request: { paymentId: string; as: 'expire' | 'cancel' }): Promise<PaymentSnapshot> =>
      activityEdge(() => throughTopUp(deps, request, (topUpId) => withdrawTopUp(deps, { topUpId, as: request.as }))),
    offerTopUp: (request: { topUpId: string }): Promise<TopUpSnapshot> => activityEdge(() => offerTopUp(deps, request)),
    abandonTopUp: (request: { topUpId: string }): Promise<TopUpSnapshot> =>
      activityEdge(() => abandonTopUp(deps, request)),
    loseTopUp: (request: { topUpId: string }): Promise<TopUpSnapshot> => activityEdge(() => loseTopUp(deps, request)),
    followTopUp: (request: { topUpId: string }): Promise<TopUpSnapshot> =>
      activityEdge(async () => {
        const { paymentRef, state } = await offerTopUp(deps, request);
        if (paymentRef === null && !isTopUpOver(state))
          throw new Error(`Top-up ${request.topUpId} has no payment yet.`);
        return followTopUp(deps, request);
      }),
    withdrawTopUp: (request: { topUpId: string; as: 'expire' | 'cancel' }): Promise<TopUpSnapshot> =>
      activityEdge(() => withdrawTopUp(deps, request)),
  };
}

/** A checkout whose making was not answered is made again, under its one key. */
async function followCheckout(deps: PaymentDependencies, request: { paymentId: string }): Promise<PaymentSnapshot> {
  const { payment, topUp } = await openPayment(deps, request.paymentId);
  const isUnmade = !topUp?.paymentRef;
  if (isUnmade && !isPaymentSettled(payment.state)) return offerCheckout(deps, request);
  return throughTopUp(deps, request, (topUpId) => followTopUp(deps, { topUpId }));
}

async function throughTopUp(
  deps: PaymentDependencies,
  request: { paymentId: string },
  act: (topUpId: string) => Promise<TopUpSnapshot>,
): Promise<PaymentSnapshot> {
  const { payment, topUp } = await openPayment(deps, request.paymentId);
  if (!isPaymentOver(payment.state) && topUp !== null) await act(topUp.id);
  const after = await openPayment(deps, request.paymentId);
  return paymentSnapshotOf(after.payment, after.topUp);
}
