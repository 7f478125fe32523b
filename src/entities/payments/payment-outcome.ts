import type { Rider } from '../../ledger/riders.ts';
import { callbackRiders } from '../events/callback-rider.ts';
import { transferNotices } from '../members/member-notices.ts';
import type { Payment } from './payment.entity.ts';

/** What is written with the end of a payment, in the same commit, so that whoever waits for it hears of it once (W-30). */
export function outcomeRiders(
  { payment }: { readonly payment: Payment },
  status: 'Success' | 'Failure',
  at: Date,
): readonly Rider[] {
  return [...callbackRiders(payment, status, at), ...(status === 'Success' ? transferNotices(payment, at) : [])];
}
