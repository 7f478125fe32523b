import type { TransitionTable } from '../transition.ts';

/** Where a sale can stand (decisions D51). Attention is a flag beside the state, never a state. */
export const saleStates = [
  'created',
  'dispatching',
  'awaiting_card',
  'declined',
  'authorized',
  'capturing',
  'captured',
  'posted',
  'canceled',
  'expired',
  'never_begun',
  'unresolved',
] as const;
export type SaleState = (typeof saleStates)[number];

/** What can happen to a sale, as past facts of the story. */
export type SaleChange =
  | 'dispatch'
  | 'acknowledge'
  | 'decline'
  | 'authorize'
  | 'take'
  | 'capture'
  | 'post'
  | 'cancel'
  | 'expire'
  | 'lapse'
  | 'lose';

/**
 * The card may be read before we hear of it, so every state before the money moved admits `authorize` and `capture`;
 * nothing leads out of a final state.
 */
export const saleTransitions: TransitionTable<SaleState, SaleChange> = {
  created: { dispatch: 'dispatching', lapse: 'never_begun', cancel: 'canceled' },
  dispatching: {
    dispatch: 'dispatching', // The activity runs again after a crash.
    acknowledge: 'awaiting_card',
    decline: 'declined',
    authorize: 'authorized',
    capture: 'captured',
    cancel: 'canceled',
    lose: 'unresolved',
  },
  awaiting_card: {
    acknowledge: 'awaiting_card',
    decline: 'declined',
    authorize: 'authorized',
    capture: 'captured',
    cancel: 'canceled',
    expire: 'expired',
    lose: 'unresolved',
  },
  declined: {
    dispatch: 'dispatching',
    decline: 'declined',
    authorize: 'authorized',
    capture: 'captured',
    cancel: 'canceled',
    expire: 'expired',
    lose: 'unresolved',
  },
  authorized: {
    authorize: 'authorized',
    take: 'capturing',
    capture: 'captured',
    cancel: 'canceled',
    expire: 'expired',
    lose: 'unresolved',
  },
  capturing: {
    take: 'capturing',
    authorize: 'authorized', // The processor refused this capture and still holds the money.
    capture: 'captured',
    cancel: 'canceled', // The authorization was gone before we took it.
    expire: 'expired',
    lose: 'unresolved',
  },
  captured: { capture: 'captured', post: 'posted' },
  posted: { post: 'posted' },
  canceled: { cancel: 'canceled' },
  expired: { expire: 'expired' },
  never_begun: { lapse: 'never_begun' },
  unresolved: {
    acknowledge: 'awaiting_card',
    decline: 'declined',
    authorize: 'authorized',
    take: 'capturing',
    capture: 'captured',
    cancel: 'canceled',
    expire: 'expired',
    lose: 'unresolved',
  },
};

/** How the card is read: by a reader that we drive, by the till's own SDK, or online (decisions D60). */
export type CollectionMode = 'reader' | 'sdk' | 'online';
/** Who takes the money once it is authorized: staff (`manual`) or the processor at once (`automatic`). */
export type CaptureMode = 'manual' | 'automatic';
/** Where a tip comes from: nowhere, the reader's screen, or a figure given with the sale. */
export type TipMode = 'none' | 'on_reader' | 'fixed';

/** Why an attempt at a reader ended without money: the processor's own words, or ours. */
export type AttemptOutcome =
  | 'approved'
  | 'declined'
  | 'customer_canceled'
  | 'displaced'
  | 'reader_busy'
  | 'reader_error'
  | 'reader_in_use'
  | 'reader_offline'
  | 'reader_removed'
  | 'reader_timeout'
  | 'processor_refused'
  | 'canceled'
  | 'expired'
  | 'unresolved';

const finalStates: ReadonlySet<SaleState> = new Set(['posted', 'canceled', 'expired', 'never_begun']);
/** Whether nothing more can happen to the sale itself; later money is a late event's business. */
export function isFinalSaleState(state: SaleState): boolean {
  return finalStates.has(state);
}

/** Whether the sale still keeps its order or cart from being paid a second time (decisions D60, `open_for`). */
export function isOpenSaleState(state: SaleState): boolean {
  return !finalStates.has(state);
}

/**
 * Whether a staff command could become legal by reading the processor (decisions D65): the till may have seen the tap
 * before we did. `retry` needs a definite decline, because a second push could meet a first one that still lives.
 */
export function admitsCommand(command: 'capture' | 'cancel' | 'retry', state: SaleState): boolean {
  switch (command) {
    case 'capture':
      return state !== 'created' && state !== 'never_begun' && state !== 'canceled' && state !== 'expired';
    case 'cancel':
      return state !== 'never_begun' && state !== 'expired';
    case 'retry':
      return state === 'declined';
  }
}
