import type Stripe from 'stripe';
import { demand } from './stripe-errors.ts';

/** What a browser needs to confirm a card; never stored, so a repeated answer reads it again (decisions D36). */
export interface BrowserSecrets {
  /** The secret of one payment. Throws `ProcessorSilence` when the processor does not answer. */
  ofPayment(paymentRef: string): Promise<string>;
}

/** Reads secrets at Stripe; they pass through to the caller and nowhere else. */
export function createStripeBrowserSecrets(stripe: Stripe): BrowserSecrets {
  return {
    ofPayment: async (paymentRef) => {
      const intent = await demand(() => stripe.paymentIntents.retrieve(paymentRef));
      if (intent.client_secret === null) throw new Error(`${paymentRef} has no secret for a browser.`);
      return intent.client_secret;
    },
  };
}
