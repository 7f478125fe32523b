import type { Currency } from '../currency.ts';
import {
  basisPoints,
  includedTaxRoundedHalfUp,
  percentageRoundedHalfUp,
  subtract,
  zero,
  type BasisPoints,
  type Money,
} from '../money.ts';
import type { TransitionTable } from '../transition.ts';

/**
 * `reserved`: taken from its holder, the processor not asked yet. `pending`: the processor took it, the card has not got
 * it. `unresolved`: the processor is silent. `refused`: nothing was moved. `failed`: all that was moved is moved back.
 */
export type RefundState = 'created' | 'reserved' | 'pending' | 'succeeded' | 'refused' | 'failed' | 'unresolved';

/** What can happen to a refund. */
export type RefundChange = 'reserve' | 'send' | 'succeed' | 'refuse' | 'fail' | 'lose';

/** Who wanted it. `console`: somebody at the processor, so that it is a fact before we hear of it. */
export type RefundRequester = 'member' | 'administrator' | 'console';

const sent = { send: 'pending', succeed: 'succeeded', fail: 'failed', lose: 'unresolved' } as const;

/** A bank may send money back after the processor called the refund succeeded, so `fail` leads out of there too. */
export const refundTransitions: TransitionTable<RefundState, RefundChange> = {
  created: { reserve: 'reserved', refuse: 'refused' },
  reserved: sent,
  pending: sent,
  unresolved: sent,
  succeeded: { fail: 'failed' },
  refused: {},
  failed: {},
};

const ends: ReadonlySet<RefundState> = new Set(['succeeded', 'refused', 'failed']);

/** Whether its workflow has nothing more to do; what happens later is found by the review of its card transaction. */
export function isRefundOver(state: RefundState): boolean {
  return ends.has(state);
}

/** What a deployment keeps of refunds that members ask for, and how old their card money may be. */
export interface RefundRules {
  readonly feeRate: BasisPoints;
  readonly ageLimitWeeks: number;
}

/** cobalt.md 1.5: 3 %, 12 weeks. */
export const refundRules: RefundRules = { feeRate: basisPoints(300), ageLimitWeeks: 12 };

const wholly = 10_000;
/** Tax that fees include (decisions D8). */
const feeTaxRates: Readonly<Record<string, BasisPoints>> = { AUD: basisPoints(1_000) };

/** How the full amount of a refund is divided: what the card gets, what is kept, and the tax inside of that. */
export interface RefundParts<C extends Currency> {
  readonly toCard: Money<C>;
  readonly fee: Money<C>;
  readonly tax: Money<C>;
}

/** The card gets `amount` less the fee, half up to the minor unit; the fee is the rest (cobalt.md 2.12, REF-06). */
export function refundParts<C extends Currency>(amount: Money<C>, feeRate: BasisPoints): RefundParts<C> {
  const toCard = percentageRoundedHalfUp(amount, basisPoints(wholly - feeRate));
  const fee = subtract(amount, toCard);
  const taxRate = feeTaxRates[amount.currency];
  return { toCard, fee, tax: taxRate === undefined ? zero(amount.currency) : includedTaxRoundedHalfUp(fee, taxRate) };
}
