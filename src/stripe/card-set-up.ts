import type Stripe from 'stripe';
import type { CardSetUpPort } from '../domain/cards/card-set-up-port.ts';
import { demand } from './stripe-errors.ts';

/** Saved cards at Stripe: the newest of a customer's is the one that serves (cobalt.md 2.3-4). */
export function createStripeCardSetUp(stripe: Stripe): CardSetUpPort {
  return {
    savedCard: async (customerRef) => {
      const page = await demand(() => stripe.paymentMethods.list({ customer: customerRef, type: 'card', limit: 100 }));
      const [newest] = [...page.data].sort((left, right) => right.created - left.created);
      if (newest?.card === undefined) return null;
      const { brand, last4, exp_month: expMonth, exp_year: expYear } = newest.card;
      return { paymentMethodRef: newest.id, brand, last4, expMonth, expYear };
    },
  };
}
