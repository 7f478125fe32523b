import type { EntryType } from '../ledger.ts';
import type { TransitionTable } from '../transition.ts';

/** Whom a member pays. */
export type PayeeKind = 'member' | 'organisation';
/** `batch`: the caller shows no checkout. */
export type PaymentMode = 'interactive' | 'batch';
/** What both sides read beside the payment (cobalt.md 1.9). */
export type PaymentEntryType = Extract<
  EntryType,
  'Club Payment' | 'Club Membership' | 'Entry to an event' | 'Member Transfer' | 'Miscellaneous'
>;

/**
 * `pending`: a top-up is under way. `funded`: a hold keeps the money for its host to book within (decisions D14). `checkout`: the member must confirm a card. `short`: the card's money came, but the
 * balance no longer covered the payment, so that it stays as credit (WH-11).
 */
export type PaymentState =
  | 'created'
  | 'pending'
  | 'checkout'
  | 'funded'
  | 'paid'
  | 'released'
  | 'refused'
  | 'short'
  | 'expired'
  | 'canceled'
  | 'unresolved';

/** What can happen to a payment. */
export type PaymentChange =
  'wait' | 'offer' | 'fund' | 'pay' | 'release' | 'refuse' | 'fall_short' | 'expire' | 'cancel' | 'lose';

const open = {
  wait: 'pending',
  offer: 'checkout',
  fund: 'funded',
  pay: 'paid',
  refuse: 'refused',
  fall_short: 'short',
  expire: 'expired',
  cancel: 'canceled',
  lose: 'unresolved',
} as const;

/** An open payment may end in any way; nothing leads out of an end. */
export const paymentTransitions: TransitionTable<PaymentState, PaymentChange> = {
  created: open,
  pending: open,
  checkout: open,
  unresolved: open,
  funded: { pay: 'paid', release: 'released' },
  paid: {},
  released: {},
  refused: {},
  short: {},
  expired: {},
  canceled: {},
};

/** The states that nothing leads out of. */
export const paymentEnds: ReadonlySet<PaymentState> = new Set([
  'paid',
  'released',
  'refused',
  'short',
  'expired',
  'canceled',
]);

/** Whether nothing can happen to it any more. */
export function isPaymentOver(state: PaymentState): boolean {
  return paymentEnds.has(state);
}

/** Whether nothing looks for its money any more: it has it, or never will. Its host may still book within what is funded. */
export function isPaymentSettled(state: PaymentState): boolean {
  return state === 'funded' || isPaymentOver(state);
}
