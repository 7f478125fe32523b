/** What a fee includes for the state, as an invoice names it (decisions D8). */
export interface FeeTax {
  readonly label: string;
  /** Hundredths of a percent on top of the fee without it. */
  readonly rateBp: number;
}

/** The tax in fees of each currency; none where it is not named. */
export type FeeTaxes = Readonly<Record<string, FeeTax>>;

export const defaultFeeTaxes: FeeTaxes = { AUD: { label: 'GST', rateBp: 1_000 } };
