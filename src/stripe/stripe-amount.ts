/** Currencies that our book counts whole and Stripe counts in hundredths, in multiples of 100 (decisions D64). */
const hundredfold: ReadonlySet<string> = new Set(['ISK', 'UGX']);

/** Minor units of our book as Stripe's amount of `currency` (ISO code, any case). */
export function toStripeAmount(amountMinor: number, currency: string): number {
  return hundredfold.has(currency.toUpperCase()) ? amountMinor * 100 : amountMinor;
}

/** Stripe's amount of `currency` (ISO code, any case) as minor units of our book. */
export function fromStripeAmount(amount: number, currency: string): number {
  return hundredfold.has(currency.toUpperCase()) ? amount / 100 : amount;
}
