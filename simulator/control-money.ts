import type { Stripe } from 'stripe';
import type { Call } from './control-calls.ts';
import type { Behaviour } from './online/online-cards.ts';

/** What the customer typed besides the number. */
export interface TypedCard {
  expMonth?: number;
  expYear?: number;
  name?: string;
  email?: string;
  /** Of the payment method, as a page may write it. */
  metadata?: Record<string, string>;
  returnUrl?: string;
}
/** What the browser sees; a declined card is an answer, not an error. */
export interface BrowserOutcome {
  outcome: 'approved' | 'requires_action' | 'declined';
  error: { code: string; decline_code: string; message: string } | null;
}
export type PaidInBrowser = BrowserOutcome & { payment_intent: Stripe.PaymentIntent };
export type SavedInBrowser = BrowserOutcome & { setup_intent: Stripe.SetupIntent };

export interface ConsoleRefund {
  /** Minor units; nothing: all that is left. */
  amount?: number;
  reason?: 'duplicate' | 'fraudulent' | 'requested_by_customer';
}
export interface DisputeOptions {
  /** Minor units; nothing: all that the charge still holds. */
  amount?: number;
  reason?: string;
  /** A question only, which moves no money. */
  inquiry?: boolean;
}

/** Everything about money that does not pass a reader: browsers, saved cards, refunds, disputes, the balance. */
export function moneyControl(call: Call) {
  return {
    /** The customer's browser at a checkout, and what becomes of its charge later. */
    paymentIntent: (id: string) => ({
      ...browserControl<PaidInBrowser>(call, `/payment_intents/${id}`),
      ...chargeControl(call, id),
    }),
    /** The customer's browser while a card is saved. */
    setupIntent: (id: string) => browserControl<SavedInBrowser>(call, `/setup_intents/${id}`),
    charge: (id: string) => chargeControl(call, id),
    paymentMethod: (id: string) => cardControl(call, id),
    refund: (id: string) => ({
      /** A pending refund goes through. */
      settle: () => call<Stripe.Refund>('POST', `/refunds/${id}/settle`),
      /** A refund bounces, pending or after it succeeded. */
      fail: (reason?: string) => call<Stripe.Refund>('POST', `/refunds/${id}/fail`, { reason }),
    }),
    dispute: (id: string) => ({
      /** The bank reads our evidence. */
      review: () => call<Stripe.Dispute>('POST', `/disputes/${id}/review`),
      /** The money comes back, and the fee unless it is kept. */
      win: ({ keepFee = false }: { keepFee?: boolean } = {}) =>
        call<Stripe.Dispute>('POST', `/disputes/${id}/win`, { keep_fee: keepFee }),
      lose: () => call<Stripe.Dispute>('POST', `/disputes/${id}/lose`),
    }),
    payouts: {
      /** The processor pays so much (minor units) to the bank; below zero it takes it from there. */
      make: (amount: number, currency: string, account?: string) =>
        call<Stripe.Payout>('POST', '/payouts', { account, currency, amount }),
      /** The bank did not take it. */
      fail: (id: string) => call<Stripe.Payout>('POST', `/payouts/${id}/fail`),
    },
    transfer: (id: string) => ({
      /** Somebody takes it back in the processor's console: so much (minor units), or all that is left. */
      reverse: (amount?: number) => call<Stripe.TransferReversal>('POST', `/transfers/${id}/reverse`, { amount }),
    }),
    balance: {
      /** Makes the available balance this figure now; it moves on from there with what happens. */
      setAvailable: (currency: string, minor: number, account?: string) =>
        call('POST', '/balance', { account, currency, available_minor: minor }),
    },
  };
}

function browserControl<T>(call: Call, path: string) {
  return {
    /** Confirms as the customer would, being there: a test number is typed, or a `pm_card_…` or saved card chosen. */
    confirm: (card?: string, typed: TypedCard = {}) => {
      const { expMonth: exp_month, expYear: exp_year, returnUrl: return_url, ...rest } = typed;
      return call<T>('POST', `${path}/confirm`, { card, exp_month, exp_year, return_url, ...rest });
    },
    /** Passes the bank's 3-D Secure question. */
    completeAuthentication: () => call<T>('POST', `${path}/authenticate`, { outcome: 'pass' }),
    failAuthentication: () => call<T>('POST', `${path}/authenticate`, { outcome: 'fail' }),
  };
}

/** A charge by its own id or by its payment intent's. */
function chargeControl(call: Call, id: string) {
  return {
    /** A refund that somebody makes in the processor's console. */
    refundInConsole: (refund: ConsoleRefund = {}) => call<Stripe.Refund>('POST', `/charges/${id}/refund`, refund),
    /** The card holder's bank takes the money back, with a fee. */
    dispute: (options: DisputeOptions = {}) => call<Stripe.Dispute>('POST', `/charges/${id}/dispute`, options),
  };
}

function cardControl(call: Call, id: string) {
  const post = (verb: string, body: object) =>
    call<Stripe.PaymentMethod>('POST', `/payment_methods/${id}/${verb}`, body);
  return {
    /** How charges of the card end from now on, or so many `times`; `as_card` is its own nature again. */
    behave: (behaviour: Behaviour | 'as_card', { times }: { times?: number } = {}) =>
      post('behave', { behaviour, times }),
    /** Its expiry date is last month from now on. */
    expire: () => post('expire', {}),
    /** The bank sent a new card and the network told the processor: the same payment method, another card or date. */
    replace: ({ number, expMonth, expYear }: { number?: string; expMonth?: number; expYear?: number } = {}) =>
      post('replace', { number, exp_month: expMonth, exp_year: expYear }),
  };
}
