import type { Stripe } from 'stripe';
import type { Call } from './control-calls.ts';

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

/** The customer's browser: a card is typed (a test number), or a `pm_card_…` or saved one is chosen. */
export function browserControl(call: Call) {
  return {
    paymentIntent: (id: string) => intentControl<PaidInBrowser>(call, `/payment_intents/${id}`),
    setupIntent: (id: string) => intentControl<SavedInBrowser>(call, `/setup_intents/${id}`),
  };
}

function intentControl<T>(call: Call, path: string) {
  return {
    /** Confirms as the customer would, present; the bank may want to ask first (`requires_action`). */
    confirm: (card?: string, typed: TypedCard = {}) => {
      const { expMonth: exp_month, expYear: exp_year, returnUrl: return_url, ...rest } = typed;
      return call<T>('POST', `${path}/confirm`, { card, exp_month, exp_year, return_url, ...rest });
    },
    /** Passes the bank's 3-D Secure question. */
    completeAuthentication: () => call<T>('POST', `${path}/authenticate`, { outcome: 'pass' }),
    failAuthentication: () => call<T>('POST', `${path}/authenticate`, { outcome: 'fail' }),
  };
}
