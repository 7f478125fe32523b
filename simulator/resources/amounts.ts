import { LARGEST_AMOUNT, isCurrency, minimumAmount } from '../money.ts';
import { invalidParameter } from '../wire/errors.ts';

/** Minor units within what the currency allows (terminal.md 5.1-8). */
export function checkAmount(amount: number, currency: string): void {
  if (amount < 1) {
    throw invalidParameter('amount', 'This value must be greater than or equal to 1.', 'parameter_invalid_integer');
  }
  const minimum = minimumAmount(currency);
  if (amount < minimum) {
    const message = `Amount must be at least ${minimum} in the smallest unit of ${currency}.`;
    throw invalidParameter('amount', message, 'amount_too_small');
  }
  if (amount > LARGEST_AMOUNT) {
    throw invalidParameter('amount', `Amount must be no more than ${LARGEST_AMOUNT}.`, 'amount_too_large');
  }
}

/** In lower case, as Stripe answers it. */
export function checkCurrency(currency: string): string {
  const code = currency.toLowerCase();
  if (!isCurrency(code)) throw invalidParameter('currency', `Invalid currency: ${code}.`);
  return code;
}
