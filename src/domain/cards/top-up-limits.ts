import type { TopUpLimits } from './auto-top-up.ts';
import { parseCurrency } from '../currency.ts';
import { parseMajor } from '../money.ts';

/** The limits of cobalt.md 2.1 in whole units of a currency, and what Stripe charges at the least. */
const inMajor = { low: '20', autoDefault: '100', manualMinimum: '50', balanceMaximum: '2000' } as const;
const chargeMinimumMajor: Readonly<Record<string, string>> = {
  AUD: '0.50',
  CAD: '0.50',
  CHF: '0.50',
  EUR: '0.50',
  GBP: '0.30',
  NZD: '0.50',
  SGD: '0.50',
  USD: '0.50',
};

/** What a deployment sets otherwise, by currency, in minor units. */
export type LimitOverrides = Readonly<Record<string, Partial<TopUpLimits>>>;

/** The limits of `currency` in its minor units (decisions D1). Throws `currency_unsupported` for one that we do not know. */
export function topUpLimits(currency: string, overrides: LimitOverrides = {}): TopUpLimits {
  const code = parseCurrency(currency);
  const minor = (major: string): number => parseMajor(major, code).amountMinor;
  return {
    lowMinor: minor(inMajor.low),
    autoDefaultMinor: minor(inMajor.autoDefault),
    manualMinimumMinor: minor(inMajor.manualMinimum),
    balanceMaximumMinor: minor(inMajor.balanceMaximum),
    chargeMinimumMinor: minor(chargeMinimumMajor[code] ?? '1'),
    autoPerDayMax: 10,
    ...overrides[code],
  };
}
