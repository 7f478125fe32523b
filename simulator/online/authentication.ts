import type { Stripe } from 'stripe';

/** What the customer's browser must do next: a page of the bank, or the same within the page that asks. */
export function nextAction(
  intent: { id: string; object: string },
  returnUrl: string | undefined,
): Stripe.PaymentIntent.NextAction & Stripe.SetupIntent.NextAction {
  const url = `https://hooks.stripe.com/3d_secure_2/hosted?${intent.object}=${intent.id}`;
  if (returnUrl !== undefined && returnUrl !== '') {
    return { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
  }
  return { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } };
}
