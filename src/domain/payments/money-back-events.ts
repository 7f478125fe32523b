import type { Advice, ProviderNews } from '../events/provider-events.ts';
import { isRefundOver, type RefundState } from './refund.ts';

const types = /^(refund\.|charge\.dispute\.)/;

/** Whether an event tells of money that goes back: a refund or a dispute. */
export function tellsOfMoneyBack({ type }: Pick<ProviderNews, 'type'>): boolean {
  return types.test(type);
}

/**
 * What to do with such an event. `own`: the state of the refund of ours that it names. An open one is followed by its own
 * workflow; all else is found by comparing the card payment with the processor (W-19).
 */
export function moneyBackAdvice(news: ProviderNews, own: RefundState | null): Advice {
  if (own === null) return { kind: 'review', reason: 'money went back at the processor' };
  if (!isRefundOver(own)) return { kind: 'signal', reason: `the refund is ${own}` };
  const isKnown = own === 'failed' || (own === 'succeeded' && news.refundStatus === 'succeeded');
  // An older word comes late: `refund.created` still says pending.
  const isOld = news.refundStatus === 'pending';
  if (isKnown || isOld) return { kind: 'observed', reason: `the refund is ${own} already` };
  return { kind: 'review', reason: `the refund was ${own}` };
}
