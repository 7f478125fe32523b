import type { RefundSnapshot } from '../../domain/payments/refund-snapshot.ts';
import { activityEdge } from '../activity-edge.ts';
import { reviewCard } from '../cards/card-reviewing.ts';
import { keepStrayMoney, type StrayMoney } from './stray-money.ts';
import type { RefundDependencies } from './refund-desk.ts';
import { refuseRefund, reserveRefund } from './refund-reserving.ts';
import { followRefund, loseRefund, sendRefund } from './refund-sending.ts';

export type RefundActivities = ReturnType<typeof createRefundActivities>;

/** What refunds do in the world. Each is idempotent and holds no transaction open over the network. */
export function createRefundActivities(deps: RefundDependencies) {
  return {
    reserveRefund: (request: { refundId: string }): Promise<RefundSnapshot> =>
      activityEdge(() => reserveRefund(deps, request)),
    refuseRefund: (request: { refundId: string; outcome: string }): Promise<RefundSnapshot> =>
      activityEdge(() => refuseRefund(deps, request)),
    sendRefund: (request: { refundId: string }): Promise<RefundSnapshot> =>
      activityEdge(() => sendRefund(deps, request)),
    followRefund: (request: { refundId: string }): Promise<RefundSnapshot> =>
      activityEdge(() => followRefund(deps, request)),
    loseRefund: (request: { refundId: string }): Promise<RefundSnapshot> =>
      activityEdge(() => loseRefund(deps, request)),
    /** Books money that belongs to nobody here to suspense. */
    keepStrayMoney: (request: StrayMoney): Promise<{ readonly keptMinor: number }> =>
      activityEdge(() => keepStrayMoney(deps, request)),
    /** Compares a card payment that is over with the processor, and books what is missing. */
    reviewCard: (request: { cardTransactionId: string }): Promise<void> =>
      activityEdge(() => reviewCard(deps, request)),
  };
}
