import { isCurrency, parseCurrency } from '../domain/currency.ts';
import { fromProviderAmount, money, toProviderAmount } from '../domain/money.ts';

/** Minor units of our book as Stripe's amount of `currency` (ISO code, any case); ISK and UGX differ (decisions D64). */
export function toStripeAmount(amountMinor: number, currency: string): number {
  return toProviderAmount(money(amountMinor, parseCurrency(currency.toUpperCase())), 'stripe');
}

/**
 * Stripe's amount of `currency` (ISO code, any case) as minor units of our book. Throws `currency_unsupported` for a
 * currency whose places we do not know, since a guess could be wrong by a hundred.
 */
export function fromStripeAmount(amount: number, currency: string): number {
  return fromProviderAmount(amount, parseCurrency(currency.toUpperCase()), 'stripe').amountMinor;
}

/** Whether we know the places of Stripe's `currency` (ISO code, any case). */
export function isCurrencyOf(currency: string): boolean {
  return isCurrency(currency.toUpperCase());
}
