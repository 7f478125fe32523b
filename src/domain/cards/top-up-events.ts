import type { Advice, ProviderNews } from '../events/provider-events.ts';
import { isTopUpOver, type TopUpState } from './top-up.ts';

const moving: ReadonlySet<string> = new Set([
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
]);

/**
 * What to do with an event of a member's card money: what can move an open top-up wakes its workflow, which reads the
 * processor; a line in the processor's ledger means that its fee is known; the rest tells nothing new.
 */
export function topUpAdvice(news: ProviderNews, state: TopUpState): Advice {
  if (moving.has(news.type) && !isTopUpOver(state)) return { kind: 'signal', reason: 'its card money may have moved' };
  if (news.type === 'payment_intent.succeeded' && state !== 'succeeded' && state !== 'late') {
    return { kind: 'review', reason: `paid, although the top-up is ${state}` };
  }
  if (news.hasBalanceLine) return { kind: 'observed', reason: 'the fee is known', feeKnown: true };
  return { kind: 'observed', reason: 'it tells nothing that is not known' };
}
