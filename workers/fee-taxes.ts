import { z } from 'zod';
import { defaultFeeTaxes, type FeeTaxes } from '../src/domain/organisations/fee-tax.ts';

const taxes = z.record(
  z.string().regex(/^[A-Z]{3}$/),
  z.strictObject({ label: z.string().min(1).max(20), rateBp: z.int().min(0).max(10_000) }),
);

/** The taxes of the JSON in `FEE_TAXES` beside the usual ones. */
export function feeTaxesFrom(json: string | undefined): FeeTaxes {
  return json === undefined ? defaultFeeTaxes : { ...defaultFeeTaxes, ...taxes.parse(JSON.parse(json)) };
}
