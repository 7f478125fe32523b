import { randomUUID } from 'node:crypto';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import type { Counter } from './counter.ts';

/** The processor's own client, as another system at our account uses it. */
export function stripeOf({ env }: Counter) {
  return createStripeClient({
    apiKey: env['STRIPE_API_KEY'] ?? '',
    apiBase: env['STRIPE_API_BASE'],
    timeoutMs: 5_000,
  });
}

/** A payment that another system makes at our processor account, and that a card pays; answers the processor's id. */
export async function paidElsewhere(
  counter: Counter,
  { amount, metadata = {} }: { readonly amount: number; readonly metadata?: Record<string, string> },
): Promise<string> {
  const stripe = stripeOf(counter);
  const intent = await stripe.paymentIntents.create(
    { amount, currency: 'aud', metadata, allowed_payment_method_types: ['card'] },
    { idempotencyKey: randomUUID() },
  );
  await counter.control.paymentIntent(intent.id).confirm('4242424242424242');
  return intent.id;
}
