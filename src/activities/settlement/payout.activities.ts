import type { PayoutAnswer } from '../../domain/settlement/payout.ts';
import { activityEdge } from '../activity-edge.ts';
import { issueRemittance } from './payout-advising.ts';
import { tellBankWords, type BankResultPage } from './bank-result-telling.ts';
import type { PayoutDependencies } from './payout-desk.ts';
import { lookAtPayout, type PayoutLook } from './payout-looking.ts';
import { checkTransfer, sendTransfer } from './payout-transfers.ts';
import { hearBank, raiseAttention, retryPayout, reversePayout, type BankWordRequest } from './payout-words.ts';

export type PayoutActivities = ReturnType<typeof createPayoutActivities>;

/** What becomes of payouts after their settlement. Each is idempotent: what is over is not booked again. */
export function createPayoutActivities(deps: PayoutDependencies) {
  return {
    lookAtPayout: (request: { payoutId: string }): Promise<PayoutLook> =>
      activityEdge(() => lookAtPayout(deps, request)),
    hearBank: (request: BankWordRequest): Promise<PayoutAnswer> => activityEdge(() => hearBank(deps, request)),
    retryPayout: (request: { payoutId: string }): Promise<PayoutAnswer> =>
      activityEdge(() => retryPayout(deps, request)),
    reversePayout: (request: { payoutId: string; reason: string }): Promise<PayoutAnswer> =>
      activityEdge(() => reversePayout(deps, request)),
    remindOfPayout: (request: { payoutId: string; reason: string }): Promise<PayoutAnswer> =>
      activityEdge(() => raiseAttention(deps, request)),
    issueRemittance: (request: { payoutId: string }): Promise<void> =>
      activityEdge(() => issueRemittance(deps, request)),
    sendTransfer: (request: { payoutId: string }): Promise<PayoutAnswer> =>
      activityEdge(() => sendTransfer(deps, request)),
    checkTransfer: (request: { payoutId: string }): Promise<PayoutAnswer> =>
      activityEdge(() => checkTransfer(deps, request)),
    tellBankWords: (request: { resultId: string }): Promise<BankResultPage> =>
      activityEdge(() => tellBankWords(deps, request)),
  };
}
