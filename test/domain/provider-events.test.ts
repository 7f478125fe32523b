import { describe, expect, it } from '@jest/globals';
import {
  adviceFor,
  canMatter,
  isSubscribed,
  subscribedEventTypes,
  type Advice,
  type ProviderNews,
} from '../../src/domain/events/provider-events.ts';
import { saleTransitions, type SaleState } from '../../src/domain/counter/sale.ts';

const states = Object.keys(saleTransitions) as SaleState[];
const sale = 'sal_01KAJ0000000000000000000AA';

function news(type: string, change: Partial<ProviderNews> = {}): ProviderNews {
  const hints = { topUpHint: null, memberHint: null, payoutHint: null, refundHint: null, refundStatus: null };
  const none = { ...hints, isReaderDecline: false, hasBalanceLine: false };
  return { type, saleHint: sale, objectRefs: ['pi_1'], requestKey: null, ...none, ...change };
}

/** The advice in every state, as a row of letters: S(ignal), o(bserved), L(ate), R(eview), i(gnored). */
function row(one: ProviderNews): string {
  const letters: Record<Advice['kind'], string> = { signal: 'S', observed: 'o', late: 'L', review: 'R', ignored: 'i' };
  return states.map((state) => letters[adviceFor(one, state).kind]).join('');
}

describe('the advice for an event', () => {
  it('is given for the states in this order', () => {
    expect(states).toEqual([
      ...['created', 'dispatching', 'awaiting_card', 'declined', 'authorized', 'capturing', 'captured', 'posted'],
      ...['canceled', 'expired', 'never_begun', 'unresolved'],
    ]);
  });

  // One letter per state, in the order above: created … posted, canceled expired never_begun, unresolved.
  it.each<[string, ProviderNews, string]>([
    ['an authorization wakes a sale that has none', news('payment_intent.amount_capturable_updated'), 'SSSSooooLLLS'],
    ['a capture wakes a sale that did not make it', news('payment_intent.succeeded'), 'SSSSSoooLLLS'],
    ['a decline wakes a sale that awaits a card', news('payment_intent.payment_failed'), 'SSSooooooooS'],
    ['a canceled payment wakes a sale that counts on it', news('payment_intent.canceled'), 'SSSSSSLLoooS'],
    [
      'our own cancel tells us nothing',
      news('payment_intent.canceled', { requestKey: `sale-${sale}-cancel-3` }),
      'ooooooLLoooS',
    ],
    ['a reader that gave up wakes a sale at the reader', news('terminal.reader.action_failed'), 'oSSooooooooS'],
    [
      'a decline at the reader is told by the payment',
      news('terminal.reader.action_failed', { isReaderDecline: true }),
      'oooooooooooo',
    ],
    ['a reader that succeeded tells nothing more', news('terminal.reader.action_succeeded'), 'oooooooooooo'],
    ['a charge tells nothing more', news('charge.succeeded'), 'oooooooooooo'],
    ['a captured charge tells nothing more', news('charge.captured'), 'oooooooooooo'],
    ['a failed charge tells nothing more', news('charge.failed'), 'oooooooooooo'],
    ['an expired charge tells nothing more', news('charge.expired'), 'oooooooooooo'],
    ['an updated charge tells nothing of the sale', news('charge.updated', { hasBalanceLine: true }), 'oooooooooooo'],
    ['a refunded charge tells less than its refund', news('charge.refunded'), 'oooooooooooo'],
    ['a refund is compared with the book', news('refund.created'), 'RRRRRRRRRRRR'],
    ['a refund that failed is compared with the book', news('refund.failed'), 'RRRRRRRRRRRR'],
    ['a dispute is compared with the book', news('charge.dispute.created'), 'RRRRRRRRRRRR'],
    ['a type that we do not know is ignored', news('invoice.paid'), 'iiiiiiiiiiii'],
    ['a name that only looks like a type is ignored', news('constructor'), 'iiiiiiiiiiii'],
  ])('%s', (_case, one, expected) => {
    expect(row(one)).toBe(expected);
  });

  it('says where the fee can be read', () => {
    expect(adviceFor(news('charge.updated', { hasBalanceLine: true }), 'posted').feeKnown).toBe(true);
    expect(adviceFor(news('charge.updated'), 'posted').feeKnown).toBeUndefined();
  });

  it('gives a reason every time', () => {
    for (const type of [...subscribedEventTypes, 'invoice.paid']) {
      for (const state of states) expect(adviceFor(news(type), state).reason).not.toBe('');
    }
  });
});

describe('the types we subscribe to', () => {
  it('each have a rule, none falls through to ignored [F11]', () => {
    for (const type of subscribedEventTypes) expect(row(news(type))).not.toContain('i');
  });

  it('wait for their owner only if they could matter to it', () => {
    expect(subscribedEventTypes.filter((type) => !canMatter(news(type)))).toEqual([
      'terminal.reader.action_succeeded',
      'charge.succeeded',
      'charge.captured',
      'charge.failed',
      'charge.expired',
      'charge.updated',
      'charge.refunded',
      'setup_intent.succeeded',
      'transfer.reversed',
    ]);
    expect(isSubscribed('invoice.paid')).toBe(false);
  });
});
