import type { TransitionTable } from '../transition.ts';

/** `auto`: by the saved card. `manual`: the member chose an amount. `payment`: what a payment lacked, at a checkout. */
export type TopUpKind = 'auto' | 'manual' | 'payment';

/**
 * `created`: written before the card is asked. `checkout`: the member must confirm. `pending`: confirmed, its money not
 * seen yet. `unresolved`: the processor is silent. `late`: it was given up, and its money came all the same.
 */
export type TopUpState =
  'created' | 'checkout' | 'pending' | 'succeeded' | 'failed' | 'expired' | 'canceled' | 'unresolved' | 'late';

/** What can happen to a top-up. */
export type TopUpChange = 'offer' | 'confirm' | 'succeed' | 'fail' | 'expire' | 'cancel' | 'lose' | 'arrive_late';

/** Money may be seen before anything else is heard, so every open state admits `succeed`; only late money leads out of an end. */
export const topUpTransitions: TransitionTable<TopUpState, TopUpChange> = {
  created: { offer: 'checkout', succeed: 'succeeded', fail: 'failed', cancel: 'canceled', lose: 'unresolved' },
  checkout: {
    offer: 'checkout',
    confirm: 'pending',
    succeed: 'succeeded',
    expire: 'expired',
    cancel: 'canceled',
    lose: 'unresolved',
  },
  pending: {
    offer: 'checkout',
    confirm: 'pending',
    succeed: 'succeeded',
    fail: 'failed',
    expire: 'expired',
    cancel: 'canceled',
    lose: 'unresolved',
  },
  unresolved: {
    offer: 'checkout',
    confirm: 'pending',
    succeed: 'succeeded',
    fail: 'failed',
    expire: 'expired',
    cancel: 'canceled',
    lose: 'unresolved',
  },
  succeeded: {},
  failed: { arrive_late: 'late' },
  expired: { arrive_late: 'late' },
  canceled: { arrive_late: 'late' },
  late: {},
};

const ends: ReadonlySet<TopUpState> = new Set(['succeeded', 'failed', 'expired', 'canceled', 'late']);

/** Whether nothing can happen to it any more. */
export function isTopUpOver(state: TopUpState): boolean {
  return ends.has(state);
}

/** `shortfall`: a payment lacks money. `restore`: a payment left too little. `manual`: exactly this was asked for. */
export type TopUpNeedKind = 'shortfall' | 'restore' | 'manual';
export type TopUpNeedState = 'open' | 'met' | 'refused';
