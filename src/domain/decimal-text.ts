import { invariant } from './invariant.ts';

/** A decimal of people's input; a sign, digits, and at most `places` after the point. */
export function decimalPattern(places: number): RegExp {
  return new RegExp(`^-?\\d{1,7}(\\.\\d{1,${places}})?$`);
}

/** `text` in units of its last place: `2.5` with two places is 250. Exact, since no fraction is ever made. */
export function decimalUnits(text: string, places: number): number {
  invariant(decimalPattern(places).test(text), `Not a decimal with ${places} places: ${JSON.stringify(text)}`);
  const isNegative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const units = Number(whole + fraction.padEnd(places, '0'));
  return isNegative ? -units : units;
}

/** Units of the last place as text: 250 with two places is `2.50`. */
export function decimalText(units: number, places: number): string {
  const digits = String(Math.abs(units)).padStart(places + 1, '0');
  return `${units < 0 ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
