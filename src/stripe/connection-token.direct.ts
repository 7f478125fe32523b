import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { demand } from './stripe-errors.ts';

/** Gives a till's SDK the right to use the readers of one location. */
export interface ConnectionTokens {
  /** A short-lived secret for the till; never stored or logged (decisions D36, D53), always scoped (D73). */
  create(providerLocation: string): Promise<{ readonly secret: string; readonly location: string }>;
}

/** Connection tokens of Stripe Terminal (terminal.md 4.1). */
export function createStripeConnectionTokens(stripe: Stripe): ConnectionTokens {
  return {
    async create(providerLocation) {
      // Each call is meant to give a new token and has no other effect, so its key need not outlive it.
      const idempotencyKey = `connection-token-${randomUUID()}`;
      const params = { location: providerLocation };
      const token = await demand(() => stripe.terminal.connectionTokens.create(params, { idempotencyKey }));
      return { secret: token.secret, location: providerLocation };
    },
  };
}
