import type Stripe from 'stripe';
import { demand } from './stripe-errors.ts';

/** What a browser needs to save a card: none of it moves money, and none of it is stored (decisions D36, D53). */
export interface CardSetUpDirect {
  /** The member's customer at the processor; the same key gives the same one, for ever. */
  customer(request: { readonly key: string; readonly memberId: string }): Promise<string>;
  /** A new set-up of a card for this customer. */
  setUp(request: { readonly key: string; readonly customerRef: string; readonly memberId: string }): Promise<{
    readonly setupRef: string;
    readonly clientSecret: string;
  }>;
  /** Forgets a card at the processor; one that is gone already is no error. */
  detach(paymentMethodRef: string): Promise<void>;
}

/** The same at Stripe (cobalt.md 2.18, 2.21). */
export function createStripeCardSetUpDirect(stripe: Stripe): CardSetUpDirect {
  return {
    customer: async ({ key, memberId }) => {
      const metadata = { member_id: memberId };
      return (await demand(() => stripe.customers.create({ metadata }, { idempotencyKey: key }))).id;
    },
    setUp: async ({ key, customerRef, memberId }) => {
      const intent = await demand(() =>
        stripe.setupIntents.create(
          { customer: customerRef, usage: 'off_session', metadata: { member_id: memberId } },
          { idempotencyKey: key },
        ),
      );
      if (intent.client_secret === null) throw new Error(`${intent.id} has no secret for a browser.`);
      return { setupRef: intent.id, clientSecret: intent.client_secret };
    },
    detach: async (paymentMethodRef) => {
      const known = await demand(() => stripe.paymentMethods.retrieve(paymentMethodRef));
      if (known.customer === null) return;
      const key = { idempotencyKey: `detach-${paymentMethodRef}` };
      await demand(() => stripe.paymentMethods.detach(paymentMethodRef, {}, key));
    },
  };
}
