import type { PaymentFact, ReaderFact } from './processor-port.ts';
import type { AttemptOutcome, SaleChange, SaleState } from './sale.ts';

/** What is known on our side when the processor's facts are judged. */
export interface SaleStanding {
  readonly state: SaleState;
  /** Charges of earlier declines: the processor goes on showing the last one while the next card is awaited. */
  readonly knownDeclines: ReadonlySet<string>;
}

/** What a reading of the processor means for a sale. `none`: nothing new. */
export type SaleProgress =
  | { readonly change: 'none' }
  | {
      readonly change: Exclude<SaleChange, 'dispatch' | 'take' | 'post' | 'lapse' | 'lose'>;
      readonly outcome: AttemptOutcome | null;
      readonly why: string;
      readonly declineCode: string | null;
    };

/**
 * Judges what the processor holds: money first, then a decline that is new, then what the reader is doing. `reader` is
 * null when it need not or cannot be read. A reader that shows something else has displaced us (terminal.md 4.6-3).
 */
export function progressOf(standing: SaleStanding, payment: PaymentFact, reader: ReaderFact | null): SaleProgress {
  switch (payment.status) {
    case 'captured':
      return { change: 'capture', outcome: 'approved', why: cardWords(payment), declineCode: null };
    case 'authorized':
      return { change: 'authorize', outcome: 'approved', why: cardWords(payment), declineCode: null };
    case 'canceled':
      return canceled(standing.state);
    case 'processing':
      return { change: 'none' };
    case 'awaiting_card':
      return declineOf(standing, payment) ?? atReader(standing.state, payment.paymentRef, reader);
  }
}

/** Whether judging `payment` needs the reader too: only a payment without a card leaves a question open. */
export function needsReader(standing: SaleStanding, payment: PaymentFact): boolean {
  return payment.status === 'awaiting_card' && declineOf(standing, payment) === undefined;
}

function canceled(state: SaleState): SaleProgress {
  const held = state === 'authorized' || state === 'capturing';
  return {
    change: held ? 'expire' : 'cancel',
    outcome: held ? 'expired' : 'canceled',
    why: held ? 'the authorization lapsed at the processor' : 'canceled at the processor',
    declineCode: null,
  };
}

function declineOf(standing: SaleStanding, payment: PaymentFact): SaleProgress | undefined {
  const decline = payment.decline;
  if (decline === null || decline.chargeRef === null || standing.knownDeclines.has(decline.chargeRef)) return undefined;
  const declineCode = decline.declineCode ?? decline.code;
  return { change: 'decline', outcome: 'declined', why: `the card was declined: ${declineCode}`, declineCode };
}

function atReader(state: SaleState, paymentRef: string, reader: ReaderFact | null): SaleProgress {
  if (reader === null || state === 'declined') return { change: 'none' };
  const action = reader.action;
  if (action?.paymentRef !== paymentRef) return attemptEnded('displaced', 'the reader shows something else');
  switch (action.status) {
    case 'in_progress':
      return waitingFor(state);
    case 'succeeded':
      return { change: 'none' };
    case 'failed':
      return gaveUp(action.failureCode);
  }
}

function gaveUp(failureCode: string | null): SaleProgress {
  if (failureCode === 'customer_canceled') return attemptEnded('customer_canceled', 'canceled on the reader');
  return attemptEnded('reader_error', `the reader gave up: ${failureCode ?? 'no reason given'}`);
}

function waitingFor(state: SaleState): SaleProgress {
  if (state === 'awaiting_card') return { change: 'none' };
  return { change: 'acknowledge', outcome: null, why: 'the reader shows the payment', declineCode: null };
}

function attemptEnded(outcome: AttemptOutcome, why: string): SaleProgress {
  return { change: 'decline', outcome, why, declineCode: null };
}

function cardWords(payment: PaymentFact): string {
  const card = payment.card;
  if (card === null) return 'approved';
  return [card.brand ?? 'card', card.last4 ?? '', card.readMethod ?? ''].filter((word) => word !== '').join(' ');
}
