import { DomainError } from './errors.ts';

/** What must be known of a currency before one minor unit of it is accepted. */
export interface CurrencyFacts {
  /** Decimal places of the currency itself (ISO 4217, as money is counted in its country). */
  readonly exponent: number;
  /** Largest single charge, in the currency's own minor units; Stripe takes eight digits unless noted. */
  readonly chargeMaxMinor: number;
  /** Places a provider counts in where they are not the currency's own (decisions D64). */
  readonly providerExponents?: { readonly [P in Provider]?: number };
}

/** Who counts money in its own way. */
export type Provider = 'stripe' | 'paystack';

const twoPlaces = { exponent: 2, chargeMaxMinor: 99_999_999 } as const;
const noPlaces = { exponent: 0, chargeMaxMinor: 99_999_999 } as const;
/** Stripe writes these with two places that must be zero, although the currency has none. */
const noPlacesWrittenAsTwo = { exponent: 0, chargeMaxMinor: 999_999, providerExponents: { stripe: 2 } } as const;

/**
 * The currencies that may be used; one that is not in this table is refused. Currencies with three decimal places are
 * left out on purpose: processors round their last digit.
 */
const table = {
  AED: twoPlaces,
  AUD: twoPlaces,
  BIF: noPlaces,
  BRL: twoPlaces,
  CAD: twoPlaces,
  CHF: twoPlaces,
  CLP: noPlaces,
  CZK: twoPlaces,
  DJF: noPlaces,
  DKK: twoPlaces,
  EUR: twoPlaces,
  GBP: twoPlaces,
  GHS: twoPlaces,
  GNF: noPlaces,
  HKD: twoPlaces,
  HUF: { exponent: 2, chargeMaxMinor: 9_999_999_999 },
  IDR: { exponent: 2, chargeMaxMinor: 999_999_999_999 },
  INR: { exponent: 2, chargeMaxMinor: 999_999_999 },
  ISK: noPlacesWrittenAsTwo,
  JPY: { exponent: 0, chargeMaxMinor: 9_999_999_999 },
  KES: twoPlaces,
  KMF: noPlaces,
  KRW: noPlaces,
  MGA: noPlaces,
  MXN: twoPlaces,
  MYR: twoPlaces,
  NGN: twoPlaces,
  NOK: twoPlaces,
  NZD: twoPlaces,
  PHP: twoPlaces,
  PLN: twoPlaces,
  PYG: noPlaces,
  RON: twoPlaces,
  RWF: noPlaces,
  SEK: twoPlaces,
  SGD: twoPlaces,
  THB: twoPlaces,
  UGX: noPlacesWrittenAsTwo,
  USD: twoPlaces,
  VND: noPlaces,
  VUV: noPlaces,
  XAF: noPlaces,
  XOF: noPlaces,
  XPF: noPlaces,
  ZAR: twoPlaces,
} as const satisfies Record<string, CurrencyFacts>;

/** An ISO 4217 code of the table, in capitals. */
export type Currency = keyof typeof table;

/** Every currency that may be used, sorted. */
export const currencyCodes = Object.keys(table).filter(isCurrency);

/** Whether `code` (capitals) is a currency of the table. */
export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(table, code);
}

/** The currency named by `code` (capitals), or `DomainError` `currency_unsupported` (decisions D64). */
export function parseCurrency(code: string): Currency {
  if (!isCurrency(code)) {
    throw new DomainError('currency_unsupported', `The currency ${JSON.stringify(code)} is not supported`, {
      currency: code,
    });
  }
  return code;
}

/** Decimal places of `currency`. */
export function exponentOf(currency: Currency): number {
  return table[currency].exponent;
}

/** Decimal places in which `provider` writes `currency`. */
export function providerExponentOf(currency: Currency, provider: Provider): number {
  const facts: CurrencyFacts = table[currency];
  return facts.providerExponents?.[provider] ?? facts.exponent;
}

/** Largest single charge of `currency`, in its minor units. */
export function chargeMaxMinorOf(currency: Currency): number {
  return table[currency].chargeMaxMinor;
}
