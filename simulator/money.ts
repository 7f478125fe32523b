/** What the simulator needs to know about currencies; amounts are integer minor units. */

const ZERO_DECIMALS = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMALS = new Set('bhd jod kwd omr tnd'.split(' '));
const TWO_DECIMALS = new Set(
  'aed aud bgn brl cad chf cny czk dkk eur gbp hkd huf idr ils inr mxn myr nok nzd php pln ron sar sek sgd thb try twd usd zar'.split(
    ' ',
  ),
);
/** Stripe's minimum charge where it is not 50 minor units. */
const MINIMUM: Record<string, number> = {
  aed: 200,
  czk: 1500,
  dkk: 250,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  pln: 200,
  ron: 200,
  sek: 300,
  thb: 1000,
};
export const LARGEST_AMOUNT = 99_999_999;

export function isCurrency(code: string): boolean {
  return TWO_DECIMALS.has(code) || ZERO_DECIMALS.has(code) || THREE_DECIMALS.has(code);
}

export function minimumAmount(currency: string): number {
  return MINIMUM[currency] ?? 50;
}

/**
 * The processor's fee on a captured amount: 1.7 % and 0.05 of the major unit, rounded half up to the minor unit
 * (1000 minor units of AUD cost 22). Invented for the simulator, deterministic so that a ledger can be checked.
 */
export function processingFee(amountMinor: number, currency: string): number {
  const perMille = 17;
  return Math.floor((amountMinor * perMille + 500) / 1000) + fixedFee(currency);
}

/** What a dispute costs, won or lost: 25 of the major unit. Invented, as the processing fee is. */
export function disputeFee(currency: string): number {
  if (ZERO_DECIMALS.has(currency)) return 25;
  return THREE_DECIMALS.has(currency) ? 25_000 : 2500;
}

function fixedFee(currency: string): number {
  if (ZERO_DECIMALS.has(currency)) return 0;
  return THREE_DECIMALS.has(currency) ? 50 : 5;
}
